import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RingfenceError } from '../model/errors.js';
import { landedColumns, TABLES, type TableName } from '../model/tables.js';
import { formatDay, type Period } from '../model/time.js';
import { type Duck, ident, openDuck, quote } from './duck.js';
import { syncPath, syncTree } from './files.js';
import type { LandedTable, LandedTables, Ledger, LedgerRow, NewImport } from './ledger.js';
import { OWN_DAY_SQL, openReader, type ReaderOptions, type SnapshotReader } from './reader.js';
import { disjoint, keyOf, type LandingSnapshot, parquetPath } from './snapshot.js';

export const ROW_GROUP = 100_000;

/** An import being made: rows go to a hidden directory, and count once `commit` has returned. */
export interface Staging {
  readonly id: string;
  /** DuckDB to make the rows with; its scratch directory goes with it. */
  readonly duck: Duck;
  /**
   * Writes a table from a query with the columns of `landedColumns`, each key once; ordered by key
   * here. Returns the number of rows.
   */
  write(table: TableName, select: string): Promise<number>;
  /** A reader as if this import were committed. Rows of this import: `staged(table)`. */
  preview(replacePeriod: boolean): Promise<SnapshotReader>;
  staged(table: TableName): string;
  /** Whether the table has been written. */
  has(table: TableName): boolean;
  /** Rows by table that are new or differ from what is committed now. */
  changed(): Promise<Partial<Record<TableName, number>>>;
  period(): Promise<Period | null>;
  commit(
    entry: Omit<NewImport, 'dir' | 'landed' | 'period' | 'replaces'> & { replacePeriod: boolean },
  ): Promise<LedgerRow>;
  /** Drops everything; does nothing after a commit. */
  abort(): Promise<void>;
}

export interface StagingOptions extends ReaderOptions {
  readonly landingDir: string;
  readonly ledger: Ledger;
  readonly snapshot: () => Promise<LandingSnapshot>;
}

const LATER = Number.MAX_SAFE_INTEGER;

export async function beginStaging(options: StagingOptions): Promise<Staging> {
  const id = randomUUID();
  const making = join(options.landingDir, `.tmp-${id}`);
  mkdirSync(making, { recursive: true });
  const duck = await openDuck(options);
  const landed: Partial<Record<TableName, LandedTable>> = {};
  let compared: { snapshot: LandingSnapshot; landed: LandedTables } | undefined;
  let done = false;

  const tables = () => Object.keys(landed) as TableName[];
  const path = (table: TableName) => quote(parquetPath(making, table));

  /** What is committed now, and which of its imports share keys with this one. */
  async function compare(): Promise<{ snapshot: LandingSnapshot; landed: LandedTables }> {
    const snapshot = await options.snapshot();
    if (compared?.snapshot.version !== snapshot.version || compared === undefined)
      compared = { snapshot, landed: await withOverlaps(duck, making, landed, snapshot) };
    return compared;
  }

  async function period(): Promise<Period | null> {
    if (!landed.setl_d?.rows) return null;
    const [row] = await duck.rows<{ first: number | null; last: number | null }>(
      `SELECT min(day) AS first, max(day) AS last FROM
        (SELECT ${OWN_DAY_SQL} AS day FROM read_parquet(${path('setl_d')}))`,
    );
    if (!row || row.first === null || row.last === null) return null;
    return { from: formatDay(row.first), to: formatDay(row.last + 1) };
  }

  return {
    id,
    duck,
    has: (table) => landed[table] !== undefined,
    staged: (table) => `read_parquet(${path(table)})`,

    async write(table, select) {
      const names = landedColumns(table).map(
        (c) => `${ident(c.name)}::${c.type} AS ${ident(c.name)}`,
      );
      const key = keyOf(table).map(ident);
      await duck.run(`COPY (SELECT ${names.join(', ')} FROM (${select}) ORDER BY ${key.join(', ')})
        TO ${path(table)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP})`);
      landed[table] = { ...(await describe(duck, table, path(table))), overlaps: [] };
      compared = undefined;
      return landed[table].rows;
    },

    async preview(replacePeriod) {
      const { snapshot, landed: compared } = await compare();
      const own = {
        id: LATER,
        dir: making,
        landed: compared,
        replaces: replacePeriod ? await period() : null,
      };
      return openReader(
        { version: snapshot.version, imports: [...snapshot.imports, own] },
        options,
      );
    },

    async changed() {
      const { snapshot, landed: compared } = await compare();
      const out: Partial<Record<TableName, number>> = {};
      let reader: SnapshotReader | undefined;
      try {
        for (const table of tables()) {
          const own = compared[table]!;
          let same = 0;
          if (own.overlaps.length > 0) {
            reader ??= await openReader(snapshot, options);
            const equal = Object.keys(TABLES[table].columns)
              .map((c) => `a.${ident(c)} IS NOT DISTINCT FROM b.${ident(c)}`)
              .join(' AND ');
            const [row] = await reader.rows<{ same: number }>(`SELECT count(*) AS same
              FROM read_parquet(${path(table)}) a JOIN ${reader.latest(table)} b
              USING (${keyOf(table).join(', ')}) WHERE ${equal}`);
            same = row?.same ?? 0;
          }
          out[table] = own.rows - same;
        }
      } finally {
        await reader?.close();
      }
      return out;
    },

    period,

    async commit({ replacePeriod, ...entry }) {
      const days = await period();
      const replaces = replacePeriod ? days : null;
      const dir = id;
      const final = join(options.landingDir, dir);
      await compare();
      await duck.close();
      await syncTree(making);
      await rename(making, final);
      syncPath(options.landingDir);
      // From here a crash leaves a directory that no ledger row names; the next owner removes it.
      try {
        for (let attempt = 0; ; attempt++) {
          const { snapshot, landed: full } = compared as NonNullable<typeof compared>;
          try {
            const row = await options.ledger.commit(
              { ...entry, dir, landed: full, period: days, replaces },
              snapshot.version,
            );
            done = true;
            return row;
          } catch (error) {
            const moved = error instanceof RingfenceError && error.kind === 'conflict';
            if (!moved || attempt > 20) throw error;
            compared = await recompare(options, final, full);
          }
        }
      } catch (error) {
        // Not removed: the row may have arrived although its answer was lost.
        done = true;
        throw error;
      }
    },

    async abort() {
      await duck.close();
      if (!done) await rm(making, { recursive: true, force: true });
      done = true;
    },
  };
}

/** Another import was committed meanwhile: look for shared keys again. */
async function recompare(
  options: StagingOptions,
  dir: string,
  landed: LandedTables,
): Promise<{ snapshot: LandingSnapshot; landed: LandedTables }> {
  const snapshot = await options.snapshot();
  const duck = await openDuck(options);
  try {
    return { snapshot, landed: await withOverlaps(duck, dir, landed, snapshot) };
  } finally {
    await duck.close();
  }
}

async function withOverlaps(
  duck: Duck,
  dir: string,
  landed: LandedTables,
  snapshot: LandingSnapshot,
): Promise<LandedTables> {
  const out: Partial<Record<TableName, LandedTable>> = {};
  for (const table of Object.keys(landed) as TableName[]) {
    const own = landed[table]!;
    const overlaps: number[] = [];
    for (const earlier of snapshot.imports) {
      const other = earlier.landed[table];
      if (own.rows === 0 || !other || other.rows === 0 || disjoint(own, other)) continue;
      const key = keyOf(table).join(', ');
      const [hit] =
        await duck.rows(`SELECT 1 AS hit FROM read_parquet(${quote(parquetPath(dir, table))}) a
        SEMI JOIN (SELECT ${key} FROM read_parquet(${quote(parquetPath(earlier.dir, table))})) b
        USING (${key}) LIMIT 1`);
      if (hit) overlaps.push(earlier.id);
    }
    out[table] = { ...own, overlaps };
  }
  return out;
}

/** Rows and key ranges of a written table. */
export async function describe(
  duck: Duck,
  table: TableName,
  file: string,
): Promise<Omit<LandedTable, 'overlaps'>> {
  const ranges = keyOf(table).map(
    (k, i) => `min(${ident(k)}) AS min${i}, max(${ident(k)}) AS max${i}`,
  );
  const [row] = await duck.rows<Record<string, number | string>>(
    `SELECT count(*) AS rows, ${ranges.join(', ')} FROM read_parquet(${file})`,
  );
  const rows = Number(row?.rows ?? 0);
  return {
    rows,
    ranges:
      rows === 0
        ? []
        : keyOf(table).map((_, i) => [String(row?.[`min${i}`]), String(row?.[`max${i}`])] as const),
  };
}
