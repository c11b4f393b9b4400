import type { DuckDBAppender } from '@duckdb/node-api';
import type { LedgerVersion } from '../../landing/types.js';
import { RingfenceError, throwIfAborted } from '../../model/errors.js';
import { ENTITY_KINDS } from '../../model/ids.js';
import type { WorkContext } from '../../model/progress.js';
import { appendRows } from '../append.js';
import { pinyinInitials } from '../initials.js';
import type { GraphDelta } from '../port.js';
import type { Pool, Session } from './pool.js';
import { kindCode, kindCodeSql } from './schema.js';

function quoted(path: string): string {
  return `'${path.replaceAll("'", "''")}'`;
}

/**
 * The graph is numbered and sorted anew by every load, inside one transaction together with the
 * version; a delta is first merged with what is there. Sorting all costs seconds at millions of
 * relationships and keeps every question a short scan.
 */
export async function loadGraph(
  pool: Pool,
  from: LedgerVersion,
  to: LedgerVersion,
  rows: GraphDelta,
  work: WorkContext,
): Promise<void> {
  await pool.write(async (s) => {
    const shown = await graphVersion(s);
    if (shown >= to) return;
    if (!rows.full && shown !== from)
      throw new RingfenceError(
        'conflict',
        `The graph shows ledger version ${shown}; the change begins at ${from}`,
        'Load again from the version that the graph shows.',
      );
    const phases = ['stage', 'nodes', 'relationships', 'names', 'publish'];
    let phase = 0;
    const next = () => {
      throwIfAborted(work.signal);
      work.progress?.({ phase: `graph: ${phases[phase]}`, done: phase++, total: phases.length });
    };
    // Merging a change of one row in a hundred takes longer than reading all of it from Parquet
    // (a million settlements: 5.8 s and 4 s), since everything is numbered and sorted anew anyway.
    const full = rows.full || rows.parquet !== undefined;
    try {
      next();
      const staged = await stage(s, rows, work);
      next();
      await numberNodes(s, staged.nodes, full);
      next();
      await joinEdges(s, staged.edges, full);
      await sortAdjacent(s);
      next();
      await nameNodes(s);
      next();
      await s.run('UPDATE store SET ledger_version = ?::BIGINT', [BigInt(to)]);
    } finally {
      await dropStaged(s);
    }
  }, work.signal);
}

export async function graphVersion(s: Session): Promise<LedgerVersion> {
  const [row] = await s.rows<{ v: number }>('SELECT ledger_version AS v FROM store');
  return row?.v ?? 0;
}

const STAGED = [
  'st_nodes',
  'st_edges',
  'st_removed',
  'st_gone',
  'g_nodes',
  'g_moved',
  'g_edges',
  'g_initials',
];

/** Temporary tables outlive the transaction's end only when it was committed. */
async function dropStaged(s: Session): Promise<void> {
  for (const table of STAGED)
    await s.run(`DROP TABLE IF EXISTS temp.${table}`).catch(() => undefined);
}

/** Table expressions of the delta with kinds as codes: (k, id, label, attributes) and (sk, source, …). */
async function stage(s: Session, rows: GraphDelta, work: WorkContext) {
  if (rows.parquet) {
    const { nodes, edges } = rows.parquet;
    return {
      nodes: `(SELECT ${kindCodeSql('kind')} AS k, id, label, attributes
        FROM read_parquet(${quoted(nodes)}))`,
      edges: `(SELECT ${kindCodeSql('source_kind')} AS sk, source_id AS source,
          ${kindCodeSql('target_kind')} AS tk, target_id AS target, count, fen, "first", "last"
        FROM read_parquet(${quoted(edges)}))`,
    };
  }
  await s.run(`
    CREATE TEMP TABLE st_nodes (k UTINYINT, id VARCHAR, label VARCHAR, attributes VARCHAR);
    CREATE TEMP TABLE st_edges (sk UTINYINT, source VARCHAR, tk UTINYINT, target VARCHAR,
      count BIGINT, fen BIGINT, "first" BIGINT, "last" BIGINT);
    CREATE TEMP TABLE st_removed (sk UTINYINT, source VARCHAR, tk UTINYINT, target VARCHAR);
    CREATE TEMP TABLE st_gone (k UTINYINT, id VARCHAR);`);
  await append(s, 'st_nodes', rows.nodes(), work, (a, node) => {
    a.appendUTinyInt(kindCode(node.kind));
    a.appendVarchar(node.id);
    a.appendVarchar(node.label);
    a.appendVarchar(JSON.stringify(node.attributes));
  });
  await append(s, 'st_edges', rows.edges(), work, (a, edge) => {
    a.appendUTinyInt(kindCode(edge.source.kind));
    a.appendVarchar(edge.source.id);
    a.appendUTinyInt(kindCode(edge.target.kind));
    a.appendVarchar(edge.target.id);
    for (const n of [edge.count, edge.fen, edge.first, edge.last]) a.appendBigInt(BigInt(n));
  });
  if (!rows.full)
    await append(s, 'st_removed', rows.removedEdges(), work, (a, edge) => {
      a.appendUTinyInt(kindCode(edge.source.kind));
      a.appendVarchar(edge.source.id);
      a.appendUTinyInt(kindCode(edge.target.kind));
      a.appendVarchar(edge.target.id);
    });
  if (!rows.full && rows.removedNodes)
    await append(s, 'st_gone', rows.removedNodes(), work, (a, node) => {
      a.appendUTinyInt(kindCode(node.kind));
      a.appendVarchar(node.id);
    });
  return { nodes: 'temp.st_nodes', edges: 'temp.st_edges' };
}

async function append<T>(
  s: Session,
  table: string,
  batches: AsyncIterable<readonly T[]>,
  work: WorkContext,
  row: (appender: DuckDBAppender, value: T) => void,
): Promise<void> {
  const appender = await s.connection.createAppender(table, 'main', 'temp');
  await appendRows(appender, batches, row, work.signal);
}

/** temp.g_nodes: all nodes, numbered by (kind, id). For a delta also temp.g_moved: old to new number. */
async function numberNodes(s: Session, nodes: string, full: boolean): Promise<void> {
  const all = full
    ? `SELECT k, id, label, attributes FROM ${nodes}`
    : `SELECT k, id, label, attributes FROM ${nodes}
       UNION ALL
       SELECT k, id, label, attributes FROM main.nodes ANTI JOIN ${nodes} AS d USING (k, id)
       ANTI JOIN temp.st_gone USING (k, id)`;
  await s.run(`
    CREATE TEMP TABLE g_nodes AS
      SELECT (row_number() OVER ())::INTEGER - 1 AS n, * FROM (FROM (${all}) ORDER BY k, id)`);
  const [{ twice } = { twice: 0 }] = await s.rows<{ twice: number }>(
    `SELECT count(*) AS twice FROM temp.g_nodes AS a
     JOIN temp.g_nodes AS b ON a.n + 1 = b.n AND a.k = b.k AND a.id = b.id`,
  );
  if (twice) throw new Error(`${twice} nodes come twice in one load`);
  if (!full)
    await s.run(`
      CREATE TEMP TABLE g_moved AS
        SELECT old.n AS old, new.n AS new FROM main.nodes AS old JOIN temp.g_nodes AS new USING (k, id)`);
}

/** temp.g_edges: every relationship once, by the numbers of its ends. */
async function joinEdges(s: Session, edges: string, full: boolean): Promise<void> {
  const numbered = (from: string, columns: string) => `
    SELECT a.n AS s, b.n AS t, e.sk, e.tk${columns} FROM ${from} AS e
    JOIN temp.g_nodes AS a ON a.k = e.sk AND a.id = e.source
    JOIN temp.g_nodes AS b ON b.k = e.tk AND b.id = e.target`;
  await s.run(
    `CREATE TEMP TABLE g_edges AS ${numbered(edges, ', e.count, e.fen, e."first", e."last"')}`,
  );
  const [counts] = await s.rows<{ given: number; joined: number; crooked: number }>(
    `SELECT (SELECT count(*) FROM ${edges}) AS given, count(*) AS joined,
       count(*) FILTER (sk >= tk) AS crooked FROM temp.g_edges`,
  );
  if (counts && counts.given !== counts.joined)
    throw new Error(`${counts.given - counts.joined} relationships have an end that is no node`);
  if (counts?.crooked)
    throw new Error(`${counts.crooked} relationships do not go from a lower kind to a higher`);
  if (!full)
    await s.run(`
      INSERT INTO temp.g_edges
      SELECT a.new, b.new, o.k, adj.mk, adj.count, adj.fen, adj."first", adj."last"
      FROM main.adjacent AS adj
      JOIN main.nodes AS o ON o.n = adj.n
      JOIN temp.g_moved AS a ON a.old = adj.n
      JOIN temp.g_moved AS b ON b.old = adj.m
      ANTI JOIN (
        SELECT s, t FROM temp.g_edges
        UNION ALL SELECT s, t FROM (${numbered('temp.st_removed', '')})
      ) AS gone ON gone.s = a.new AND gone.t = b.new
      WHERE adj.m > adj.n`);
}

async function sortAdjacent(s: Session): Promise<void> {
  await s.run(`
    CREATE OR REPLACE TABLE main.adjacent AS
    SELECT n, mk, count::INTEGER AS count, m, fen, "first", "last" FROM (
      SELECT s AS n, tk AS mk, count, t AS m, fen, "first", "last" FROM temp.g_edges
      UNION ALL
      SELECT t, sk, count, s, fen, "first", "last" FROM temp.g_edges)
    ORDER BY n, mk, count DESC, m`);
}

/** main.nodes: what search looks at, and where the neighbours of each kind begin in `adjacent`. */
async function nameNodes(s: Session): Promise<void> {
  const initials = await pinyinInitials();
  await s.run('CREATE TEMP TABLE g_initials (label VARCHAR, initials VARCHAR)');
  const labels = await s.rows<{ label: string }>(
    'SELECT DISTINCT label FROM temp.g_nodes WHERE k > 0',
  );
  const appender = await s.connection.createAppender('g_initials', 'main', 'temp');
  await appendRows(appender, [labels], (a, { label }) => {
    a.appendVarchar(label);
    a.appendVarchar(initials(label));
  });
  const list = (column: string) =>
    `[${ENTITY_KINDS.map((_, i) => `coalesce(sum(${column}) FILTER (mk = ${i}), 0)::BIGINT`).join(', ')}]`;
  await s.run(`
    CREATE OR REPLACE TABLE main.nodes AS
    WITH degrees AS (SELECT n, mk, count(*) AS d FROM main.adjacent GROUP BY n, mk),
    placed AS (SELECT *, sum(d) OVER (ORDER BY n, mk) - d AS o FROM degrees),
    wide AS (SELECT n, sum(d)::BIGINT AS degree, ${list('d')} AS d, ${list('o')} AS o
      FROM placed GROUP BY n)
    SELECT g.n, g.k, g.id,
      json_array(g.label, g.attributes::JSON, coalesce(w.d, [0, 0, 0, 0]), coalesce(w.o, [0, 0, 0, 0]))::VARCHAR AS body,
      coalesce(w.degree, 0) AS degree,
      g.label, g.attributes,
      lower(g.id) AS code,
      CASE WHEN g.k > 0 THEN lower(g.label) END AS name,
      i.initials,
      g.attributes ->> '$.region' AS region
    FROM temp.g_nodes AS g
    LEFT JOIN wide AS w ON w.n = g.n
    LEFT JOIN temp.g_initials AS i ON i.label = CASE WHEN g.k > 0 THEN g.label END
    ORDER BY g.n`);
}
