// Takes away the marks of a load's chunks, a batch at a time.
MATCH (c:LoadChunk)
WITH c LIMIT $limit
DELETE c
RETURN count(*) AS done
