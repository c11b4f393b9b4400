import { join } from 'node:path';
import { TABLES, type TableName } from '../model/tables.js';
import type { Period } from '../model/time.js';
import { type LandedTable, type LedgerRow, tablesOf } from './ledger.js';
import type { LedgerVersion } from './types.js';

/** One import as a reader sees it. */
export interface SnapshotImport {
  readonly id: number;
  /** Absolute directory of its Parquet files. */
  readonly dir: string;
  readonly landed: Readonly<Partial<Record<TableName, LandedTable>>>;
  readonly replaces: Period | null;
}

/** What was committed at one version; plain data, so that a worker thread can be given it. */
export interface LandingSnapshot {
  readonly version: LedgerVersion;
  /** Oldest first. */
  readonly imports: readonly SnapshotImport[];
}

export function parquetPath(dir: string, table: TableName): string {
  return join(dir, `${table}.parquet`);
}

/** Imports that counted at `version`. */
export function snapshotOf(
  rows: readonly LedgerRow[],
  version: LedgerVersion,
  landingDir: string,
): LandingSnapshot {
  return {
    version,
    imports: rows
      .filter((r) => r.version <= version && (r.ended === null || r.ended > version))
      .filter((r) => r.dir !== null && tablesOf(r.landed).length > 0)
      .map((r) => ({
        id: r.id,
        dir: join(landingDir, r.dir as string),
        landed: r.landed,
        replaces: r.replaces,
      })),
  };
}

/** True when no key can be in both, told from the ranges of the key columns alone. */
export function disjoint(a: LandedTable, b: LandedTable): boolean {
  return a.ranges.some((range, i) => {
    const other = b.ranges[i];
    return other !== undefined && (below(range[1], other[0]) || below(other[1], range[0]));
  });
}

/** In the order of DuckDB, which is that of the UTF-8 bytes. */
function below(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

export function keyOf(table: TableName): readonly string[] {
  return TABLES[table].key;
}
