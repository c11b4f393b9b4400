// The graph in Neo4j 5: its layout, and the constraints and indexes that a start applies and verifies.
// 图在 Neo4j 中的结构；启动时建立并核对以下约束和索引，缺一则拒绝启动。
//
// NODES (:Patient) 参保人, (:Doctor) 医保医师, (:Institution) 定点医药机构, (:Drug) 医保目录项目
//   id          string   code; the key together with the label
//   label       string   name (of a patient: the code)
//   attributes  string   JSON object, as the loader gave it
//   code        string   id in lower case
//   name        string   label in lower case                       not on Patient
//   initials    string   pinyin initials of the label              not on Patient
//   region      string   attributes.region, where it has one       (absent else)
//   degrees     int[4]   neighbours by kind: patients, doctors, institutions, drugs
//
// RELATIONSHIPS, one a pair, from the earlier kind to the later:
//   (Patient)-[:TREATED_BY]->(Doctor)     (Patient)-[:VISITED]->(Institution)
//   (Patient)-[:RECEIVED]->(Drug)         (Doctor)-[:WORKED_AT]->(Institution)
//   (Doctor)-[:ORDERED]->(Drug)           (Institution)-[:SUPPLIED]->(Drug)
//   count int settlements, fen int money in fen, first int and last int epoch seconds
//
// (:Hub {key, generation, neighbours}) for every node with more than 1,000 neighbours of a kind:
//   key `<kind>:<id>|<kind of the neighbours>`, neighbours string[≤500] their ids, heaviest first.
//
// (:GraphLoad {key: 'graph'}) what the graph shows: version int (of the ledger), generation int,
//   state 'ready' | 'staging' | 'settling', target; owner and until: the lease of who writes.
//   A graph of generation 0 is empty to every reader, so its first load is written in place. A later
//   load stages: `next` on what changes (relationships: int[5] generation, count, fen, first, last,
//   a count of 0 when it goes; nodes: int generation beside next_label, next_attributes, next_name,
//   next_initials, next_region, next_degrees, next_gone). Readers of the old generation pass over it,
//   readers of the new one prefer it; after the switch it is settled into the plain properties.
//   At rest nothing has a `next`.
// (:LoadChunk {key}) during a first load: what is written already, so that a repeated transaction
//   writes nothing. None at rest.
//
// RUNS (:Run {seq, token, id, visible, publishedAt, ledgerVersion, findings, body, totals})
//   (:Ring {key, run, id, ring, detector, status, change, score, fen, subjects, cores, words, body})
//     -[:IN_RUN]->(:Run)   -[:INVOLVES {role}]->(an entity)
//     -[:HAS_REASON]->(:Reason {run, place, code, detector, measured, expected, unit, p})
//     -[:RESTS_ON {rank}]->(:Settlement {id})
//   (:Profile {key, run, kind, id, rank, score, grade, findings})-[:OF]->(an entity), where the score is above 0
//   `run` is the Run's seq; a Run that is not visible is being written or deleted.

CREATE CONSTRAINT patient_id IF NOT EXISTS FOR (n:Patient) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT doctor_id IF NOT EXISTS FOR (n:Doctor) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT institution_id IF NOT EXISTS FOR (n:Institution) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT drug_id IF NOT EXISTS FOR (n:Drug) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT hub_key IF NOT EXISTS FOR (n:Hub) REQUIRE (n.key, n.generation) IS UNIQUE;
CREATE CONSTRAINT graph_load_key IF NOT EXISTS FOR (n:GraphLoad) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT load_chunk_key IF NOT EXISTS FOR (n:LoadChunk) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT run_seq IF NOT EXISTS FOR (n:Run) REQUIRE n.seq IS UNIQUE;
CREATE CONSTRAINT run_token IF NOT EXISTS FOR (n:Run) REQUIRE n.token IS UNIQUE;
CREATE CONSTRAINT ring_key IF NOT EXISTS FOR (n:Ring) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT profile_key IF NOT EXISTS FOR (n:Profile) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT settlement_id IF NOT EXISTS FOR (n:Settlement) REQUIRE n.id IS UNIQUE;

CREATE RANGE INDEX patient_code IF NOT EXISTS FOR (n:Patient) ON (n.code);
CREATE RANGE INDEX doctor_code IF NOT EXISTS FOR (n:Doctor) ON (n.code);
CREATE RANGE INDEX institution_code IF NOT EXISTS FOR (n:Institution) ON (n.code);
CREATE RANGE INDEX drug_code IF NOT EXISTS FOR (n:Drug) ON (n.code);

CREATE TEXT INDEX doctor_name IF NOT EXISTS FOR (n:Doctor) ON (n.name);
CREATE TEXT INDEX institution_name IF NOT EXISTS FOR (n:Institution) ON (n.name);
CREATE TEXT INDEX drug_name IF NOT EXISTS FOR (n:Drug) ON (n.name);
CREATE TEXT INDEX doctor_initials IF NOT EXISTS FOR (n:Doctor) ON (n.initials);
CREATE TEXT INDEX institution_initials IF NOT EXISTS FOR (n:Institution) ON (n.initials);
CREATE TEXT INDEX drug_initials IF NOT EXISTS FOR (n:Drug) ON (n.initials);

CREATE RANGE INDEX patient_next IF NOT EXISTS FOR (n:Patient) ON (n.next);
CREATE RANGE INDEX doctor_next IF NOT EXISTS FOR (n:Doctor) ON (n.next);
CREATE RANGE INDEX institution_next IF NOT EXISTS FOR (n:Institution) ON (n.next);
CREATE RANGE INDEX drug_next IF NOT EXISTS FOR (n:Drug) ON (n.next);
CREATE RANGE INDEX treated_by_next IF NOT EXISTS FOR ()-[r:TREATED_BY]-() ON (r.next);
CREATE RANGE INDEX visited_next IF NOT EXISTS FOR ()-[r:VISITED]-() ON (r.next);
CREATE RANGE INDEX received_next IF NOT EXISTS FOR ()-[r:RECEIVED]-() ON (r.next);
CREATE RANGE INDEX worked_at_next IF NOT EXISTS FOR ()-[r:WORKED_AT]-() ON (r.next);
CREATE RANGE INDEX ordered_next IF NOT EXISTS FOR ()-[r:ORDERED]-() ON (r.next);
CREATE RANGE INDEX supplied_next IF NOT EXISTS FOR ()-[r:SUPPLIED]-() ON (r.next);

CREATE RANGE INDEX hub_generation IF NOT EXISTS FOR (n:Hub) ON (n.generation);
CREATE RANGE INDEX ring_run IF NOT EXISTS FOR (n:Ring) ON (n.run);
CREATE RANGE INDEX profile_rank IF NOT EXISTS FOR (n:Profile) ON (n.run, n.kind, n.rank);
