import { type Duck, quote } from '../landing/duck.js';
import type { Staging } from '../landing/staging.js';
import type { TableCounts } from '../landing/types.js';
import { RingfenceError, throwIfAborted } from '../model/errors.js';
import { TABLES, type TableName } from '../model/tables.js';
import { type Lookup, lookupsOf } from './dialect.js';
import { lookupTable } from './mapping.js';
import type { PreparedFile } from './prepare.js';
import type { Rejects } from './rejects.js';
import type { SourceUse } from './sources.js';
import { acceptedSql, rejectedSql, type StageCounts, type StageInput, stageFile } from './stage.js';

export interface TableFile {
  readonly use: SourceUse;
  readonly digest: string;
  readonly input: StageInput;
  /** Of a CSV file; Parquet has no rows that cannot be read. */
  readonly csv?: PreparedFile;
  /** The same file read with care. */
  readonly again?: () => Promise<TableFile>;
}

/** Reads the files of a table, rejects what is wrong, lets the last row of each key win, and lands the rest. */
export async function loadTable(
  staging: Staging,
  table: TableName,
  files: readonly TableFile[],
  rejects: Rejects,
  signal: AbortSignal | undefined,
): Promise<{ counts: Omit<TableCounts, 'changed'>; warnings: string[] }> {
  const { duck } = staging;
  await makeLookups(staging, files);
  let read = 0;
  let rejected = 0;
  let mangled = 0;
  const accepted: string[] = [];
  const stages = files.map((_, i) => `stage_${table}_${i}`);
  const ordered = [...files].sort((a, b) => a.use.order - b.use.order);
  for (const [i, given] of ordered.entries()) {
    throwIfAborted(signal);
    const name = stages[i] as string;
    const { file, counts } = await stageChecked(duck, name, given);
    read += counts.rows + (file.csv?.rejected ?? 0);
    rejected += counts.rejected + (file.csv?.rejected ?? 0);
    mangled += counts.mangled;
    if (file.csv?.rejects) await rejects.addFile(file.csv.rejects);
    if (counts.rejected > 0)
      await rejects.addRows(file.use.name, duck.batches(rejectedSql(name, file.input)));
    accepted.push(acceptedSql(name, file.input, file.use.name, i));
  }
  throwIfAborted(signal);
  const all = accepted.join('\nUNION ALL\n');
  const repeated = await markRepeats(staging, table, all);
  await staging.write(table, repeated.count > 0 ? repeated.sql : all);
  await duck.run(stages.map((s) => `DROP TABLE ${s}`).join('; '));
  const warnings =
    mangled > 0
      ? [
          `${table}: ${mangled} identifiers had been turned into numbers by a spreadsheet (1.23E+17)`,
        ]
      : [];
  return {
    counts: { read, accepted: read - rejected, rejected, repeated: repeated.count },
    warnings,
  };
}

/** What DuckDB reads must be what was counted; where it is not, the careful reader has the last word. */
async function stageChecked(
  duck: Duck,
  name: string,
  file: TableFile,
): Promise<{ file: TableFile; counts: StageCounts }> {
  const mayRetry = file.again !== undefined && !file.input.numbered;
  let seen: string;
  try {
    const counts = await stageFile(duck, name, file.input);
    if (!file.csv || counts.rows === file.csv.rows) return { file, counts };
    seen = `${counts.rows} rows`;
  } catch (error) {
    if (!mayRetry || error instanceof RingfenceError) throw error;
    seen = error instanceof Error ? error.message : String(error);
  }
  if (!mayRetry)
    throw new Error(`${file.use.name}: ${file.csv?.rows} rows were counted, read was: ${seen}`);
  return stageChecked(duck, name, await (file.again as () => Promise<TableFile>)());
}

/**
 * Keys that come more than once: the row of the later file, then the later row, wins. Most tables
 * have none, and hashes of the keys tell that cheaply.
 */
async function markRepeats(
  staging: Staging,
  table: TableName,
  all: string,
): Promise<{ count: number; sql: string }> {
  const { duck } = staging;
  const key = TABLES[table].key.join(', ');
  await duck.run(`CREATE OR REPLACE TEMP TABLE repeated AS
    SELECT h FROM (SELECT hash(${key}) AS h FROM (${all})) GROUP BY h HAVING count(*) > 1`);
  const suspects = `SELECT * FROM (${all}) WHERE hash(${key}) IN (SELECT h FROM repeated)`;
  const [row] = await duck.rows<{ n: number }>(
    `SELECT count(*) - count(DISTINCT (${key})) AS n FROM (${suspects})`,
  );
  const sql = `SELECT * FROM (${all}) WHERE hash(${key}) NOT IN (SELECT h FROM repeated)
    UNION ALL SELECT * FROM (${suspects})
    QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY file_order DESC, src_row DESC) = 1`;
  return { count: row?.n ?? 0, sql };
}

/** Temporary tables for the values that other tables of this import are asked for. */
async function makeLookups(staging: Staging, files: readonly TableFile[]): Promise<void> {
  const wanted = new Map<string, Lookup>();
  for (const file of files)
    for (const mapping of file.input.header.columns.values())
      for (const lookup of lookupsOf(mapping)) wanted.set(lookupTable(lookup), lookup);
  for (const [name, lookup] of wanted) {
    const from = staging.has(lookup.table)
      ? `SELECT ${lookup.key}::VARCHAR AS key, max(${lookup.value}::VARCHAR) AS value
          FROM ${staging.staged(lookup.table)} WHERE ${lookup.key} IS NOT NULL GROUP BY 1`
      : `SELECT ${quote('')} AS key, NULL::VARCHAR AS value WHERE false`;
    await staging.duck.run(`CREATE OR REPLACE TEMP TABLE ${name} AS ${from}`);
  }
}
