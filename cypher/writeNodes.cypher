// Nodes of a graph that nobody reads yet, in place. Values are absolute: once or twice is the same.
MATCH (g:GraphLoad {key: 'graph', owner: $owner})
UNWIND $rows AS row
MERGE (n:KIND {id: row[0]})
SET n.label = row[1], n.attributes = row[2], n.code = row[3], n.name = row[4], n.initials = row[5],
  n.region = row[6], n.degrees = row[7]
RETURN count(*) AS written
