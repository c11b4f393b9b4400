// As neighbours, of nodes that have too many to look at: from the list made when they were loaded.
UNWIND $ids AS id
MATCH (n:KIND {id: id})
CALL (id) {
  MATCH (h:Hub {key: $kind + ':' + id + '|' + $other})
  WHERE h.generation <= $generation
  RETURN h.neighbours[0..$limit] AS neighbours
  ORDER BY h.generation DESC
  LIMIT 1
}
UNWIND neighbours AS neighbour
MATCH (m:OTHER {id: neighbour})
MATCH (n)-[r:JOINT]-(m)
WITH id, neighbour, m, r, r.next AS edgeNext, m.next AS next
RETURN id, neighbour, CASE WHEN edgeNext[0] <= $generation THEN edgeNext[1..]
    ELSE [r.count, r.fen, r.first, r.last] END AS edge,
  CASE WHEN next <= $generation
    THEN [next, m.next_gone, m.next_label, m.next_attributes, m.next_degrees]
    ELSE [next, false, m.label, m.attributes, m.degrees] END AS body
