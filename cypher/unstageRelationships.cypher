// Takes back what a load that ended before its switch had staged, a batch at a time.
MATCH ()-[r:JOINT]->()
WHERE r.next IS NOT NULL
WITH r LIMIT $limit
WITH r, r.count IS NULL AS new
FOREACH (_ IN CASE WHEN new THEN [] ELSE [1] END | REMOVE r.next)
FOREACH (_ IN CASE WHEN new THEN [1] ELSE [] END | DELETE r)
RETURN count(*) AS done
