// After the switch: takes away lists of neighbours that a newer one replaces.
MATCH (h:Hub {generation: $generation})
MATCH (old:Hub {key: h.key})
WHERE old.generation < $generation
WITH old LIMIT $limit
DELETE old
RETURN count(*) AS done
