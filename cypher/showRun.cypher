// The switch: from here on readers see this run, and no longer an older one of the same id. No row
// when another process took the lease.
MATCH (l:GraphLoad {key: 'runs'})
SET l.asked = timestamp()
WITH l WHERE l.owner = $owner
MATCH (run:Run {seq: $run})
SET run.visible = true
WITH run
OPTIONAL MATCH (old:Run {id: run.id})
WHERE old.seq < run.seq
SET old.visible = false
RETURN DISTINCT run.seq AS seq
