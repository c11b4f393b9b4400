// 团伙成员最常找的医师：接诊的成员数、结算次数，以及成员占其全部病人的比例。
// The doctors whom members of rings see most: how many members, settlements, and the members' share
// of all the doctor's patients.
// Parameters: limit
MATCH (run:Run {visible: true})
WITH run ORDER BY run.seq DESC LIMIT 1
MATCH (:Ring {run: run.seq})-[:INVOLVES {role: 'member'}]->(p:Patient)
WITH DISTINCT p
MATCH (p)-[t:TREATED_BY]->(d:Doctor)
WITH d, count(p) AS members, sum(t.count) AS settlements
RETURN d.id AS doctor, d.label AS name, members, settlements,
  toFloat(members) / d.degrees[0] AS share
ORDER BY members DESC, share DESC, doctor
LIMIT toInteger($limit)
