import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { invalid } from '../model/errors.js';
import { resource } from '../model/resources.js';
import { TABLE_NAMES, TABLES, type TableName } from '../model/tables.js';
import { checked, configured, readJson } from './dictionary.js';

/**
 * How one column is made from the columns of a source file:
 * - `"NAME"`: that column
 * - `{ constant }`: always this text
 * - `{ from, map, else }`: its value replaced by the map, others by `else` (left as they are without)
 * - `{ from, take }`: its first characters
 * - `{ concat, separator }`: what is not empty of several, joined
 * - `{ first }`: the first that is not empty
 * - `{ from, lookup, else }`: the value that another table of this import, made before this one, has
 *   in column `value` where its column `key` is that of `from`
 * - `{ hash }`: 32 hexadecimal digits (MD5) that stand for several values together, for a key that
 *   the source lacks
 */
export type Mapping =
  | string
  | { constant: string }
  | { from: string; map: Record<string, string>; else?: Mapping | undefined }
  | { from: string; take: number }
  | { from: string; lookup: Lookup; else?: Mapping | undefined }
  | { concat: Mapping[]; separator?: string | undefined }
  | { first: Mapping[] }
  | { hash: Mapping[] };

export interface Lookup {
  table: TableName;
  key: string;
  value: string;
}

const tableName = z.enum(TABLE_NAMES as [TableName, ...TableName[]]);

const mapping: z.ZodType<Mapping> = z.lazy(() =>
  z.union([
    z.string().min(1),
    z.strictObject({ constant: z.string() }),
    z.strictObject({
      from: z.string().min(1),
      map: z.record(z.string(), z.string()),
      else: mapping.optional(),
    }),
    z.strictObject({ from: z.string().min(1), take: z.number().int().positive() }),
    z.strictObject({
      from: z.string().min(1),
      lookup: z.strictObject({ table: tableName, key: z.string(), value: z.string() }),
      else: mapping.optional(),
    }),
    z.strictObject({ concat: z.array(mapping).min(1), separator: z.string().optional() }),
    z.strictObject({ first: z.array(mapping).min(1) }),
    z.strictObject({ hash: z.array(mapping).min(1) }),
  ]),
);

const names = z.record(z.string(), z.array(z.string().min(1)));

const source = z.strictObject({
  /** File names without `.csv`, `.csv.gz` or `.parquet`; `*` stands for anything, case does not matter. */
  files: z.array(z.string().min(1)).min(1),
  /** Names by which a column may be headed, besides its own and the dialect's. */
  names: names.optional(),
  /** Where the source's columns are not ours: how each of ours is made. */
  columns: z.record(z.string(), mapping).optional(),
});
export type SourceSpec = z.infer<typeof source>;

export const dialectSchema = z.strictObject({
  name: z.string().min(1),
  title: z.string(),
  /** Zone of times that name none, `+08:00`. */
  utcOffset: z.string().regex(/^[+-]\d{2}:\d{2}$/),
  /** Names by which a column may be headed, in every table that has it. */
  names: names.optional(),
  /** Columns that are known and not read, not worth a warning each. */
  unread: z.array(z.string()).optional(),
  tables: z.partialRecord(tableName, z.array(source)),
});
export type Dialect = z.infer<typeof dialectSchema>;

export const DEFAULT_DIALECT = 'nhsa';
const FOLDER = 'analytics/ingest/dialects';

/** Names of the dialects that can be asked for, ours and the bureau's. */
export function listDialects(dataDir?: string): string[] {
  const folders = [
    resource(FOLDER),
    ...(dataDir === undefined ? [] : [join(dataDir, 'config', 'dialects')]),
  ];
  const found = folders.filter((f) => existsSync(f)).flatMap((f) => readdirSync(f));
  return [
    ...new Set(found.filter((f) => f.endsWith('.json')).map((f) => f.slice(0, -'.json'.length))),
  ].sort();
}

/** `<data>/config/dialects/NAME.json` before ours of the same name. */
export function loadDialect(name: string, dataDir?: string): Dialect {
  if (!listDialects(dataDir).includes(name))
    throw invalid(
      `There is no dialect ${name}`,
      `Known are ${listDialects(dataDir).join(', ')}; a file config/dialects/${name}.json in the data directory adds one`,
    );
  const own = configured(dataDir, `dialects/${name}.json`);
  const path = own ?? `${FOLDER}/${name}.json`;
  const dialect = checked(dialectSchema, readJson(own ?? resource(path)), path);
  for (const [table, sources] of Object.entries(dialect.tables) as Array<[TableName, SourceSpec[]]>)
    for (const s of sources)
      for (const column of [...Object.keys(s.columns ?? {}), ...Object.keys(s.names ?? {})])
        if (!(column in TABLES[table].columns))
          throw invalid(
            `${path} maps to ${table}.${column}, which is no column of ours`,
            `${table} has ${Object.keys(TABLES[table].columns).join(', ')}`,
          );
  for (const [table, sources] of Object.entries(dialect.tables) as Array<[TableName, SourceSpec[]]>)
    for (const lookup of sources.flatMap((s) => Object.values(s.columns ?? {}).flatMap(lookupsOf)))
      checkLookup(lookup, table, path);
  return dialect;
}

function checkLookup(lookup: Lookup, table: TableName, path: string): void {
  const columns = TABLES[lookup.table].columns;
  if (!(lookup.key in columns) || !(lookup.value in columns))
    throw invalid(
      `${path} looks up ${lookup.key} and ${lookup.value} in ${lookup.table}, which lacks one of them`,
      `${lookup.table} has ${Object.keys(columns).join(', ')}`,
    );
  if (TABLE_NAMES.indexOf(lookup.table) >= TABLE_NAMES.indexOf(table))
    throw invalid(
      `${path} looks up ${lookup.table} for ${table}, which is made before it`,
      `Tables are made in this order: ${TABLE_NAMES.join(', ')}`,
    );
}

/** `+08:00` in seconds. */
export function offsetSeconds(offset: string): number {
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 3600 + Number(offset.slice(4, 6)) * 60);
}

/** Lookups inside a mapping. */
export function lookupsOf(m: Mapping): Lookup[] {
  if (typeof m === 'string' || 'constant' in m || 'take' in m) return [];
  if ('lookup' in m) return [m.lookup, ...(m.else === undefined ? [] : lookupsOf(m.else))];
  if ('map' in m) return m.else === undefined ? [] : lookupsOf(m.else);
  if ('concat' in m) return m.concat.flatMap(lookupsOf);
  if ('first' in m) return m.first.flatMap(lookupsOf);
  return m.hash.flatMap(lookupsOf);
}

/** Columns of the source that a mapping reads. */
export function columnsRead(m: Mapping): string[] {
  if (typeof m === 'string') return [m];
  if ('constant' in m) return [];
  if ('take' in m) return [m.from];
  if ('map' in m || 'lookup' in m)
    return [m.from, ...(m.else === undefined ? [] : columnsRead(m.else))];
  if ('concat' in m) return m.concat.flatMap(columnsRead);
  if ('first' in m) return m.first.flatMap(columnsRead);
  return m.hash.flatMap(columnsRead);
}
