// Gives the right to write back.
MATCH (l:GraphLoad {key: $key, owner: $owner})
REMOVE l.owner, l.until
