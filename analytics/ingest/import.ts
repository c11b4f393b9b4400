import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import type { Landing } from '../landing/landing.js';
import { toRecord } from '../landing/ledger.js';
import { OWN_DAY_SQL } from '../landing/reader.js';
import type { Staging } from '../landing/staging.js';
import type { ImportRecord, TableCounts } from '../landing/types.js';
import { invalid, throwIfAborted } from '../model/errors.js';
import type { Progress } from '../model/progress.js';
import { TABLE_NAMES, type TableName } from '../model/tables.js';
import { dayOf, formatDay } from '../model/time.js';
import { DEFAULT_DIALECT, type Dialect, loadDialect, offsetSeconds } from './dialect.js';
import { resolveHeader } from './headers.js';
import { digestParquet, parquetHeader, parquetRelation } from './parquet.js';
import { csvRelation, type PreparedFile, type PrepareTask } from './prepare.js';
import { prepareAll } from './prepareAll.js';
import { openRejects, type Rejects } from './rejects.js';
import { findSources, type SourceUse } from './sources.js';
import type { StageInput } from './stage.js';
import { loadTable, type TableFile } from './table.js';

export interface ImportOptions {
  readonly landing: Landing;
  /** Directory of the bureau's files. */
  readonly dir: string;
  /** `nhsa` without it. */
  readonly dialect?: string;
  /** Settlements of earlier imports in the days of this one no longer count. */
  readonly replacePeriod?: boolean;
  /** Below it, one directory an import has `rejects.csv`. */
  readonly rejectDir: string;
  /** Names the work: done again after a crash, it finds the import that it made. */
  readonly job?: string;
  readonly signal?: AbortSignal;
  readonly progress?: (p: Progress) => void;
  /** Read every file carefully, also a regular one (tests compare the two ways). */
  readonly careful?: boolean;
}

export interface ImportResult {
  /** The import; when nothing changed, the earlier one that has the same files. */
  readonly record: ImportRecord;
  readonly changed: boolean;
  /** Where the rejected rows are, with file, line, column, value and reason; null when there are none. */
  readonly rejectFile: string | null;
}

/**
 * Imports a directory: maps its files onto our tables, lands the rows that are good, writes those
 * that are not to a reject file, and commits with one ledger row. Whatever goes wrong before that,
 * nothing is applied. For every table, accepted + rejected = read.
 */
export async function importDirectory(options: ImportOptions): Promise<ImportResult> {
  const { landing, dir, signal } = options;
  if (!existsSync(dir) || !statSync(dir).isDirectory())
    throw invalid(`${dir} is no directory`, 'Name the directory that holds the tables');
  const dialect = loadDialect(options.dialect ?? DEFAULT_DIALECT, landing.dir);
  const { uses, warnings } = findSources(dir, basename(dir), dialect);
  const staging = await landing.begin(signal ? { signal } : {});
  let rejects: Rejects | undefined;
  let done = false;
  try {
    const files = await prepareFiles(options, staging, uses, dialect);
    throwIfAborted(signal);
    const digest = digestOf(dialect, files);
    const same = await sameImport(options, digest);
    if (same) {
      done = true;
      return same;
    }
    rejects = openRejects(join(options.rejectDir, staging.id));
    const tables: Partial<Record<TableName, TableCounts>> = {};
    for (const table of TABLE_NAMES) {
      const own = files.filter((f) => f.use.table === table);
      if (own.length === 0) continue;
      options.progress?.({ phase: `import: ${table}`, done: 0 });
      for (const f of own) warnings.push(...f.input.header.warnings);
      const loaded = await loadTable(staging, table, own, rejects, signal);
      tables[table] = { ...loaded.counts, changed: 0 };
      warnings.push(...loaded.warnings);
    }
    options.progress?.({ phase: 'import: comparing', done: 0 });
    const changed = await staging.changed();
    for (const [table, counts] of Object.entries(tables) as Array<[TableName, TableCounts]>)
      tables[table] = { ...counts, changed: changed[table] ?? 0 };
    warnings.push(...(await comparedWarnings(staging, tables, options.replacePeriod ?? false)));
    throwIfAborted(signal);
    const rejectFile = await rejects.close();
    const row = await staging.commit({
      source: dir,
      dialect: dialect.name,
      digest,
      tables,
      warnings: [...new Set(warnings)],
      replacePeriod: options.replacePeriod ?? false,
      ...(options.job ? { job: options.job } : {}),
    });
    done = true;
    const { id, source, committedAt, state, period } = row;
    const record: ImportRecord = {
      ...{ id, source, dialect: dialect.name, committedAt, state, digest, period },
      tables: row.tables,
      warnings: row.warnings,
    };
    return { record, changed: true, rejectFile };
  } finally {
    await staging.abort();
    if (!done) await rejects?.drop();
  }
}

/** Looks at every file, refuses what cannot be read as a table, and resolves the headers. */
async function prepareFiles(
  options: ImportOptions,
  staging: Staging,
  uses: readonly SourceUse[],
  dialect: Dialect,
): Promise<TableFile[]> {
  const { duck } = staging;
  const names = [...new Set(uses.map((u) => u.name))];
  const isParquet = (name: string) => /\.parquet$/i.test(name);
  const sizes = names.map((n) => statSync(join(options.dir, n)).size);
  const total = sizes.reduce((a, b) => a + b, 0);
  const scratch = join(duck.scratch, 'files');
  mkdirSync(scratch, { recursive: true });
  const csv = names.filter((n) => !isParquet(n));
  const tasks: PrepareTask[] = csv.map((name, index) => ({
    ...{ path: join(options.dir, name), name, scratch, index },
    ...(options.careful ? { careful: true } : {}),
  }));
  options.progress?.({ phase: 'import: reading', done: 0, total });
  const threads = Math.max(1, Math.min(4, availableParallelism()));
  const results = await prepareAll(tasks, threads, options.signal, (done) =>
    options.progress?.({ phase: 'import: reading', done, total }),
  );

  const utcOffset = offsetSeconds(dialect.utcOffset);
  const out: TableFile[] = [];
  for (const use of uses) {
    const at = csv.indexOf(use.name);
    if (at >= 0) {
      const task = tasks[at] as PrepareTask;
      out.push(csvFile(use, dialect, task, results[at] as PreparedFile, options.signal));
      continue;
    }
    const path = join(options.dir, use.name);
    const columns = await parquetHeader(duck, path, use.name);
    const names = columns.map((c) => c.name);
    const header = resolveHeader(names, use.table, use.source, dialect, use.name);
    const input: StageInput = {
      ...{ table: use.table, header, utcOffset, padded: true, numbered: false },
      from: parquetRelation(path, columns, header, use.table),
      firstLine: 1,
    };
    out.push({ use, digest: await digestParquet(path), input });
  }
  return out;
}

function csvFile(
  use: SourceUse,
  dialect: Dialect,
  task: PrepareTask,
  file: PreparedFile,
  signal: AbortSignal | undefined,
): TableFile {
  const header = resolveHeader(file.header, use.table, use.source, dialect, use.name);
  const utcOffset = offsetSeconds(dialect.utcOffset);
  const input: StageInput = {
    ...{ table: use.table, header, utcOffset, padded: file.padded, numbered: file.numbered },
    from: csvRelation(file),
    firstLine: 2,
  };
  const again = async () => {
    const [careful] = await prepareAll([{ ...task, careful: true }], 1, signal);
    return csvFile(use, dialect, task, careful as PreparedFile, signal);
  };
  return { use, digest: file.digest, input, csv: file, again };
}

/** Contents of the files by table and order, and how they are understood. */
function digestOf(dialect: Dialect, files: readonly TableFile[]): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(dialect));
  for (const f of files) hash.update(`\n${f.use.table} ${f.use.order} ${f.digest}`);
  return hash.digest('hex');
}

/** The import that has the same files and counts; what it changed by coming again is nothing. */
async function sameImport(
  options: ImportOptions,
  digest: string,
): Promise<ImportResult | undefined> {
  const all = (await options.landing.ledgerRows())
    .filter((i) => i.state === 'committed' || i.state === 'replaced')
    .reverse();
  const [newest] = all;
  const counting = all.filter((i) => i.digest === digest);
  // Made by this very work before a crash: what has come since is not to be replaced again.
  const own = counting.find((i) => i.job !== null && i.job === options.job);
  if (own) {
    const rejects = join(options.rejectDir, own.dir ?? '', 'rejects.csv');
    const rejectFile = existsSync(rejects) ? rejects : null;
    return { record: toRecord(own), changed: true, rejectFile };
  }
  const same = counting.find((i) => i.state === 'committed');
  if (!same || (options.replacePeriod && same !== newest)) return undefined;
  const tables = Object.fromEntries(
    Object.entries(same.tables).map(([table, counts]) => [table, { ...counts, changed: 0 }]),
  );
  return { record: { ...toRecord(same), tables }, changed: false, rejectFile: null };
}

/** What only shows beside everything else that is committed: orphans, and what is replaced. */
async function comparedWarnings(
  staging: Staging,
  tables: Readonly<Partial<Record<TableName, TableCounts>>>,
  replacePeriod: boolean,
): Promise<string[]> {
  const out: string[] = [];
  const reader = await staging.preview(replacePeriod);
  const count = async (sql: string) => (await reader.rows<{ n: number }>(sql))[0]?.n ?? 0;
  try {
    if (replacePeriod) {
      const period = await staging.period();
      const gone = await count('SELECT count(*) AS n FROM replaced_setl');
      // One wrong year among the dates would replace years: say what it was.
      if (period)
        out.push(
          `replaces ${period.from} to ${period.to}: ${gone} settlements of earlier imports no longer count`,
        );
    }
    if (tables.setl_d) {
      const [ahead] = await reader.rows<{ n: number; last: number }>(`
        SELECT count(*) AS n, max(day) AS last
        FROM (SELECT ${OWN_DAY_SQL} AS day FROM ${staging.staged('setl_d')})
        WHERE day > ${dayOf(Date.now() / 1000)}`);
      if (ahead && ahead.n > 0)
        out.push(
          `setl_d: ${ahead.n} settlements are dated after today, the last ${formatDay(ahead.last)}`,
        );
    }
    if (tables.fee_list_d) {
      const lines = staging.staged('fee_list_d');
      const orphans = await count(`SELECT count(*) AS n FROM ${lines} f
        ANTI JOIN ${reader.latest('setl_d')} s ON s.setl_id = f.setl_id WHERE f.setl_id IS NOT NULL`);
      if (orphans > 0) out.push(`fee_list_d: ${orphans} lines without their settlement`);
      const open = await count(`SELECT count(*) AS n FROM ${lines} WHERE setl_id IS NULL`);
      if (open > 0) out.push(`fee_list_d: ${open} lines not settled yet`);
    }
    if (tables.setl_d && reader.has('mdtrt_d')) {
      const alone = await count(`SELECT count(*) AS n FROM ${staging.staged('setl_d')} s
        ANTI JOIN ${reader.latest('mdtrt_d')} v ON v.mdtrt_id = s.mdtrt_id`);
      if (alone > 0) out.push(`setl_d: ${alone} settlements without their visit`);
    }
  } finally {
    await reader.close();
  }
  return out;
}
