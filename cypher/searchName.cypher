// Nodes of a kind with the text in their name, then those with it in their name's pinyin initials.
MATCH (n:KIND)
WHERE n.name CONTAINS $text OR n.initials CONTAINS $text
WITH n, n.name CONTAINS $text AS named
WHERE NOT n.code STARTS WITH $text
RETURN n.id AS id, n.code AS code, n.label AS label, named
ORDER BY named DESC, n.code, n.id
LIMIT $limit
