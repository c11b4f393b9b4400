// Rings of a run counted by value; a ring counts once for every region of its core institutions.
MATCH (g:Ring {run: $run})
UNWIND [['statuses', g.status], ['detectors', g.detector], ['changes', g.change]] AS entry
WITH entry[0] AS facet, entry[1] AS value, count(*) AS count
RETURN facet, value, count
UNION ALL
MATCH (g:Ring {run: $run})-[:INVOLVES {role: 'core'}]->(i:Institution)
WHERE i.region IS NOT NULL
RETURN 'regions' AS facet, i.region AS value, count(DISTINCT g) AS count
