import { ENTITY_KINDS, type EntityKind, type EntityRef } from '../../model/ids.js';
import type { WorkContext } from '../../model/progress.js';
import type { GraphDelta } from '../port.js';
import type { Row, Stage } from './stage.js';

/** More neighbours of one kind than this, and the heaviest are written down (`:Hub`). */
export const HUB_DEGREE = 1_000;

const EDGE = 'sk VARCHAR, source VARCHAR, tk VARCHAR, target VARCHAR';
const VALUES = 'count BIGINT, fen BIGINT, "first" BIGINT, "last" BIGINT';
const DEGREES = 'patients BIGINT, doctors BIGINT, institutions BIGINT, drugs BIGINT';
const SET_KEY = 'sk, source, tk, target';
const KINDS = ENTITY_KINDS.map((k) => `'${k}'`).join(', ');
export const DEGREE_COLUMNS = ['patients', 'doctors', 'institutions', 'drugs'] as const;
const rank = (column: string) => `list_position([${KINDS}], ${column})`;

const quoted = (path: string) => `'${path.replaceAll("'", "''")}'`;

/** The tables `d_*`: what the caller gives. `e_*`, what the graph has, are made empty. */
export async function stageDelta(stage: Stage, rows: GraphDelta, work: WorkContext): Promise<void> {
  await stage.run(`
    CREATE TABLE d_removed (${EDGE});
    CREATE TABLE d_gone (kind VARCHAR, id VARCHAR);
    CREATE TABLE e_nodes (kind VARCHAR, id VARCHAR, label VARCHAR, attributes VARCHAR, ${DEGREES},
      staged BIGINT);
    CREATE TABLE e_edges (${EDGE}, ${VALUES}, staged BIGINT);`);
  if (rows.full && rows.parquet) {
    const { nodes, edges } = rows.parquet;
    await stage.run(`
      CREATE VIEW d_nodes AS SELECT kind, id, label, attributes FROM read_parquet(${quoted(nodes)});
      CREATE VIEW d_edges AS SELECT source_kind AS sk, source_id AS source, target_kind AS tk,
        target_id AS target, count, fen, "first", "last" FROM read_parquet(${quoted(edges)});`);
    return;
  }
  await stage.run(`
    CREATE TABLE d_nodes (kind VARCHAR, id VARCHAR, label VARCHAR, attributes VARCHAR);
    CREATE TABLE d_edges (${EDGE}, ${VALUES});`);
  const ends = (e: { source: EntityRef; target: EntityRef }): Row => [
    e.source.kind,
    e.source.id,
    e.target.kind,
    e.target.id,
  ];
  await stage.append(
    'd_nodes',
    mapped(rows.nodes(), (n) => [n.kind, n.id, n.label, JSON.stringify(n.attributes)]),
    work.signal,
  );
  await stage.append(
    'd_edges',
    mapped(rows.edges(), (e) => [...ends(e), e.count, e.fen, e.first, e.last]),
    work.signal,
  );
  if (rows.full) return;
  await stage.append('d_removed', mapped(rows.removedEdges(), ends), work.signal);
  if (rows.removedNodes)
    await stage.append(
      'd_gone',
      mapped(rows.removedNodes(), (n) => [n.kind, n.id]),
      work.signal,
    );
}

async function* mapped<T>(
  batches: AsyncIterable<readonly T[]>,
  row: (value: T) => Row,
): AsyncGenerator<Row[]> {
  for await (const batch of batches) yield batch.map(row);
}

/**
 * The tables to write, from `d_*` and `e_*`:
 * `w_edges`: the relationships that differ, with a count of 0 for those that go;
 * `g_degrees`: the degrees afterwards of every node that can have changed (of all, when full);
 * `w_nodes`: the nodes that differ. What already stands as it shall is in neither, which is what
 * makes a repeated load go on where it broke off.
 */
export async function makePlan(stage: Stage, full: boolean, lanes: number): Promise<void> {
  const same = ['count', 'fen', '"first"', '"last"'].map((c) => `d.${c} = e.${c}`).join(' AND ');
  await stage.run(`
    CREATE TABLE w_edges AS
    SELECT d.*, hash(d.source) % ${lanes} AS lane,
      (hash(d.target) + ${lanes} - hash(d.source) % ${lanes}) % ${lanes} AS round
    FROM (
      SELECT d.* FROM d_edges AS d LEFT JOIN e_edges AS e USING (${SET_KEY})
      WHERE e.source IS NULL OR e.staged > 0 OR e.count IS NULL OR NOT (${same})
      UNION ALL
      SELECT ${SET_KEY}, 0, 0, 0, 0 FROM e_edges
      ${full ? 'ANTI JOIN d_edges' : 'SEMI JOIN d_removed'} USING (${SET_KEY})) AS d;`);
  await refuseBadEnds(stage, full);
  await (full ? degreesOfAll(stage) : degreesOfTouched(stage));
  const staying = full ? 'SEMI JOIN d_nodes' : 'ANTI JOIN d_gone';
  const leaving = full ? 'ANTI JOIN d_nodes' : 'SEMI JOIN d_gone';
  // A node that a delta does not touch keeps its degrees; one that a full load gives no
  // relationship has none.
  const degree = (c: string) => (full ? `coalesce(g.${c}, 0)` : `coalesce(g.${c}, e.${c}, 0)`);
  await stage.run(`
    CREATE TABLE w_nodes AS
    SELECT kind, id, coalesce(d.label, e.label) AS label,
      coalesce(d.attributes, e.attributes) AS attributes,
      ${DEGREE_COLUMNS.map((c) => `${degree(c)} AS ${c}`).join(', ')}, false AS gone
    FROM d_nodes AS d
    FULL JOIN (SELECT * FROM e_nodes ${staying} USING (kind, id)) AS e USING (kind, id)
    LEFT JOIN g_degrees AS g USING (kind, id)
    WHERE e.label IS NULL OR e.staged > 0
      OR coalesce(d.label, e.label) <> e.label OR coalesce(d.attributes, e.attributes) <> e.attributes
      OR ${DEGREE_COLUMNS.map((c) => `${degree(c)} <> e.${c}`).join(' OR ')}
    UNION ALL
    SELECT kind, id, NULL, NULL, 0, 0, 0, 0, true FROM e_nodes ${leaving} USING (kind, id);`);
}

async function refuseBadEnds(stage: Stage, full: boolean): Promise<void> {
  const known = full
    ? 'd_nodes'
    : `(SELECT kind, id FROM d_nodes
        UNION SELECT kind, id FROM e_nodes ANTI JOIN d_gone USING (kind, id) WHERE label IS NOT NULL)`;
  const [found] = await stage.rows<{ stray: number; crooked: number; twice: number }>(`
    SELECT
      (SELECT count(*) FROM (
        SELECT DISTINCT sk AS kind, source AS id FROM d_edges UNION SELECT tk, target FROM d_edges)
        ANTI JOIN ${known} USING (kind, id)) AS stray,
      (SELECT count(*) FROM d_edges
        WHERE coalesce(${rank('sk')} >= ${rank('tk')}, true)) AS crooked,
      (SELECT count(*) - count(DISTINCT (kind, id)) FROM d_nodes) AS twice`);
  if (found?.stray) throw new Error(`${found.stray} ends of relationships are no nodes`);
  if (found?.crooked)
    throw new Error(`${found.crooked} relationships do not go from a lower kind to a higher`);
  if (found?.twice) throw new Error(`${found.twice} nodes come twice in one load`);
}

/** Both ends of a table of relationships, each beside the kind of the other. */
const bothEnds = (table: string, value: string) =>
  `(SELECT sk AS kind, source AS id, tk AS other, ${value} AS v FROM ${table}
    UNION ALL SELECT tk, target, sk, ${value} FROM ${table})`;

const byOther = (prefix = '') =>
  ENTITY_KINDS.map(
    (kind, i) =>
      `(${prefix}coalesce(sum(v) FILTER (other = '${kind}'), 0))::BIGINT AS ${DEGREE_COLUMNS[i]}`,
  ).join(', ');

/** `g_degrees` of all nodes of `d_edges`. */
export async function degreesOfAll(stage: Stage): Promise<void> {
  await stage.run(`CREATE TABLE g_degrees AS
    SELECT kind, id, ${byOther()} FROM ${bothEnds('d_edges', '1')} GROUP BY kind, id`);
}

/** Of a delta: what was, one more for a new relationship, one less for one that goes. */
async function degreesOfTouched(stage: Stage): Promise<void> {
  await stage.run(`
    CREATE TABLE g_steps AS
      SELECT w.sk, w.source, w.tk, w.target,
        CASE WHEN w.count = 0 THEN CASE WHEN e.count IS NULL THEN 0 ELSE -1 END
          WHEN e.count IS NULL THEN 1 ELSE 0 END AS step
      FROM w_edges AS w LEFT JOIN e_edges AS e USING (${SET_KEY});
    CREATE TABLE g_degrees AS
      SELECT kind, id, ${DEGREE_COLUMNS.map((c) => `coalesce(e.${c}, 0) + s.${c} AS ${c}`).join(', ')}
      FROM (SELECT kind, id, ${byOther()} FROM ${bothEnds('g_steps', 'step')} GROUP BY kind, id) AS s
      LEFT JOIN e_nodes AS e USING (kind, id);`);
}

/**
 * The nodes that have very many neighbours of another kind, most first; only those of which a
 * relationship is written now, when `changed`.
 */
export function hubsSql(changed: boolean): string {
  const touched = `SEMI JOIN ${bothEnds('w_edges', '1')} USING (kind, id, other)`;
  const one = (other: EntityKind, i: number) =>
    `SELECT kind, id, '${other}' AS other, ${DEGREE_COLUMNS[i]} AS degree FROM g_degrees`;
  return `SELECT kind, id, other FROM (${ENTITY_KINDS.map(one).join(' UNION ALL ')})
    ${changed ? touched : ''} WHERE degree > ${HUB_DEGREE} ORDER BY kind, other, degree DESC, id`;
}
