/**
 * How well rings are found: seed worlds through the command line, as a user would; Markdown tables and plots.
 *
 *   npm run bench -- accuracy [--seeds 11-15] [--types all|ID,ID] [--settlements 200000]
 *                             [--hidden SEEDS]   worlds in which all rings hide at level 4
 *                             [--clean SEEDS]    worlds without rings, with all that looks like those types; the same seeds unless told
 *                             [--other SEEDS]    worlds by another hand, of level seed modulo five
 *                             [--withheld SEEDS] clean worlds without addresses and relations
 *                             [--jobs 1] [--kept DIR] [--out FOLDER] [--freeze FILE]
 *
 * Recall with Wilson's 95 % intervals; area under the precision–recall curve of patients beside five plain scores;
 * Synthea's honest people. `--kept` holds what was measured, world by world, so that a run that was stopped goes on;
 * it belongs to one version of the code. `--out` gets accuracy.md and its plots; `--freeze` what tests/cli/accuracy.test.ts
 * holds these worlds to from then on.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { curvePlot, recallPlot } from './accuracy/plots.js';
import { referenceOf } from './accuracy/reference.js';
import { seedsOf } from './accuracy/seeds.js';
import {
  cleanTable,
  curveTable,
  listTable,
  missedTable,
  realisedTable,
  recallTable,
} from './accuracy/tables.js';
import { measureWorld, search, type WorldPlan, type WorldResult } from './accuracy/worlds.js';

const WITHHELD = 'psn_b.addr,psn_b.tel,psn_b.emp_name,rltn_d';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '11-15' },
    hidden: { type: 'string', default: '' },
    clean: { type: 'string' },
    other: { type: 'string', default: '' },
    withheld: { type: 'string', default: '' },
    settlements: { type: 'string', default: '200000' },
    types: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    kept: { type: 'string' },
    out: { type: 'string' },
    freeze: { type: 'string' },
    synthea: { type: 'string', default: '../shared/data/synthea' },
  },
});

function plans(): WorldPlan[] {
  const settlements = Number(values.settlements);
  const world = (seeds: string, more: Omit<WorldPlan, 'seed' | 'settlements'>) =>
    seedsOf(seeds).map((seed): WorldPlan => ({ seed, settlements, ...more }));
  return [
    ...world(values.seeds, { kind: 'mixed', types: values.types }),
    ...world(values.hidden, { kind: 'mixed', types: values.types, camouflage: '4' }),
    ...world(values.clean ?? values.seeds, { kind: 'clean', types: values.types }),
    ...seedsOf(values.other).map((seed): WorldPlan => {
      return { kind: 'other', seed, settlements, camouflage: String(seed % 5) };
    }),
    ...world(values.withheld, { kind: 'clean', types: values.types, without: WITHHELD }),
  ];
}

async function measure(scratch: string): Promise<readonly WorldResult[]> {
  const all = plans();
  const results: WorldResult[] = [];
  const kept = values.kept ?? join(scratch, 'kept');
  let next = 0;
  const work = async () => {
    while (next < all.length) {
      const at = next++;
      results[at] = await measureWorld(all[at]!, scratch, kept);
      process.stderr.write(
        `${results.filter(Boolean).length} of ${all.length}: ${all[at]!.kind} ${all[at]!.seed}\n`,
      );
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  return results;
}

/** These worlds share no line with `seed/`, its planters or the detectors. */
function byAnotherHand(other: readonly WorldResult[]): string[] {
  return [
    ...['', '## By another hand', ''],
    `${other.length} worlds of another generator (seeds ${values.other}), one ring of each type in each, all at one level:`,
    ...['', ...recallTable(other)],
    ...['', ...listTable(other)],
    ...['', ...missedTable(other)],
  ];
}

async function main(scratch: string): Promise<void> {
  const results = await measure(scratch);
  if (values.freeze)
    writeFileSync(values.freeze, `${JSON.stringify(results.map(referenceOf), null, 2)}\n`);
  const mixed = results.filter((w) => w.plan.kind === 'mixed');
  const clean = results.filter((w) => w.plan.kind === 'clean');
  const other = results.filter((w) => w.plan.kind === 'other');
  const hidden = mixed.filter((w) => w.plan.camouflage).length;
  const plots = values.out
    ? ['', '![Recall by type](accuracy-recall.svg)', '', '![AUPRC](accuracy-auprc.svg)']
    : [];
  const lines = [
    '# How well rings are found',
    '',
    'Written by `npm run bench -- accuracy`. Planted results are never field precision.',
    '',
    `${mixed.length} worlds of ${values.settlements} settlements with rings (seeds ${values.seeds}${hidden ? `; all hidden at level 4: ${values.hidden}` : ''}), ${clean.length} clean; ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}.`,
    '',
    'Rings found of rings planted, at Jaccard ≥ .5, by level of camouflage; Wilson’s 95 % intervals:',
    '',
    ...recallTable(mixed),
    ...plots,
    ...['', ...listTable(mixed)],
    ...['', ...realisedTable(mixed)],
    ...['', ...cleanTable(clean)],
    ...['', ...curveTable(mixed)],
    ...['', ...missedTable(mixed)],
    ...(other.length > 0 ? byAnotherHand(other) : []),
  ];
  if (existsSync(values.synthea)) {
    const rings = await search(
      join(scratch, 'synthea'),
      values.synthea,
      ...['--dialect', 'synthea'],
    );
    const found = rings.filter((r) => r.status === 'finding').length;
    lines.push('', `Synthea, 1,000 honest patients, the last year: ${found} findings.`);
  }
  const text = `${lines.join('\n')}\n`;
  process.stdout.write(text);
  if (!values.out) return;
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, 'accuracy.md'), text);
  writeFileSync(join(values.out, 'accuracy-recall.svg'), recallPlot(mixed));
  writeFileSync(join(values.out, 'accuracy-auprc.svg'), curvePlot(mixed));
}

const scratch = mkdtempSync(join(tmpdir(), 'ringfence-accuracy-'));
try {
  await main(scratch);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
