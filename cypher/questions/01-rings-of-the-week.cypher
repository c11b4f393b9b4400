// 本期团伙一览：最新一次重建的疑点团伙，按分数从高到低，附核心机构与涉险基金（元）。
// The rings of the newest run, best first, with their core institutions and the money at risk in yuan.
// Parameters: limit
MATCH (run:Run {visible: true})
WITH run ORDER BY run.seq DESC LIMIT 1
MATCH (g:Ring {run: run.seq, status: 'finding'})
OPTIONAL MATCH (g)-[:INVOLVES {role: 'core'}]->(i:Institution)
RETURN g.ring AS ring, g.detector AS detector, g.score AS score, g.fen / 100.0 AS yuan,
  g.change AS change, size(g.subjects) AS subjects, collect(i.label) AS institutions
ORDER BY score DESC, ring
LIMIT toInteger($limit)
