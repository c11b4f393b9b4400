// From each end the first neighbours inside a level, in the order of their keys (the labels stand in
// the same order as the names of the kinds).
UNWIND $ends AS number
MATCH (n) WHERE id(n) = number
CALL (n) {
  MATCH (n)-[r:TREATED_BY|VISITED|RECEIVED|WORKED_AT|ORDERED|SUPPLIED]-(m)
  WHERE id(m) IN $level
  WITH m, r, r.next AS next
  WHERE CASE WHEN next[0] <= $generation THEN next[1] ELSE r.count END > 0
  RETURN m, labels(m)[0] AS label
  ORDER BY label, m.id
  LIMIT $limit
}
RETURN number, id(m) AS other, label, m.id AS id
ORDER BY number, label, id
