import { existsSync, statSync } from 'node:fs';
import { Option, type Command as Program } from 'commander';
import type { ImportRecord, TableCounts } from '../../analytics/landing/types.js';
import { invalid, RingfenceError } from '../../analytics/model/errors.js';
import { TABLE_NAMES } from '../../analytics/model/tables.js';
import { formatTime } from '../../analytics/model/time.js';
import type { Io } from '../owner/io.js';
import { pathFrom } from '../owner/io.js';
import type { Services } from '../wiring.js';
import { type Choose, day, whole } from './command.js';
import { table } from './text.js';
import { doJob } from './wait.js';

/** What an import job gives back. */
interface ImportResult {
  readonly record: ImportRecord;
  /** False when the same files were imported before. */
  readonly changed: boolean;
  readonly rejectFile: string | null;
}

const COUNTS = ['read', 'accepted', 'rejected', 'changed', 'repeated'] as const;

/** Where the files were imported before, nothing changed by importing them again. */
function countsTable(
  tables: Readonly<Partial<Record<string, TableCounts>>>,
  changed: boolean,
): string {
  const rows = TABLE_NAMES.flatMap((name) => {
    const counts = tables[name];
    return counts
      ? [[name, ...COUNTS.map((k) => (k === 'changed' && !changed ? 0 : counts[k]))]]
      : [];
  });
  return table(['table', ...COUNTS], rows);
}

export function refuseRealData(services: Services): void {
  if (!services.demo) return;
  throw new RingfenceError(
    'conflict',
    `${services.dataDir} holds the sample district, where real data is refused`,
    'Name another directory with --data, or stop the demonstration and use `ringfence serve`.',
  );
}

async function runImport(
  io: Io,
  services: Services,
  given: string,
  options: { dialect?: string; replacePeriod?: true },
): Promise<void> {
  const dir = pathFrom(io, given);
  if (!existsSync(dir) || !statSync(dir).isDirectory())
    throw invalid(`${given} is no directory`, 'Name the directory that holds the tables.');
  refuseRealData(services);
  const done = await doJob(io, services, 'import', {
    dir,
    replacePeriod: options.replacePeriod === true,
    ...(options.dialect ? { dialect: options.dialect } : {}),
  });
  if (!done) return;
  const { record, changed, rejectFile } = done.result as ImportResult;
  await io.stdout(countsTable(record.tables, changed));
  for (const warning of record.warnings) await io.stderr(`${warning}\n`);
  if (rejectFile) await io.stderr(`rejected rows: ${rejectFile}\n`);
  await io.stderr(
    changed ? `import ${record.id} committed\n` : `nothing new: the same as import ${record.id}\n`,
  );
}

async function listImports(io: Io, services: Services, format: string): Promise<void> {
  const imports = await services.landing.imports();
  if (format === 'jsonl') {
    for (const record of imports) await io.stdout(`${JSON.stringify(record)}\n`);
    return;
  }
  const rows = imports.map((r) => [
    r.id,
    r.state,
    formatTime(Date.parse(r.committedAt) / 1000),
    r.dialect,
    r.period ? `${r.period.from}..${r.period.to}` : null,
    r.tables.setl_d?.accepted ?? 0,
    Object.values(r.tables).reduce((sum, c) => sum + c.rejected, 0),
    r.source,
  ]);
  const head = ['id', 'state', 'committed', 'dialect', 'period', 'settlements', 'rejected'];
  await io.stdout(table([...head, 'source'], rows));
}

export function registerData(program: Program, choose: Choose): void {
  program
    .command('import')
    .description("load a directory of tables; prints each table's counts")
    .argument('<dir>', 'directory of CSV (also .gz) or Parquet files, one table each')
    .option('--dialect <name>', 'how the files name things (default: the platform’s own)')
    .option('--replace-period', 'earlier settlements of the same days no longer count')
    .action((dir, options) =>
      choose({
        name: 'import',
        kind: 'works',
        run: (io, services) => runImport(io, services, dir, options),
      }),
    );

  const imports = program.command('imports').description('the import ledger');
  imports
    .command('list')
    .description('every import, newest first')
    .addOption(new Option('--format <format>', 'how').choices(['table', 'jsonl']).default('table'))
    .action((options) =>
      choose({
        name: 'imports list',
        kind: 'reads',
        run: (io, services) => listImports(io, services, options.format),
      }),
    );
  imports
    .command('withdraw')
    .description('take an import back')
    .argument('<id>', 'its number in the ledger', whole)
    .action((id) =>
      choose({
        name: 'imports withdraw',
        kind: 'works',
        run: async (io, services) => {
          const done = await doJob(io, services, 'withdraw', { id });
          if (done) await io.stderr(`import ${id} withdrawn\n`);
        },
      }),
    );

  program
    .command('prune')
    .description('delete settlements before a day, and old runs')
    .requiredOption('--before <day>', 'the first local day that stays', day)
    .action((options) =>
      choose({
        name: 'prune',
        kind: 'works',
        run: async (io, services) => {
          const done = await doJob(io, services, 'prune', { before: options.before });
          if (done) await io.stdout(`${JSON.stringify(done.result)}\n`);
        },
      }),
    );
}
