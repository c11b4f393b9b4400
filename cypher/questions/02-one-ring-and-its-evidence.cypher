// 一个团伙及其证据：成员与角色、各条疑点依据、依据背后的结算。在 Neo4j Browser 中以图显示。
// One ring and its evidence: who takes part, the reasons, and the settlements behind each; a picture
// in Neo4j Browser.
// Parameters: ring
MATCH (run:Run {visible: true})
WITH run ORDER BY run.seq DESC LIMIT 1
MATCH (g:Ring {run: run.seq, ring: $ring})
MATCH members = (g)-[:INVOLVES]->()
WITH g, collect(members) AS members
MATCH evidence = (g)-[:HAS_REASON]->(:Reason)
OPTIONAL MATCH behind = (g)-[:HAS_REASON]->(:Reason)-[rests:RESTS_ON]->(:Settlement)
WHERE rests.rank <= 20
RETURN members, collect(DISTINCT evidence) AS evidence, collect(DISTINCT behind) AS settlements
