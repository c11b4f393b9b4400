/**
 * What a clerk would do first: five plain scores of patients, to be compared with by area under the
 * precision–recall curve (DETECTORS.md §4). Each reads the world's CSV as it was written.
 *
 * - volume: yuan paid by the fund;
 * - quartiles: by how many interquartile ranges the visits, the fund and the number of places lie beyond
 *   Q3 + 3·IQR, the largest of the three (Tukey 1977, "far out");
 * - co-visits: number of others met within 10 minutes at one place on three days or more;
 * - Louvain: size of the community in the graph of those pairs (Blondel et al. 2008);
 * - FRAUDAR: density of the block of patients × institutions that a patient is peeled in (Hooi et al. 2016).
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { UndirectedGraph } from 'graphology';
import louvainModule from 'graphology-communities-louvain';
import { peelDensest } from '../../analytics/algorithms/peel.js';
import { quantileSorted } from '../../analytics/algorithms/robust.js';
import { createRng } from '../../analytics/model/rng.js';
import { rankQuality } from '../../analytics/scoring/evaluateRank.js';

type Scores = Map<string, number>;
type Louvain = (graph: UndirectedGraph, options: { rng: () => number }) => Record<string, number>;
// CommonJS that ships types of an ES module.
const louvain = louvainModule as unknown as Louvain;
const BLOCKS = 10;

export interface Guilty {
  /** Patient ids. */
  readonly guilty: ReadonlySet<string>;
  /** Of other cases: neither guilty nor innocent. */
  readonly leftOut: ReadonlySet<string>;
}

/** Area under the precision–recall curve of each baseline, for each of several questions; null where nobody is guilty. */
export async function baselines(
  world: string,
  questions: Readonly<Record<string, Guilty>>,
): Promise<Record<string, Record<string, number | null>>> {
  const db = await DuckDBInstance.create(':memory:');
  const c = await db.connect();
  await c.run(`CREATE TABLE visit AS
    SELECT psn_no AS p, fixmedins_code AS h, try_cast(setl_time AS TIMESTAMP) AS t,
      coalesce(try_cast(fund_pay_sumamt AS DOUBLE), 0) AS fund
    FROM read_csv('${world}/setl_d*.csv', all_varchar = true)
    WHERE coalesce(vali_flag, '1') = '1' AND coalesce(refd_setl_flag, '0') <> '1'`);
  const rows = async <T extends unknown[]>(sql: string) =>
    (await (await c.run(sql)).getRowsJS()) as T[];
  const people = await rows<[string, number, number, number]>(
    'SELECT p, count(*)::DOUBLE, sum(fund), count(DISTINCT h)::DOUBLE FROM visit GROUP BY p ORDER BY p',
  );
  const pairs = await rows<[string, string]>(`SELECT a.p, b.p
    FROM visit a JOIN visit b ON a.h = b.h AND a.p < b.p
      AND b.t BETWEEN a.t - INTERVAL 10 MINUTE AND a.t + INTERVAL 10 MINUTE
    GROUP BY 1, 2 HAVING count(DISTINCT a.t::DATE) >= 3 ORDER BY 1, 2`);
  const links = await rows<[string, string, number]>(
    'SELECT p, h, count(DISTINCT t::DATE)::DOUBLE FROM visit GROUP BY 1, 2 ORDER BY 1, 2',
  );
  c.closeSync();
  db.closeSync();
  const all: Record<string, Scores> = {
    volume: new Map(people.map(([p, , fund]) => [p, fund])),
    quartiles: farOut(people),
    'co-visits': partners(pairs),
    Louvain: communities(pairs),
    FRAUDAR: blocks(links),
  };
  return Object.fromEntries(
    Object.entries(questions).map(([question, { guilty, leftOut }]) => [
      question,
      Object.fromEntries(
        Object.entries(all).map(([name, scores]) => [
          name,
          rankQuality(scores, guilty, leftOut, people.length).auprc,
        ]),
      ),
    ]),
  );
}

function farOut(people: ReadonlyArray<[string, ...number[]]>): Scores {
  const out: Scores = new Map();
  for (const k of [1, 2, 3] as const) {
    const sorted = Float64Array.from(people, (row) => row[k] as number).sort();
    const [q1, q3] = [quantileSorted(sorted, 0.25), quantileSorted(sorted, 0.75)];
    for (const row of people) {
      const far = ((row[k] as number) - q3) / Math.max(1e-9, q3 - q1) - 3;
      if (far > (out.get(row[0]) ?? 0)) out.set(row[0], far);
    }
  }
  return out;
}

function partners(pairs: ReadonlyArray<[string, string]>): Scores {
  const out: Scores = new Map();
  for (const pair of pairs) for (const p of pair) out.set(p, (out.get(p) ?? 0) + 1);
  return out;
}

function communities(pairs: ReadonlyArray<[string, string]>): Scores {
  const graph = new UndirectedGraph();
  for (const [a, b] of pairs) graph.mergeEdge(a, b);
  if (graph.order === 0) return new Map();
  const rng = createRng(1);
  const found = louvain(graph, { rng: () => rng.next() });
  const size = new Map<number, number>();
  for (const id of Object.values(found)) size.set(id, (size.get(id) ?? 0) + 1);
  return new Map(Object.entries(found).map(([p, id]) => [p, size.get(id) as number]));
}

function blocks(links: ReadonlyArray<[string, string, number]>): Scores {
  const index = (list: string[]) => new Map([...new Set(list)].map((id, i) => [id, i]));
  const people = index(links.map(([p]) => p));
  const places = index(links.map(([, h]) => h));
  const names = [...people.keys()];
  let left = links.map(([p, h, days]) => ({
    row: people.get(p) as number,
    column: places.get(h) as number,
    days,
  }));
  const out: Scores = new Map();
  for (let block = 0; block < BLOCKS && left.length > 0; block++) {
    const { rows, columns, score } = peelDensest({
      rows: people.size,
      columns: places.size,
      row: Int32Array.from(left, (l) => l.row),
      column: Int32Array.from(left, (l) => l.column),
      weights: Float64Array.from(left, (l) => l.days),
    });
    const inRows = new Set(rows);
    const inColumns = new Set(columns);
    for (const row of inRows) {
      const name = names[row] as string;
      out.set(name, Math.max(out.get(name) ?? 0, score));
    }
    left = left.filter((l) => !(inRows.has(l.row) && inColumns.has(l.column)));
  }
  return out;
}
