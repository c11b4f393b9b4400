// Takes back lists of neighbours of a generation that never became visible.
MATCH (h:Hub)
WHERE h.generation > $generation
WITH h LIMIT $limit
DELETE h
RETURN count(*) AS done
