// Takes away a run that has nothing left.
MATCH (run:Run {seq: $run})
WHERE NOT run.visible
DETACH DELETE run
