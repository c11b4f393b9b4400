// How many relationships begin at the nodes of a level.
UNWIND $level AS number
MATCH (n) WHERE id(n) = number
RETURN sum(reduce(sum = 0, d IN coalesce(n.degrees, []) | sum + d)) AS cost
