// The nodes of a kind with these ids, with what a load compares.
UNWIND $ids AS id
MATCH (n:KIND {id: id})
RETURN n.id AS id, n.label AS label, n.attributes AS attributes, n.degrees AS degrees, n.next AS next
