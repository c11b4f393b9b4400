import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

export interface GraphWorld {
  /** Paths of the files that `GraphDelta.parquet` describes. */
  readonly nodes: string;
  readonly edges: string;
  readonly nodeCount: number;
  readonly edgeCount: number;
}

const KINDS = ['patient', 'doctor', 'institution', 'drug'] as const;
type Kind = (typeof KINDS)[number];

const pick = (seed: string, n: number) => `(hash(${seed}) % ${n})::BIGINT`;
const skew = (seed: string, n: number) => `(${pick(seed, n)} * ${pick(`${seed} + 77`, n)} // ${n})`;
const ID: Readonly<Record<Kind, string>> = {
  patient: "'P'||p",
  doctor: "'D'||d",
  institution: "'H'||h",
  drug: "'X'||x",
};

/**
 * The graph of a prefecture's settlements as two Parquet files in `dir`, in the order that landing's
 * graph has: about three relationships a settlement. People have habits: most visits at one of two
 * places, most items from a list of eight. A fifth of all settlements are of one hospital, `H0`,
 * each of another patient: at a million settlements it has over 200,000.
 */
export async function writeGraphWorld(dir: string, settlements: number): Promise<GraphWorld> {
  const db = await DuckDBInstance.create(':memory:');
  const c = await db.connect();
  const files = { nodes: join(dir, 'nodes.parquet'), edges: join(dir, 'edges.parquet') };
  const patients = Math.ceil(settlements / 4);
  const institutions = Math.ceil(settlements / 2500);
  await c.run(`CREATE TABLE s AS
    SELECT i, p, h, h * 8 + ${pick('p * 3 + h', 8)} AS d, ${pick('i * 5', 100_000)} AS fen,
      1700000000 + ${pick('i * 11', 31_536_000)} AS t
    FROM (SELECT i, p, CASE WHEN i % 5 = 0 THEN 0
        ELSE ${skew(`p * 2 + (${pick('i * 13', 5)} == 0)::INT`, institutions)} END AS h
      FROM (SELECT i, CASE WHEN i % 5 = 0 THEN i // 5 ELSE ${pick('i', patients)} END AS p
        FROM range(${settlements}) r(i)))`);
  await c.run(`CREATE TABLE f AS SELECT s.*, CASE WHEN ${pick('s.i * 17 + k', 10)} < 9
      THEN ${skew(`p * 4 + ${pick('s.i + k', 4)}`, 5000)} ELSE ${skew('s.i * 19 + k', 5000)} END AS x
    FROM s, range(2) r(k)`);
  const pair = (a: Kind, b: Kind, from: string) => `SELECT '${a}' AS source_kind,
    ${ID[a]} AS source_id, '${b}' AS target_kind, ${ID[b]} AS target_id,
    count(DISTINCT i) AS count, sum(fen)::BIGINT AS fen, min(t) AS "first", max(t) AS "last"
    FROM ${from} GROUP BY ALL`;
  await c.run(
    `CREATE TABLE e AS ${[
      pair('patient', 'doctor', 's'),
      pair('patient', 'institution', 's'),
      pair('patient', 'drug', 'f'),
      pair('doctor', 'institution', 's'),
      pair('doctor', 'drug', 'f'),
      pair('institution', 'drug', 'f'),
    ].join(' UNION ALL ')}`,
  );
  const rank = (column: string) =>
    `list_position([${KINDS.map((k) => `'${k}'`).join(', ')}], ${column})`;
  await c.run(`COPY (FROM e ORDER BY ${rank('source_kind')}, ${rank('target_kind')}, source_id,
    target_id) TO '${files.edges}' (FORMAT parquet)`);
  await c.run(`COPY (SELECT kind, id, CASE kind WHEN 'patient' THEN id WHEN 'drug'
      THEN '阿莫西林胶囊' || id WHEN 'doctor' THEN '张医生' || id ELSE '人民医院' || id END AS label,
      '{"region":"500101"}' AS attributes FROM (
      SELECT source_kind AS kind, source_id AS id FROM e UNION SELECT target_kind, target_id FROM e)
      ORDER BY ${rank('kind')}, id) TO '${files.nodes}' (FORMAT parquet)`);
  const made = {
    ...files,
    nodeCount: await count(c, files.nodes),
    edgeCount: await count(c, files.edges),
  };
  c.closeSync();
  db.closeSync();
  return made;
}

async function count(c: DuckDBConnection, path: string): Promise<number> {
  const rows = await (await c.run(`SELECT count(*) FROM '${path}'`)).getRows();
  return Number(rows[0]?.[0]);
}
