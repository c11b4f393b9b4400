// Profiles of a kind by their places.
MATCH (p:Profile)
WHERE p.run = $run AND p.kind = $kind AND p.rank > $after AND p.rank <= $last
RETURN p.kind AS kind, p.id AS id, p.score AS score, p.grade AS grade, p.findings AS findings,
  p.parts AS parts
ORDER BY p.rank
