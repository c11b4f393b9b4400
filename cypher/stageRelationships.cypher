// What relationships shall be in the next generation, beside what readers see; a count of 0 goes.
MATCH (g:GraphLoad {key: 'graph', owner: $owner})
UNWIND $rows AS row
MATCH (a:SOURCE {id: row[0]})
MATCH (b:TARGET {id: row[1]})
MERGE (a)-[r:JOINT]->(b)
SET r.next = [$generation, toInteger(row[2]), toInteger(row[3]), toInteger(row[4]), toInteger(row[5])]
RETURN count(*) AS written
