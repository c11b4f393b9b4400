// Relationships of a graph that had none when the load began: they need not be looked for. A chunk
// that was written before (its commit was not heard of, and the driver repeats it) is passed over.
MATCH (g:GraphLoad {key: 'graph', owner: $owner})
MERGE (c:LoadChunk {key: $chunk})
WITH c, coalesce(c.done, false) AS before
SET c.done = true
WITH before, CASE WHEN before THEN [] ELSE $rows END AS rows
CALL (rows) {
  UNWIND rows AS row
  MATCH (a:SOURCE {id: row[0]})
  MATCH (b:TARGET {id: row[1]})
  CREATE (a)-[r:JOINT]->(b)
  SET r.count = toInteger(row[2]), r.fen = toInteger(row[3]), r.first = toInteger(row[4]),
    r.last = toInteger(row[5])
  RETURN count(*) AS written
}
RETURN CASE WHEN before THEN size($rows) ELSE written END AS written
