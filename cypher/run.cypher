// The published run of that id, or the newest.
MATCH (run:Run {visible: true})
WHERE $id IS NULL OR run.id = $id
RETURN run.seq AS seq, run.body AS body, run.totals AS totals
ORDER BY run.seq DESC
LIMIT 1
