// After the switch: makes the next generation the plain one, a batch at a time.
MATCH ()-[r:JOINT]->()
WHERE r.next IS NOT NULL
WITH r LIMIT $limit
WITH r, r.next AS next
FOREACH (_ IN CASE WHEN next[1] > 0 THEN [1] ELSE [] END |
  SET r.count = next[1], r.fen = next[2], r.first = next[3], r.last = next[4]
  REMOVE r.next)
FOREACH (_ IN CASE WHEN next[1] > 0 THEN [] ELSE [1] END | DELETE r)
RETURN count(*) AS done
