// Takes or renews the right to write; no row when another has it. Setting a property first takes the
// lock, so that what is read after it is the latest.
MERGE (l:GraphLoad {key: $key})
SET l.asked = timestamp()
WITH l WHERE l.owner IS NULL OR l.owner = $owner OR l.until < timestamp()
SET l.owner = $owner, l.until = timestamp() + $milliseconds
RETURN l.until AS until
