// Keeps the right to write; no row when another took it meanwhile.
MATCH (l:GraphLoad {key: $key})
SET l.asked = timestamp()
WITH l WHERE l.owner = $owner
SET l.until = timestamp() + $milliseconds
RETURN l.until AS until
