// The relationships between two lists of nodes, read from the sources: a patient has tens where a
// hospital has hundreds of thousands.
UNWIND $sources AS source
MATCH (a:SOURCE {id: source})
MATCH (a)-[r:JOINT]->(b:TARGET)
WHERE b.id IN $targets
WITH source, b.id AS target, r, r.next AS next
WITH source, target, CASE WHEN next[0] <= $generation THEN next[1..]
  ELSE [r.count, r.fen, r.first, r.last] END AS edge
WHERE edge[0] > 0
RETURN source, target, edge
