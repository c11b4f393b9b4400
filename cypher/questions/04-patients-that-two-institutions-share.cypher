// 两家机构的共同参保人，按两边结算次数之和排序。
// Patients that two institutions share, most settlements at both together first.
// Parameters: institution, other, limit
MATCH (:Institution {id: $institution})<-[a:VISITED]-(p:Patient)
MATCH (p)-[b:VISITED]->(:Institution {id: $other})
RETURN p.id AS patient, a.count AS here, b.count AS there, (a.fen + b.fen) / 100.0 AS yuan
ORDER BY here + there DESC, patient
LIMIT toInteger($limit)
