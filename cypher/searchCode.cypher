// Nodes of a kind whose code begins so. The index gives them in the order of their codes, of which the
// shortest, the code itself, is the first.
MATCH (n:KIND)
WHERE n.code STARTS WITH $text
WITH n, n.next AS next
WHERE CASE WHEN next <= $generation THEN n.next_gone = false ELSE n.label IS NOT NULL END
RETURN n.id AS id, n.code AS code,
  CASE WHEN next <= $generation THEN n.next_label ELSE n.label END AS label
ORDER BY n.code, n.id
LIMIT $limit
