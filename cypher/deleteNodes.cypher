// Takes away nodes of a graph that nobody reads yet.
MATCH (g:GraphLoad {key: 'graph', owner: $owner})
UNWIND $rows AS row
OPTIONAL MATCH (n:KIND {id: row[0]})
DETACH DELETE n
RETURN count(*) AS written
