// Takes away settlements that no reason rests on any more, a batch at a time.
MATCH (s:Settlement)
WHERE NOT EXISTS { (s)<-[:RESTS_ON]-() }
WITH s LIMIT $limit
DELETE s
RETURN count(*) AS done
