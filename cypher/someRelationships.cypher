// The relationships between these pairs of ids, with what a load compares.
UNWIND $pairs AS pair
MATCH (a:SOURCE {id: pair[0]})
MATCH (b:TARGET {id: pair[1]})
MATCH (a)-[r:JOINT]->(b)
RETURN a.id AS source, b.id AS target, r.count AS count, r.fen AS fen, r.first AS first,
  r.last AS last, r.next AS next
