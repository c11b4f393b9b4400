// Takes back what a load that ended before its switch had staged, a batch at a time.
MATCH (n:KIND)
WHERE n.next IS NOT NULL
WITH n LIMIT $limit
WITH n, n.label IS NULL AS new
FOREACH (_ IN CASE WHEN new THEN [] ELSE [1] END |
  REMOVE n.next, n.next_label, n.next_attributes, n.next_name, n.next_initials, n.next_region,
    n.next_degrees, n.next_gone)
FOREACH (_ IN CASE WHEN new THEN [1] ELSE [] END | DETACH DELETE n)
RETURN count(*) AS done
