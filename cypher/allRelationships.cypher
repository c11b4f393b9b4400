// Every relationship of a type, with what a load compares.
MATCH (a:SOURCE)-[r:JOINT]->(b:TARGET)
RETURN a.id AS source, b.id AS target, r.count AS count, r.fen AS fen, r.first AS first,
  r.last AS last, r.next AS next
