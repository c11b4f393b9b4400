import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TABLE_NAMES, TABLES, type TableName } from '../../analytics/model/tables.js';

type Row = Record<string, string>;

/** Rows of a table that the seed wrote; its fields never hold commas or quotes. */
export function readTable(dir: string, table: TableName): Row[] {
  const [head, ...lines] = readFileSync(join(dir, `${table}.csv`), 'utf8')
    .trimEnd()
    .split('\n');
  const names = (head as string).split(',');
  if (names.join() !== Object.keys(TABLES[table].columns).join())
    throw new Error(`${table}: unexpected header ${head}`);
  return lines.map((line) => {
    const fields = line.split(',');
    if (fields.length !== names.length) throw new Error(`${table}: ragged row ${line}`);
    return Object.fromEntries(names.map((n, i) => [n, fields[i] as string]));
  });
}

export interface Group {
  readonly ring: string;
  readonly type: string;
  readonly resembles?: string;
  readonly patients: readonly string[];
  readonly institutions: readonly string[];
  readonly doctors: readonly string[];
  readonly drugs: readonly string[];
  readonly camouflage?: number;
}

export function readGroups(path: string): Group[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Group);
}

export const fen = (yuan: string) => Math.round(Number(yuan) * 100);

export type Tables = Record<TableName, Row[]>;

export const readTables = (dir: string): Tables =>
  Object.fromEntries(TABLE_NAMES.map((t) => [t, readTable(dir, t)])) as Tables;
