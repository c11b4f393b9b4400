import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { invalid, throwIfAborted } from '../model/errors.js';
import { TABLE_NAMES, type TableName } from '../model/tables.js';
import { formatDay, type Period, parseDay, startOfDay } from '../model/time.js';
import { type Duck, openDuck, quote } from './duck.js';
import { syncPath, syncTree } from './files.js';
import {
  type LandedTable,
  type Ledger,
  type LedgerRow,
  type PrunedImport,
  tablesOf,
} from './ledger.js';
import { OWN_DAY_SQL, openReader, type ReaderOptions } from './reader.js';
import { parquetPath, snapshotOf } from './snapshot.js';
import { describe, ROW_GROUP } from './staging.js';

export interface PruneOptions extends ReaderOptions {
  readonly landingDir: string;
  readonly ledger: Ledger;
  /** First local day that stays. */
  readonly before: string;
  /** Settlements that stay whatever their day: open leads rest on them. */
  readonly keep: readonly string[];
}

export interface PruneResult {
  readonly imports: readonly number[];
  readonly removed: Readonly<Partial<Record<TableName, number>>>;
}

/** Conditions that a row stays, over `pruned_setl(id)` and `pruned_mdtrt(id)`. */
function stays(table: TableName, start: number): string | undefined {
  const kept = (column: string, of: string) =>
    `NOT EXISTS (SELECT 1 FROM ${of} g WHERE g.id = a.${column})`;
  const later = (column: string) => `(a.${column} IS NULL OR a.${column} >= ${start})`;
  switch (table) {
    case 'setl_d':
    case 'drug_trac_d':
      return kept('setl_id', 'pruned_setl');
    case 'mdtrt_d':
      return kept('mdtrt_id', 'pruned_mdtrt');
    case 'fee_list_d':
      return `CASE WHEN a.setl_id IS NOT NULL THEN ${kept('setl_id', 'pruned_setl')}
        ELSE ${kept('mdtrt_id', 'pruned_mdtrt')} AND ${later('fee_ocur_time')} END`;
    case 'invt_d':
      return later('invt_time');
    default:
      return undefined;
  }
}

/**
 * Deletes settlements of days before `before`, with the visits that have no other settlement, their
 * fee lines and trace codes, stock movements of those days, and everything withdrawn. Directories
 * are written anew beside the old ones; the ledger switches to them in one transaction; then the old
 * ones go.
 */
export async function prune(options: PruneOptions): Promise<PruneResult> {
  const day = parseDay(options.before);
  if (day === undefined)
    throw invalid(`${options.before} is no date`, 'Give --before as YYYY-MM-DD');
  const { version, rows } = await options.ledger.rows();
  const counting = snapshotOf(rows, version, options.landingDir);
  const reader = await openReader(counting, options);
  const removed: Partial<Record<TableName, number>> = {};
  const changes: PrunedImport[] = [];
  const old: string[] = [];
  const fresh: string[] = [];
  try {
    const gone = join(reader.scratch, 'gone.parquet');
    const pinned = `unnest([${options.keep.map(quote).join(', ') || "''"}])`;
    await reader.run(`COPY (SELECT setl_id AS id, mdtrt_id,
        coalesce(day < ${day}, false) AND setl_id NOT IN (SELECT ${pinned}) AS gone
      FROM (SELECT setl_id, mdtrt_id, ${OWN_DAY_SQL} AS day FROM ${reader.latest('setl_d')}))
      TO ${quote(gone)} (FORMAT parquet)`);
    const duck = await openDuck(options);
    try {
      await duck.run(`CREATE TEMP TABLE pruned_setl AS SELECT id FROM read_parquet(${quote(gone)}) WHERE gone;
        CREATE TEMP TABLE pruned_mdtrt AS SELECT mdtrt_id AS id FROM read_parquet(${quote(gone)})
          WHERE mdtrt_id IS NOT NULL GROUP BY mdtrt_id HAVING bool_and(gone)`);
      for (const row of rows) {
        throwIfAborted(options.signal);
        if (row.dir === null) continue;
        if (row.ended !== null) {
          old.push(row.dir);
          changes.push({
            id: row.id,
            dir: null,
            landed: {},
            period: row.period,
            state: 'withdrawn',
          });
          continue;
        }
        const change = await rewrite(duck, options, row, day, removed);
        if (!change) continue;
        old.push(row.dir);
        if (change.dir) fresh.push(change.dir);
        changes.push(change);
      }
    } finally {
      await duck.close();
    }
    if (changes.length > 0) await options.ledger.prune(changes, version);
  } catch (error) {
    for (const dir of fresh)
      await rm(join(options.landingDir, dir), { recursive: true, force: true });
    throw error;
  } finally {
    await reader.close();
  }
  for (const dir of old) await rm(join(options.landingDir, dir), { recursive: true, force: true });
  return { imports: changes.map((c) => c.id), removed };
}

/** The import without the pruned rows; undefined when it has none of them. */
async function rewrite(
  duck: Duck,
  options: PruneOptions,
  row: LedgerRow,
  day: number,
  removed: Partial<Record<TableName, number>>,
): Promise<PrunedImport | undefined> {
  const from = join(options.landingDir, row.dir as string);
  const start = startOfDay(day);
  const tables = tablesOf(row.landed);
  const losing = new Map<TableName, number>();
  for (const table of tables) {
    const condition = stays(table, start);
    if (!condition) continue;
    const [count] = await duck.rows<{ n: number }>(
      `SELECT count(*) AS n FROM read_parquet(${quote(parquetPath(from, table))}) a WHERE NOT (${condition})`,
    );
    if (count && count.n > 0) losing.set(table, count.n);
  }
  if (losing.size === 0) return undefined;

  const dir = randomUUID();
  const making = join(options.landingDir, `.tmp-${dir}`);
  mkdirSync(making);
  const landed: Partial<Record<TableName, LandedTable>> = {};
  for (const table of tables) {
    const target = parquetPath(making, table);
    const before = row.landed[table] as LandedTable;
    const lost = losing.get(table) ?? 0;
    if (lost === 0) {
      await copyFile(parquetPath(from, table), target);
      landed[table] = before;
      continue;
    }
    removed[table] = (removed[table] ?? 0) + lost;
    if (lost === before.rows) continue;
    await duck.run(`COPY (SELECT a.* FROM read_parquet(${quote(parquetPath(from, table))}) a
      WHERE ${stays(table, start)}) TO ${quote(target)}
      (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP})`);
    landed[table] = { ...(await describe(duck, table, quote(target))), overlaps: before.overlaps };
  }
  if (TABLE_NAMES.every((t) => landed[t] === undefined)) {
    await rm(making, { recursive: true });
    return { id: row.id, dir: null, landed: {}, period: null, state: 'pruned' };
  }
  const period = landed.setl_d ? await periodOf(duck, parquetPath(making, 'setl_d')) : null;
  await syncTree(making);
  await rename(making, join(options.landingDir, dir));
  syncPath(options.landingDir);
  return { id: row.id, dir, landed, period, state: landed.setl_d ? 'committed' : 'pruned' };
}

/** Local days of the settlements in one file. */
export async function periodOf(duck: Duck, file: string): Promise<Period | null> {
  const [row] = await duck.rows<{ first: number | null; last: number | null }>(
    `SELECT min(day) AS first, max(day) AS last FROM
      (SELECT ${OWN_DAY_SQL} AS day FROM read_parquet(${quote(file)}))`,
  );
  if (!row || row.first === null || row.last === null) return null;
  return { from: formatDay(row.first), to: formatDay(row.last + 1) };
}
