// What the graph shows, and whether a load is under way.
MATCH (g:GraphLoad {key: 'graph'})
RETURN g.version AS version, g.generation AS generation, g.state AS state, g.target AS target
