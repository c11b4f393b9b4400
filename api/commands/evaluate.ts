import { readFileSync } from 'node:fs';
import type { Command as Program } from 'commander';
import { prepareEvents } from '../../analytics/landing/events.js';
import { openReader } from '../../analytics/landing/reader.js';
import { invalid, RingfenceError } from '../../analytics/model/errors.js';
import type { Ring, RiskProfile } from '../../analytics/model/finding.js';
import type { EntityKind } from '../../analytics/model/ids.js';
import type { Io } from '../owner/io.js';
import { pathFrom } from '../owner/io.js';
import type { Services } from '../wiring.js';
import { type Choose, formatOption } from './command.js';
import { runId } from './lists.js';
import { table } from './text.js';

const PAGE = 2_000;

async function everything<T>(page: (offset: number) => Promise<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const items = await page(all.length);
    all.push(...items);
    if (items.length < PAGE) return all;
  }
}

function readText(io: Io, path: string): string {
  try {
    return readFileSync(pathFrom(io, path), 'utf8');
  } catch (error) {
    throw invalid(`${path} cannot be read: ${(error as Error).message}`);
  }
}

interface Options {
  truth: string;
  lookalikes?: string;
  run?: string;
  format: 'jsonl' | 'table';
}

async function runEvaluate(io: Io, services: Services, options: Options): Promise<void> {
  const { evaluate, parseTruth } = await import('../../analytics/scoring/evaluate.js');
  const truth = parseTruth(readText(io, options.truth), options.truth);
  const lookalikes = options.lookalikes
    ? parseTruth(readText(io, options.lookalikes), options.lookalikes, 'lookalikes')
    : undefined;
  const { read } = services.graph;
  const id = await runId(read, options.run);
  const run = await read.run(id);
  const profiles = (kind: EntityKind) =>
    everything<RiskProfile>(
      async (offset) => (await read.profiles(kind, { offset, limit: PAGE }, id)).profiles,
    );
  const result = evaluate({
    findings: await everything<Ring>(
      async (offset) => (await read.rings({ offset, limit: PAGE }, id)).rings,
    ),
    profiles: { patient: await profiles('patient'), institution: await profiles('institution') },
    truth,
    ...(lookalikes ? { lookalikes } : {}),
    ...(run ? await populationOf(services, run.ledgerVersion, run.period) : {}),
  });
  if (options.format === 'jsonl') return io.stdout(`${JSON.stringify(result)}\n`);
  const rows = Object.entries({ ...result.types, overall: result.overall }).map(([type, q]) => [
    type,
    q.rings,
    q.findings,
    share(q.recall.all),
    share(q.recall.first100),
    share(q.meanBestJaccard),
    share(q.precision.at20),
    share(q.precision.list),
  ]);
  const head = ['type', 'cases', 'findings', 'recall', 'in 100', 'jaccard', 'prec@20', 'precision'];
  await io.stdout(table(head, rows));
}

const share = (value: number | null) => (value === null ? null : value.toFixed(3));

/** Settlements, patients and institutions that the run looked at. */
async function populationOf(
  services: Services,
  version: number,
  period: { from: string; to: string },
) {
  const snapshot = await services.landing.snapshotAt(version);
  if (!snapshot)
    throw new RingfenceError(
      'conflict',
      'The rows that the run was made of were pruned since',
      'Run `ringfence rebuild` first.',
    );
  const reader = await openReader(snapshot, services.landing.readerOptions());
  try {
    const { settlements } = await prepareEvents(reader, { ...period, orphans: false });
    const [population] = await reader.rows<{ patient: number; institution: number }>(
      `SELECT count(DISTINCT psn_no) AS patient, count(DISTINCT fixmedins_code) AS institution
       FROM ev_settlement`,
    );
    return { settlements, ...(population ? { population } : {}) };
  } finally {
    await reader.close();
  }
}

export function registerEvaluate(program: Program, choose: Choose): void {
  program
    .command('evaluate')
    .description('compare a run with planted or confirmed cases; prints one JSON object')
    .requiredOption('--truth <file>', 'the cases, one JSON object a line')
    .option('--lookalikes <file>', 'innocent groups that look like cases')
    .option('--run <id>', 'a run other than the newest')
    .addOption(formatOption())
    .action((options: Options) =>
      choose({
        name: 'evaluate',
        kind: 'reads',
        run: (io, services) => runEvaluate(io, services, options),
      }),
    );
}
