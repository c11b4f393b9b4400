// 一名参保人与一家机构之间的最短联系，最多六步。
// The shortest ways by which a patient and an institution are joined, six steps at most.
// Parameters: patient, institution, limit
MATCH (a:Patient {id: $patient}), (b:Institution {id: $institution})
MATCH way = allShortestPaths(
  (a)-[:TREATED_BY|VISITED|RECEIVED|WORKED_AT|ORDERED|SUPPLIED*..6]-(b))
RETURN way
LIMIT toInteger($limit)
