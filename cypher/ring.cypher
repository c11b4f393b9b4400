// A ring of a run by the id of its line or its own.
MATCH (g:Ring {run: $run})
WHERE g.id = $id OR g.ring = $id
RETURN g.body AS body
ORDER BY g.id = $id DESC, g.score DESC, g.id
LIMIT 1
