// Changes what the graph shows, only by who holds the lease; no row when it was lost. This is the
// one transaction by which a load becomes visible.
MATCH (g:GraphLoad {key: 'graph'})
SET g.asked = timestamp()
WITH g WHERE g.owner = $owner
SET g.version = $version, g.generation = $generation, g.state = $state, g.target = $target
RETURN g.version AS version
