// Takes away profiles of a run, a batch at a time.
MATCH (p:Profile {run: $run})
WITH p LIMIT $limit
DETACH DELETE p
RETURN count(*) AS done
