// 某一目录项目的钱去了哪些机构：金额、次数、占该项目全部金额的比例。
// Which institutions supply most of an item: money, settlements, share of all its money.
// Parameters: drug, limit
MATCH (x:Drug {id: $drug})<-[s:SUPPLIED]-(i:Institution)
WITH x, sum(s.fen) AS total, collect([i, s]) AS supplies
UNWIND supplies AS supply
WITH total, supply[0] AS i, supply[1] AS s
RETURN i.id AS institution, i.label AS name, i.region AS region, s.count AS settlements,
  s.fen / 100.0 AS yuan, CASE WHEN total > 0 THEN toFloat(s.fen) / total END AS share
ORDER BY yuan DESC, institution
LIMIT toInteger($limit)
