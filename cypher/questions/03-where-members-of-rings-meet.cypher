// 不止一个团伙的成员都去过的机构。
// Institutions where members of more than one ring of the newest run have been.
// Parameters: limit
MATCH (run:Run {visible: true})
WITH run ORDER BY run.seq DESC LIMIT 1
MATCH (g:Ring {run: run.seq})-[:INVOLVES {role: 'member'}]->(p:Patient)-[v:VISITED]->(i:Institution)
WITH i, collect(DISTINCT g.ring) AS rings, count(DISTINCT p) AS members, sum(v.count) AS settlements
WHERE size(rings) > 1
RETURN i.id AS institution, i.label AS name, members, settlements, rings
ORDER BY size(rings) DESC, members DESC, institution
LIMIT toInteger($limit)
