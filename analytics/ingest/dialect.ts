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
 * - `{ hash }`: 32 hexadecimal digits (MD5) that stand for several values together, for a key that
 *   the source lacks
 */
export type Mapping =
  | string
  | { constant: string }
  | { from: string; map: Record<string, string>; else?: Mapping | undefined }
  | { from: string; take: number }
  | { concat: Mapping[]; separator?: string | undefined }
  | { first: Mapping[] }
  | { hash: Mapping[] };

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
  tables: z.partialRecord(z.enum(TABLE_NAMES as [TableName, ...TableName[]]), z.array(source)),
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
  return dialect;
}

/** `+08:00` in seconds. */
export function offsetSeconds(offset: string): number {
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 3600 + Number(offset.slice(4, 6)) * 60);
}

/** Columns of the source that a mapping reads. */
export function columnsRead(m: Mapping): string[] {
  if (typeof m === 'string') return [m];
  if ('constant' in m) return [];
  if ('take' in m) return [m.from];
  if ('map' in m) return [m.from, ...(m.else === undefined ? [] : columnsRead(m.else))];
  if ('concat' in m) return m.concat.flatMap(columnsRead);
  if ('first' in m) return m.first.flatMap(columnsRead);
  return m.hash.flatMap(columnsRead);
}
