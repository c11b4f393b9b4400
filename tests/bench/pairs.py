"""The pair counting of one world with well-known parts: DuckDB joins, leidenalg groups."""

import sys

import duckdb
import igraph
import leidenalg

world = sys.argv[1]
db = duckdb.connect()
db.execute("SET threads = 2")
db.execute(f"""
    CREATE TABLE visit AS
    SELECT psn_no, fixmedins_code, TRY_CAST(setl_time AS TIMESTAMP) AS t
    FROM read_csv('{world}/setl_d*.csv', all_varchar = true)
    WHERE med_type LIKE '41%' AND coalesce(vali_flag, '1') = '1'
      AND coalesce(refd_setl_flag, '0') <> '1'
""")
pairs = db.execute("""
    SELECT a.psn_no, b.psn_no, count(DISTINCT a.t::DATE) AS n
    FROM visit a JOIN visit b ON a.fixmedins_code = b.fixmedins_code AND a.psn_no < b.psn_no
      AND b.t BETWEEN a.t - INTERVAL 10 MINUTE AND a.t + INTERVAL 10 MINUTE
    GROUP BY 1, 2 HAVING n >= 2
""").fetchall()
people = {p: i for i, p in enumerate(sorted({p for a, b, _ in pairs for p in (a, b)}))}
graph = igraph.Graph(n=len(people), edges=[(people[a], people[b]) for a, b, _ in pairs])
parts = leidenalg.find_partition(
    graph, leidenalg.ModularityVertexPartition, weights=[n for *_, n in pairs], seed=1
)
print(f"{len(pairs)} pairs, {len(parts)} communities", file=sys.stderr)
