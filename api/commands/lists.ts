import { Option, type Command as Program } from 'commander';
import { notFound } from '../../analytics/model/errors.js';
import type { Ring } from '../../analytics/model/finding.js';
import { ENTITY_KINDS, type EntityKind } from '../../analytics/model/ids.js';
import { formatFen } from '../../analytics/model/money.js';
import type { RunReader } from '../../analytics/store/port.js';
import type { Io } from '../owner/io.js';
import type { Services } from '../wiring.js';
import { type Choose, formatOption, whole } from './command.js';
import { findingLine, profileLine } from './present.js';
import { table } from './text.js';

/** Large enough that asking costs little beside printing. */
const PAGE = 1_000;

interface ListOptions {
  format: 'jsonl' | 'table';
  limit?: number;
  run?: string;
}

/** The asked run, or the current one: fixed here so that all pages are of the same. */
export async function runId(read: RunReader, asked: string | undefined): Promise<string> {
  const run = await read.run(asked);
  if (run) return run.id;
  if (asked) throw notFound(`Run ${asked}`, '`ringfence findings` without --run has the newest.');
  throw notFound('A published run', 'Run `ringfence rebuild` first.');
}

async function* pages<T>(
  limit: number | undefined,
  signal: AbortSignal,
  page: (offset: number, limit: number) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  for (let offset = 0; left > 0 && !signal.aborted; offset += PAGE) {
    const items = await page(offset, Math.min(PAGE, left));
    if (items.length > 0) yield items;
    if (items.length < PAGE) return;
    left -= items.length;
  }
}

/** Rows as JSON lines as they come, or as one table at the end. */
async function print<T>(
  io: Io,
  format: ListOptions['format'],
  batches: AsyncGenerator<readonly T[]>,
  json: (item: T) => unknown,
  head: readonly string[],
  row: (item: T) => readonly unknown[],
): Promise<void> {
  const rows: Array<readonly unknown[]> = [];
  for await (const batch of batches) {
    if (io.signal.aborted) return;
    if (format === 'table') rows.push(...batch.map(row));
    else await io.stdout(batch.map((item) => `${JSON.stringify(json(item))}\n`).join(''));
  }
  if (format === 'table') await io.stdout(table(head, rows));
}

async function printFindings(io: Io, services: Services, options: ListOptions & { all?: true }) {
  const { read } = services.graph;
  const run = await runId(read, options.run);
  const statuses = options.all ? undefined : (['finding'] as const);
  const batches = pages(options.limit, io.signal, async (offset, limit) => {
    const filter = { offset, limit, ...(statuses ? { statuses } : {}) };
    return (await read.rings(filter, run)).rings;
  });
  const count = (ring: Ring, role: string) => ring.subjects.filter((s) => s.role === role).length;
  const head = [
    'ring',
    'detector',
    'status',
    'score',
    'q',
    'core',
    'members',
    'fund at risk',
    'id',
  ];
  await print(io, options.format, batches, findingLine, head, (r) => [
    r.ring,
    r.detector,
    r.status,
    r.score.toFixed(3),
    r.q === null ? '-' : r.q.toExponential(1),
    r.subjects.find((s) => s.role === 'core')?.id,
    count(r, 'member'),
    formatFen(r.fundAtRisk),
    r.id,
  ]);
}

async function printProfiles(io: Io, services: Services, options: ListOptions & { kind: string }) {
  const { read } = services.graph;
  const run = await runId(read, options.run);
  const kind = options.kind as EntityKind;
  const batches = pages(options.limit, io.signal, async (offset, limit) => {
    return (await read.profiles(kind, { offset, limit }, run)).profiles;
  });
  const head = ['kind', 'id', 'score', 'grade', 'findings'];
  await print(io, options.format, batches, profileLine, head, (p) => [
    p.kind,
    p.id,
    p.score.toFixed(3),
    p.grade,
    p.findings.length,
  ]);
}

export function registerLists(program: Program, choose: Choose): void {
  const limit = () => new Option('--limit <n>', 'at most so many').argParser(whole);
  const run = () => new Option('--run <id>', 'a run other than the newest');
  program
    .command('findings')
    .description('the findings of a run, best first, one JSON object a line')
    .option('--all', 'also those explained and those for review')
    .addOption(limit())
    .addOption(run())
    .addOption(formatOption())
    .action((options) =>
      choose({
        name: 'findings',
        kind: 'reads',
        run: (io, services) => printFindings(io, services, options),
      }),
    );
  program
    .command('profiles')
    .description('risk profiles of one kind, riskiest first, one JSON object a line')
    .addOption(
      new Option('--kind <kind>', 'of whom').choices([...ENTITY_KINDS]).makeOptionMandatory(),
    )
    .addOption(limit())
    .addOption(run())
    .addOption(formatOption())
    .action((options) =>
      choose({
        name: 'profiles',
        kind: 'reads',
        run: (io, services) => printProfiles(io, services, options),
      }),
    );
}
