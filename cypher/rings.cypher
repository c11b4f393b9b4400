// A page of a run's rings, and how many pass the filter. A filter that is null lets all pass.
MATCH (g:Ring {run: $run})
WHERE ($statuses IS NULL OR g.status IN $statuses)
  AND ($detectors IS NULL OR g.detector IN $detectors)
  AND ($changes IS NULL OR g.change IN $changes)
  AND ($minFundAtRisk IS NULL OR g.fen >= $minFundAtRisk)
  AND ($subject IS NULL OR $subject IN g.subjects)
  AND ($region IS NULL OR EXISTS {
    MATCH (g)-[:INVOLVES {role: 'core'}]->(i:Institution) WHERE i.region STARTS WITH $region })
  AND ($text IS NULL OR any(word IN g.words WHERE word CONTAINS $text) OR EXISTS {
    MATCH (g)-[:INVOLVES]->(e:Institution|Drug) WHERE e.name CONTAINS $text })
WITH g
ORDER BY g.score DESC, g.id
WITH collect(g) AS kept
RETURN size(kept) AS total, [g IN kept[$offset..$end] | g.body] AS bodies
