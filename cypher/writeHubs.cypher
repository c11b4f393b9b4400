// Writes down the heaviest neighbours of nodes that have very many, as the next generation has them.
UNWIND $ids AS id
MATCH (n:KIND {id: id})
CALL (n) {
  MATCH (n)-[r:JOINT]-(m:OTHER)
  WITH m, r, r.next AS next
  WITH m, CASE WHEN next[0] <= $generation THEN next[1] ELSE r.count END AS count
  WHERE count > 0
  WITH m.id AS neighbour, count
  ORDER BY count DESC, neighbour
  LIMIT $limit
  RETURN collect(neighbour) AS neighbours
}
MERGE (h:Hub {key: $kind + ':' + id + '|' + $other, generation: $generation})
SET h.neighbours = neighbours
