/**
 * A world from another source than ours: Synthea's honest people, and rings planted among them by the self-test,
 * through the command line, as a user would. Markdown.
 *
 *   npm run bench -- secondWorld [--synthea ../shared/data/synthea] [--seeds 6101-6103] [--kept DIR]
 *
 * First Synthea as it is, then with its prescriptions sold at pharmacies (`secondWorld/resample.ts`), for it has none:
 * findings among honest people. Then rings in the latter: planted and found by type and camouflage, over the self-tests of
 * the seeds. A type that needs what Synthea has not (trace codes, stock) is not planted. `--kept` names a directory that
 * stays, with what was imported.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Cell } from '../../analytics/planting/shadow/judge.js';
import { succeed } from '../cli/run.js';
import { seedsOf } from './accuracy/seeds.js';
import { interval } from './accuracy/tables.js';
import { resample } from './secondWorld/resample.js';

const { values } = parseArgs({
  options: {
    synthea: { type: 'string', default: '../shared/data/synthea' },
    seeds: { type: 'string', default: '6101-6103' },
    kept: { type: 'string' },
  },
});

const LEVELS = [0, 1, 2, 3, 4];

interface SelfTested {
  readonly worlds: number;
  readonly patients: number;
  readonly settlements: number;
  readonly cells: readonly Cell[];
}

const ringfence = async (data: string, ...args: string[]) =>
  (await succeed(['--data', data, ...args], { cwd: process.cwd() })).stdout;

/** Imports directories, each in its dialect, and searches; a sentence about what was found. */
async function searched(data: string, ...imports: readonly string[][]): Promise<string> {
  for (const how of imports) await ringfence(data, 'import', ...how);
  await ringfence(data, 'rebuild');
  const found = (await ringfence(data, 'findings')).split('\n').filter((line) => line !== '');
  const by = found.map((line) => (JSON.parse(line) as { detector: string }).detector);
  return `${found.length} findings${by.length > 0 ? ` (${by.join(', ')})` : ''}`;
}

const total = (cells: readonly Cell[]) => ({
  hits: cells.reduce((n, c) => n + c.found, 0),
  of: cells.reduce((n, c) => n + c.planted, 0),
});

function recallTable(cells: readonly Cell[]): string[] {
  const row = (name: string, own: readonly Cell[]) => {
    const at = (...levels: number[]) => total(own.filter((c) => levels.includes(c.camouflage)));
    const counted = LEVELS.map((level) => at(level)).map(({ hits, of }) =>
      of === 0 ? '–' : `${hits}/${of}`,
    );
    return `| ${[name, ...counted, interval(at(0, 1, 2, 3)), interval(at(4))].join(' | ')} |`;
  };
  const types = [...new Set(cells.map((c) => c.type))].sort();
  return [
    '| type | c0 | c1 | c2 | c3 | c4 | recall c0–c3 | recall c4 |',
    '|---|---|---|---|---|---|---|---|',
    ...types.map((type) =>
      row(
        type,
        cells.filter((c) => c.type === type),
      ),
    ),
    row('**all**', cells),
  ];
}

async function main(folder: string): Promise<void> {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const plain = [values.synthea, '--dialect', 'synthea'];
  say(`Synthea as it is: ${await searched(join(folder, 'plain'), plain)}.`);
  const { treated, sold } = await resample(values.synthea, folder);
  const data = join(folder, 'resampled');
  const honest = await searched(data, [treated, '--dialect', 'synthea'], [sold]);
  say(`With pharmacies: ${honest}.`);
  const tests: SelfTested[] = [];
  for (const seed of seedsOf(values.seeds))
    tests.push(JSON.parse(await ringfence(data, 'self-test', '--seed', String(seed))));
  const [first] = tests;
  if (!first) return;
  say(
    `\nRings among its ${first.patients} people with ${first.settlements} settlements, in ${tests.reduce((n, t) => n + t.worlds, 0)} copies (seeds ${values.seeds}); found of planted, Wilson’s 95 % intervals:\n`,
  );
  say(recallTable(tests.flatMap((t) => t.cells)).join('\n'));
}

const scratch = values.kept ?? mkdtempSync(join(tmpdir(), 'ringfence-second-'));
mkdirSync(scratch, { recursive: true });
try {
  await main(scratch);
} finally {
  if (!values.kept) rmSync(scratch, { recursive: true, force: true });
}
