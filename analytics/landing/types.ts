import type { TableName } from '../model/tables.js';
import type { Period } from '../model/time.js';

/**
 * Counts every change of what is committed: an import, a withdrawal, a replacement, a pruning.
 * Everything derived from landing names the version it was made from.
 */
export type LedgerVersion = number;

export interface TableCounts {
  readonly read: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Rows that are new or differ from what was committed before. */
  readonly changed: number;
  /** Keys met more than once inside this import (the later row won). */
  readonly repeated: number;
}

export interface ImportRecord {
  readonly id: number;
  readonly source: string;
  readonly dialect: string;
  readonly committedAt: string;
  readonly state: 'committed' | 'withdrawn' | 'replaced' | 'pruned';
  /** SHA-256 over the files' contents: the same files again change nothing. */
  readonly digest: string;
  /** Local days of the settlements inside, null when there are none. */
  readonly period: Period | null;
  readonly tables: Readonly<Partial<Record<TableName, TableCounts>>>;
  readonly warnings: readonly string[];
}

/** A column of a query's result; nulls are NaN, -1, 0 or '' by type, in that order below. */
export type Column = Float64Array | Int32Array | Uint8Array | string[];

/**
 * One consistent view of landing: the rows of the imports committed at `version`, the latest row of
 * every key, voided rows left out. Reading is SQL over Parquet in an in-process DuckDB.
 */
export interface LandingReader {
  readonly version: LedgerVersion;
  has(table: TableName): boolean;
  /** A table expression, `FROM ${reader.sql('setl_d')}`, with the columns of `landedColumns`. */
  sql(table: TableName): string;
  /** As `sql`, with voided rows. */
  latest(table: TableName): string;
  /** A directory for files that go when it is closed. */
  readonly scratch: string;
  run(sql: string): Promise<void>;
  /** DOUBLE and BIGINT → Float64Array, INTEGER → Int32Array, BOOLEAN → Uint8Array, VARCHAR → string[]. */
  columns(sql: string): Promise<{ rows: number; get(name: string): Column }>;
  rows<T extends Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** Rows in batches as they are made; nothing else runs until the iteration ends. */
  batches<T extends Record<string, unknown>>(sql: string): AsyncGenerator<T[]>;
  close(): Promise<void>;
}
