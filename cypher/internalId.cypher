// The number by which the server finds a node within one question, and how many neighbours it has.
MATCH (n:KIND {id: $id})
RETURN id(n) AS number, reduce(sum = 0, d IN coalesce(n.degrees, []) | sum + d) AS cost
