import { landedColumns, TABLE_NAMES, TABLES, type TableName } from '../model/tables.js';
import { type Period, parseDay } from '../model/time.js';
import { type Duck, ident, openDuck, quote } from './duck.js';
import { keyOf, type LandingSnapshot, parquetPath, type SnapshotImport } from './snapshot.js';
import type { LandingReader } from './types.js';

export interface ReaderOptions {
  readonly tempDir: string;
  readonly memoryLimit?: string;
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

export interface SnapshotReader extends LandingReader {
  readonly snapshot: LandingSnapshot;
}

/** The local day of a settlement from its own row, as SQL over the columns of setl_d; null when it has none. */
export const OWN_DAY_SQL = `coalesce(
  CASE WHEN setl_time >= 57600 OR setl_time < -28800 THEN floor((setl_time + 28800) / 86400)::INTEGER END,
  (enddate - DATE '1970-01-01')::INTEGER, (begndate - DATE '1970-01-01')::INTEGER)`;

/** Opens one consistent view of what `snapshot` names; usable in any thread. */
export async function openReader(
  snapshot: LandingSnapshot,
  options: ReaderOptions,
): Promise<SnapshotReader> {
  const duck = await openDuck(options);
  try {
    await prepare(duck, snapshot);
  } catch (error) {
    await duck.close();
    throw error;
  }
  const present = new Set(
    TABLE_NAMES.filter((t) => snapshot.imports.some((i) => i.landed[t]?.rows)),
  );
  return {
    version: snapshot.version,
    snapshot,
    scratch: duck.scratch,
    has: (table) => present.has(table),
    sql: (table) => `current_${table}`,
    latest: (table) => `latest_${table}`,
    run: async (sql) => {
      await duck.run(sql);
    },
    columns: duck.columns,
    rows: duck.rows,
    batches: duck.batches,
    close: duck.close,
  };
}

async function prepare(duck: Duck, snapshot: LandingSnapshot): Promise<void> {
  const replaced = await prepareReplaced(duck, snapshot);
  for (const table of TABLE_NAMES) {
    const names = landedColumns(table);
    const parts = snapshot.imports
      .filter((i) => (i.landed[table]?.rows ?? 0) > 0)
      .map((i) => part(table, i, snapshot, replaced));
    const body =
      parts.length > 0
        ? parts.join('\nUNION ALL\n')
        : `SELECT ${names.map((c) => `NULL::${c.type} AS ${ident(c.name)}`).join(', ')} WHERE false`;
    await duck.run(`CREATE TEMP VIEW latest_${table} AS ${body}`);
    const valid =
      'vali_flag' in TABLES[table].columns ? "WHERE vali_flag IS NULL OR vali_flag = '1'" : '';
    await duck.run(`CREATE TEMP VIEW current_${table} AS SELECT * FROM latest_${table} ${valid}`);
  }
}

/** Rows of one import that no later import has the key of, or replaces the period of. */
function part(
  table: TableName,
  at: SnapshotImport,
  snapshot: LandingSnapshot,
  replaced: ReadonlySet<number>,
): string {
  const columns = landedColumns(table).map((c) => `a.${ident(c.name)}`);
  const later = snapshot.imports.filter(
    (i) => i.id > at.id && i.landed[table]?.overlaps.includes(at.id),
  );
  const key = keyOf(table);
  const joins: string[] = [];
  const wheres: string[] = [];
  if (later.length > 0) {
    const files = later.map((i) => quote(parquetPath(i.dir, table))).join(', ');
    joins.push(
      `ANTI JOIN (SELECT ${key.join(', ')} FROM read_parquet([${files}])) k USING (${key.join(', ')})`,
    );
  }
  if (replaced.has(at.id)) wheres.push(...replacedConditions(table, at.id));
  return `SELECT ${columns.join(', ')} FROM read_parquet(${quote(parquetPath(at.dir, table))}) a ${joins.join(' ')}
    ${wheres.length > 0 ? `WHERE ${wheres.join(' AND ')}` : ''}`;
}

function replacedConditions(table: TableName, id: number): string[] {
  const gone = (column: string, of: string) =>
    `NOT EXISTS (SELECT 1 FROM ${of} r WHERE r.import = ${id} AND r.id = a.${column})`;
  if (table === 'setl_d') return [gone('setl_id', 'replaced_setl')];
  if (table === 'mdtrt_d') return [gone('mdtrt_id', 'replaced_mdtrt')];
  if (table === 'drug_trac_d') return [gone('setl_id', 'replaced_setl')];
  if (table === 'fee_list_d')
    return [
      `(a.setl_id IS NULL OR ${gone('setl_id', 'replaced_setl')})`,
      `(a.setl_id IS NOT NULL OR ${gone('mdtrt_id', 'replaced_mdtrt')})`,
    ];
  return [];
}

/**
 * Where an import replaces a period, the settlements of earlier imports in it, and the visits that
 * only those settled: `replaced_setl(import, id)` and `replaced_mdtrt(import, id)`, one row for each
 * import whose rows go. Returns the imports concerned.
 */
async function prepareReplaced(duck: Duck, snapshot: LandingSnapshot): Promise<Set<number>> {
  const concerned = new Set<number>();
  await duck.run(`CREATE TEMP TABLE replaced_setl (import INTEGER, id VARCHAR);
    CREATE TEMP TABLE replaced_mdtrt (import INTEGER, id VARCHAR)`);
  for (const at of snapshot.imports) {
    const periods = snapshot.imports
      .filter((i) => i.id > at.id && i.replaces !== null)
      .map((i) => i.replaces as Period);
    if (periods.length === 0) continue;
    concerned.add(at.id);
    const inside = periods
      .map((p) => `(day >= ${parseDay(p.from)} AND day < ${parseDay(p.to)})`)
      .join(' OR ');
    // Rows of this import, and settlements of earlier ones that its fee lines and visits may belong to.
    const files = snapshot.imports
      .filter((i) => i.id <= at.id && i.landed.setl_d?.rows)
      .map((i) => quote(parquetPath(i.dir, 'setl_d')));
    if (files.length === 0) continue;
    await duck.run(`CREATE OR REPLACE TEMP TABLE replaced_days AS
      SELECT setl_id, mdtrt_id, coalesce(${inside}, false) AS gone
      FROM (SELECT setl_id, mdtrt_id, ${OWN_DAY_SQL} AS day FROM read_parquet([${files.join(', ')}]));
      INSERT INTO replaced_setl SELECT DISTINCT ${at.id}, setl_id FROM replaced_days WHERE gone;
      INSERT INTO replaced_mdtrt SELECT ${at.id}, mdtrt_id FROM replaced_days WHERE mdtrt_id IS NOT NULL
        GROUP BY mdtrt_id HAVING bool_and(gone);
      DROP TABLE replaced_days`);
  }
  return concerned;
}
