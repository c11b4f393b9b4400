// Every node of a kind, with what a load compares.
MATCH (n:KIND)
RETURN n.id AS id, n.label AS label, n.attributes AS attributes, n.degrees AS degrees, n.next AS next
