// Joins rings with the entities of one kind that take part in them.
UNWIND $rows AS row
MATCH (g:Ring {key: row[0]})
MATCH (e:KIND {id: row[1]})
MERGE (g)-[:INVOLVES {role: row[2]}]->(e)
