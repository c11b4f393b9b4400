import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Command as Program } from 'commander';
import { invalid } from '../../analytics/model/errors.js';
import type { Ring } from '../../analytics/model/finding.js';
import type { Verdict } from '../../analytics/model/verdict.js';
import {
  lastVerdicts,
  parseVerdicts,
  readVerdicts,
  seenOf,
  verdictsPath,
  wrongLine,
} from '../../analytics/scoring/verdicts.js';
import type { RunReader } from '../../analytics/store/port.js';
import { type Io, pathFrom } from '../owner/io.js';
import type { Services } from '../wiring.js';
import { type Choose, formatOption } from './command.js';
import { table } from './text.js';

/** The ring as the newest run has it that has it. */
async function findRing(read: RunReader, name: string, runs: readonly string[]) {
  for (const run of runs) {
    const ring = await read.ring(name, run);
    if (ring?.ring === name) return ring;
  }
  return undefined;
}

const keyOf = ({ ring, verdict, reason, at }: Verdict) =>
  JSON.stringify([ring, verdict, reason, at]);

/** Adds the file's verdicts to the data directory's, each with what its ring was; all or none. */
async function importVerdicts(io: Io, services: Services, given: string): Promise<void> {
  const { graph, dataDir } = services;
  const path = pathFrom(io, given);
  if (!existsSync(path))
    throw invalid(`${given} is no file`, 'Name a file of verdicts, one a line.');
  const lines = parseVerdicts(readFileSync(path, 'utf8'), given);
  const runs = (await graph.read.runs()).map((r) => r.id);
  const rings = new Map<string, Ring>();
  for (const { line, verdict } of lines) {
    if (rings.has(verdict.ring)) continue;
    const ring = await findRing(graph.read, verdict.ring, runs);
    if (!ring)
      throw wrongLine(
        given,
        line,
        `ring ("${verdict.ring}") is in no published run`,
        '`ringfence findings --all` lists the rings of the newest.',
      );
    rings.set(verdict.ring, ring);
  }
  // From here on nothing waits, so that of two imports in this process neither overtakes the other.
  const known = new Set(readVerdicts(dataDir).map(keyOf));
  const added: Verdict[] = [];
  for (const { verdict } of lines) {
    if (known.has(keyOf(verdict))) continue;
    known.add(keyOf(verdict));
    added.push({ ...verdict, seen: verdict.seen ?? seenOf(rings.get(verdict.ring)!) });
  }
  if (added.length > 0)
    appendFileSync(
      verdictsPath(dataDir),
      added.map((verdict) => `${JSON.stringify(verdict)}\n`).join(''),
      { mode: 0o600, flush: true },
    );
  await io.stdout(
    `${JSON.stringify({ read: lines.length, added: added.length, known: lines.length - added.length })}\n`,
  );
  if (added.length > 0) await io.stderr('The next rebuild takes them into account.\n');
}

async function listVerdicts(io: Io, services: Services, format: 'jsonl' | 'table') {
  const verdicts = lastVerdicts(readVerdicts(services.dataDir));
  if (format === 'jsonl') {
    for (const { ring, verdict, reason, at, seen } of verdicts)
      await io.stdout(
        `${JSON.stringify({ ring, verdict, reason, at, detectors: seen?.detectors })}\n`,
      );
    return;
  }
  await io.stdout(
    table(
      ['ring', 'verdict', 'at', 'detectors', 'reason'],
      verdicts.map((v) => [v.ring, v.verdict, v.at, v.seen?.detectors.join(' '), v.reason]),
    ),
  );
}

export function registerVerdicts(program: Program, choose: Choose): void {
  const verdicts = program
    .command('verdicts')
    .description('what was found on site: rings confirmed and dismissed');
  verdicts
    .command('import')
    .description('add verdicts; the next rebuild moves the risk profiles by them')
    .argument('<file>', '{"ring","verdict":"confirmed"|"dismissed","reason","at"}, one a line')
    .action((file: string) =>
      choose({
        name: 'verdicts import',
        kind: 'reads',
        run: (io, services) => importVerdicts(io, services, file),
      }),
    );
  verdicts
    .command('list')
    .description('the verdict that counts of each ring')
    .addOption(formatOption())
    .action((options: { format: 'jsonl' | 'table' }) =>
      choose({
        name: 'verdicts list',
        kind: 'reads',
        run: (io, services) => listVerdicts(io, services, options.format),
      }),
    );
}
