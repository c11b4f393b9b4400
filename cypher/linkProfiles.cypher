// Joins the profiles that say something with their entities.
UNWIND $rows AS row
MATCH (p:Profile {key: row[0]})
MATCH (e:KIND {id: row[1]})
MERGE (p)-[:OF]->(e)
