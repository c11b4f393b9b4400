// Published runs, newest first.
MATCH (run:Run {visible: true})
RETURN run.id AS id, run.publishedAt AS publishedAt, run.ledgerVersion AS ledgerVersion,
  run.findings AS findings
ORDER BY run.seq DESC
