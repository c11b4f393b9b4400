// All neighbours of a level of a breadth-first search.
UNWIND $level AS number
MATCH (n) WHERE id(n) = number
MATCH (n)-[r:TREATED_BY|VISITED|RECEIVED|WORKED_AT|ORDERED|SUPPLIED]-(m)
WITH m, r, r.next AS next
WHERE CASE WHEN next[0] <= $generation THEN next[1] ELSE r.count END > 0
WITH DISTINCT m
RETURN collect(id(m)) AS numbers
