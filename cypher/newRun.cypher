// A run that nobody sees yet, numbered after all others.
OPTIONAL MATCH (last:Run)
WITH coalesce(max(last.seq), 0) + 1 AS seq
MERGE (run:Run {token: $token})
ON CREATE SET run.seq = seq, run.visible = false, run.id = $id, run.publishedAt = $publishedAt,
  run.ledgerVersion = $ledgerVersion, run.findings = $findings, run.body = $body,
  run.totals = $totals
RETURN run.seq AS seq
