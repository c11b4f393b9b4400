// Nodes by id, as one generation has them.
UNWIND $ids AS id
MATCH (n:KIND {id: id})
WITH n, n.next AS next
RETURN n.id AS id, CASE WHEN next <= $generation
  THEN [next, n.next_gone, n.next_label, n.next_attributes, n.next_degrees]
  ELSE [next, false, n.label, n.attributes, n.degrees] END AS body
