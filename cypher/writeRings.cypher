// Rings of a run with their reasons and the settlements behind each.
MATCH (run:Run {seq: $run})
UNWIND $rows AS row
MERGE (g:Ring {key: row.key})
SET g += row.properties, g.run = $run, g.fen = toInteger(row.fen)
MERGE (g)-[:IN_RUN]->(run)
WITH g, row
UNWIND row.reasons AS reason
MERGE (g)-[:HAS_REASON]->(x:Reason {run: $run, place: toInteger(reason.place)})
SET x += reason.properties
WITH x, reason
UNWIND reason.settlements AS settlement
MERGE (s:Settlement {id: settlement.id})
MERGE (x)-[r:RESTS_ON]->(s)
SET r.rank = toInteger(settlement.rank)
