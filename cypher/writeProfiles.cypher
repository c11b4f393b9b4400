// Risk profiles of one kind in a run.
UNWIND $rows AS row
MERGE (p:Profile {key: row[0]})
SET p.run = $run, p.kind = $kind, p.id = row[1], p.rank = toInteger(row[2]), p.score = row[3],
  p.grade = row[4], p.findings = row[5], p.parts = row[6]
