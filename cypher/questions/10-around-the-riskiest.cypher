// 风险最高的参保人（风险画像排名靠前），以及他们共同去的机构。
// The patients of the highest risk profiles and the institutions where they come together.
// Parameters: limit
MATCH (run:Run {visible: true})
WITH run ORDER BY run.seq DESC LIMIT 1
MATCH (profile:Profile)-[:OF]->(p:Patient)
WHERE profile.run = run.seq AND profile.kind = 'patient' AND profile.rank <= 200
MATCH (p)-[v:VISITED]->(i:Institution)
WITH i, count(p) AS patients, sum(v.count) AS settlements, sum(v.fen) AS fen,
  collect(profile.grade) AS grades
WHERE patients > 1
RETURN i.id AS institution, i.label AS name, patients, settlements, fen / 100.0 AS yuan,
  size([grade IN grades WHERE grade = 'E']) AS gradeE
ORDER BY patients DESC, institution
LIMIT toInteger($limit)
