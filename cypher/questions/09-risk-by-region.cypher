// 各区划的风险：最新一次重建中核心机构所在区划的团伙数、机构数与涉险基金（元）。
// Risk by region: rings, core institutions and money at risk in yuan, by the region of the core
// institutions of the newest run. A ring over two regions counts in both.
// Parameters: limit
MATCH (run:Run {visible: true})
WITH run ORDER BY run.seq DESC LIMIT 1
MATCH (g:Ring {run: run.seq, status: 'finding'})-[:INVOLVES {role: 'core'}]->(i:Institution)
WITH coalesce(i.region, '') AS region, g, collect(DISTINCT i) AS places
UNWIND places AS place
RETURN region, count(DISTINCT g) AS rings, count(DISTINCT place) AS institutions,
  reduce(fen = 0, ring IN collect(DISTINCT g) | fen + ring.fen) / 100.0 AS yuan
ORDER BY yuan DESC, region
LIMIT toInteger($limit)
