// Takes away relationships of a graph that nobody reads yet.
MATCH (g:GraphLoad {key: 'graph', owner: $owner})
UNWIND $rows AS row
OPTIONAL MATCH (:SOURCE {id: row[0]})-[r:JOINT]->(:TARGET {id: row[1]})
DELETE r
RETURN count(*) AS written
