// 某机构在某日之后才第一次来、却已结算多次的参保人。since 为“年-月-日”。
// Patients who first came to an institution after a day and have many settlements there already;
// `since` is year-month-day.
// Parameters: institution, since, limit
MATCH (:Institution {id: $institution})<-[v:VISITED]-(p:Patient)
WHERE v.first >= datetime($since + 'T00:00:00+08:00').epochSeconds
RETURN p.id AS patient, p.region AS region, v.count AS settlements, v.fen / 100.0 AS yuan,
  toString(datetime({epochSeconds: v.first, timezone: '+08:00'})) AS first,
  toString(datetime({epochSeconds: v.last, timezone: '+08:00'})) AS last
ORDER BY settlements DESC, patient
LIMIT toInteger($limit)
