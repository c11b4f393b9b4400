// The heaviest neighbours of one kind, of equals the smallest id.
UNWIND $ids AS id
MATCH (n:KIND {id: id})
CALL (n) {
  MATCH (n)-[r:JOINT]-(m:OTHER)
  WITH m, r, r.next AS next
  WITH m, CASE WHEN next[0] <= $generation THEN next[1..]
    ELSE [r.count, r.fen, r.first, r.last] END AS edge
  WHERE edge[0] > 0
  WITH m, m.id AS neighbour, edge
  ORDER BY edge[0] DESC, neighbour
  LIMIT $limit
  RETURN m, neighbour, edge
}
WITH id, m, neighbour, edge, m.next AS next
RETURN id, neighbour, edge, CASE WHEN next <= $generation
  THEN [next, m.next_gone, m.next_label, m.next_attributes, m.next_degrees]
  ELSE [next, false, m.label, m.attributes, m.degrees] END AS body
