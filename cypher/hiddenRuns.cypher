// Runs that are being written or deleted.
MATCH (run:Run)
WHERE NOT run.visible
RETURN run.seq AS seq
