// Relationships of a graph that nobody reads yet, in place. Both ends are there.
MATCH (g:GraphLoad {key: 'graph', owner: $owner})
UNWIND $rows AS row
MATCH (a:SOURCE {id: row[0]})
MATCH (b:TARGET {id: row[1]})
MERGE (a)-[r:JOINT]->(b)
SET r.count = toInteger(row[2]), r.fen = toInteger(row[3]), r.first = toInteger(row[4]),
  r.last = toInteger(row[5])
RETURN count(*) AS written
