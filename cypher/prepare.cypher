// The marker of the graph, made once. Gives the version of the layout that the database has.
MERGE (g:GraphLoad {key: 'graph'})
ON CREATE SET g.schema = $schema, g.version = 0, g.generation = 0, g.state = 'ready'
RETURN g.schema AS schema
