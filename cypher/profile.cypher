// The profile of one entity and its place.
MATCH (p:Profile {key: $key})
RETURN p.kind AS kind, p.id AS id, p.score AS score, p.grade AS grade, p.findings AS findings,
  p.parts AS parts, p.rank AS rank
