// What nodes shall be in the next generation, beside what readers see. A new node has no label yet.
MATCH (g:GraphLoad {key: 'graph', owner: $owner})
UNWIND $rows AS row
MERGE (n:KIND {id: row[0]})
SET n.next = $generation, n.next_label = row[1], n.next_attributes = row[2], n.code = row[3],
  n.next_name = row[4], n.next_initials = row[5], n.next_region = row[6], n.next_degrees = row[7],
  n.next_gone = row[8]
RETURN count(*) AS written
