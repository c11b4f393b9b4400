// Hides every run but the newest and those named; they are deleted afterwards.
MATCH (run:Run {visible: true})
WITH run ORDER BY run.seq DESC
WITH collect(run) AS runs
UNWIND runs[$keep..] AS run
WITH run WHERE NOT run.id IN $pinned
SET run.visible = false
