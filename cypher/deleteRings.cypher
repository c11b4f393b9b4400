// Takes away rings of a run with their reasons, a batch at a time.
MATCH (g:Ring {run: $run})
WITH g LIMIT $limit
OPTIONAL MATCH (g)-[:HAS_REASON]->(x:Reason)
WITH g, collect(x) AS reasons
FOREACH (x IN reasons | DETACH DELETE x)
DETACH DELETE g
RETURN count(*) AS done
