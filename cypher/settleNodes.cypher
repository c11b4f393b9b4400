// After the switch: makes the next generation the plain one, a batch at a time.
MATCH (n:KIND)
WHERE n.next IS NOT NULL
WITH n LIMIT $limit
WITH n, n.next_gone AS gone
FOREACH (_ IN CASE WHEN gone THEN [] ELSE [1] END |
  SET n.label = n.next_label, n.attributes = n.next_attributes, n.name = n.next_name,
    n.initials = n.next_initials, n.region = n.next_region, n.degrees = n.next_degrees
  REMOVE n.next, n.next_label, n.next_attributes, n.next_name, n.next_initials, n.next_region,
    n.next_degrees, n.next_gone)
FOREACH (_ IN CASE WHEN gone THEN [1] ELSE [] END | DETACH DELETE n)
RETURN count(*) AS done
