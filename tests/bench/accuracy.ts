/**
 * How well rings are found: seed worlds through the command line, as a user would, and Markdown tables.
 *
 *   npm run bench -- accuracy [--seeds 11,12,13,14,15] [--settlements 200000] [--types all|ID,ID]
 *                             [--camouflage 0..4] [--out FILE]
 *
 * For each seed a mixed world (or one of a single level), a clean one beside it, and Synthea's honest people.
 * Recall with Wilson's 95 % intervals; area under the precision–recall curve of patients beside five plain scores.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { wilson } from '../../analytics/algorithms/wilson.js';
import { parseTruth } from '../../analytics/scoring/evaluateTruth.js';
import { baselines } from './baselines.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '11,12,13,14,15' },
    settlements: { type: 'string', default: '200000' },
    types: { type: 'string' },
    camouflage: { type: 'string' },
    out: { type: 'string' },
    synthea: { type: 'string', default: '../shared/data/synthea' },
  },
});

interface Group {
  readonly rings: number;
  readonly recall: { readonly all: number | null; readonly first100: number | null };
}
interface Report {
  readonly overall: Group & {
    readonly findings: number;
    readonly precision: { readonly at20: number | null; readonly list: number | null };
    readonly auprc: { readonly patient: { readonly auprc: number | null } };
  };
  readonly types: Readonly<
    Record<string, Group & { readonly camouflage?: Readonly<Record<string, Group>> }>
  >;
  readonly lookalikes?: { readonly share: number | null };
}

const scratch = mkdtempSync(join(tmpdir(), 'ringfence-accuracy-'));

function ringfence(data: string, ...args: string[]): string {
  const run = spawnSync(process.execPath, ['bin/ringfence.cjs', '--data', data, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) throw new Error(`ringfence ${args.join(' ')}: ${run.stderr}`);
  return run.stdout;
}

/** Seeds, imports, rebuilds; the data directory of the run. */
function prepare(seed: string, clean: boolean): { data: string; world: string } {
  const world = join(scratch, `${clean ? 'clean' : 'mixed'}-${seed}`);
  const data = `${world}-data`;
  const planted = [
    ...(values.types ? ['--types', values.types] : []),
    ...(values.camouflage ? ['--camouflage', values.camouflage] : []),
  ];
  ringfence(
    data,
    ...['seed', '--out', world, '--settlements', values.settlements, '--seed', seed],
    ...(clean ? ['--clean'] : planted),
  );
  ringfence(data, 'import', world);
  ringfence(data, 'rebuild');
  return { data, world };
}

const findings = (data: string) =>
  ringfence(data, 'findings')
    .split('\n')
    .filter((line) => line !== '').length;

const mean = (numbers: ReadonlyArray<number | null | undefined>): number => {
  const known = numbers.filter((n): n is number => typeof n === 'number' && !Number.isNaN(n));
  return known.length === 0 ? Number.NaN : known.reduce((x, y) => x + y, 0) / known.length;
};
const shown = (n: number) => (Number.isNaN(n) ? '–' : n.toFixed(2));

interface Counted {
  readonly found: number;
  readonly rings: number;
}

/** Rings found of all rings, over worlds: levels have few rings a world, so they are pooled. */
function pooled(
  groups: ReadonlyArray<Group | undefined>,
  which: 'all' | 'first100' = 'all',
): Counted {
  let found = 0;
  let rings = 0;
  for (const g of groups) {
    rings += g?.rings ?? 0;
    found += (g?.rings ?? 0) * (g?.recall[which] ?? 0);
  }
  return { found: Math.round(found), rings };
}

function cell({ found, rings }: Counted): string {
  if (rings === 0) return '–';
  const { low, high } = wilson(found, rings);
  return `${(found / rings).toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

function recallTable(reports: readonly Report[]): string[] {
  const types = [...new Set(reports.flatMap((r) => Object.keys(r.types)))].sort();
  const at = (type: string, level: number) =>
    reports.map((r) => r.types[type]?.camouflage?.[level]);
  const row = (name: string, of: readonly string[]) => {
    const levels = [0, 1, 2, 3, 4].map((level) => pooled(of.flatMap((type) => at(type, level))));
    const hidden = pooled(of.flatMap((type) => [0, 1, 2, 3].flatMap((l) => at(type, l))));
    const first = pooled(
      of.flatMap((type) => [0, 1, 2, 3, 4].flatMap((l) => at(type, l))),
      'first100',
    );
    const cells = levels.map(({ found, rings }) => (rings === 0 ? '–' : `${found}/${rings}`));
    return `| ${[name, ...cells, cell(hidden), cell(levels[4] as Counted), cell(first)].join(' | ')} |`;
  };
  return [
    '| type | c0 | c1 | c2 | c3 | c4 | recall c0–c3 | recall c4 | all, in the first 100 |',
    '|---|---|---|---|---|---|---|---|---|',
    ...types.map((type) => row(type, [type])),
    ...(types.length > 1 ? [row('**all**', types)] : []),
  ];
}

/** Areas under the curve, ours first: mean over worlds. */
function curveTable(reports: readonly Report[], plain: ReadonlyArray<ReadonlyMap<string, number>>) {
  const names = [...(plain[0]?.keys() ?? [])];
  const ours = mean(reports.map((r) => r.overall.auprc.patient.auprc));
  const theirs = names.map((name) => mean(plain.map((p) => p.get(name))));
  return [
    `| AUPRC of patients | Ringfence | ${names.join(' | ')} |`,
    `|---|---|${names.map(() => '---|').join('')}`,
    `| mean over worlds | ${[ours, ...theirs].map(shown).join(' | ')} |`,
  ];
}

async function main(): Promise<void> {
  const seeds = values.seeds.split(',');
  const reports: Report[] = [];
  const plain: Array<ReadonlyMap<string, number>> = [];
  const falseInClean: number[] = [];
  for (const seed of seeds) {
    const { data, world } = prepare(seed, false);
    const [truth, lookalikes] = [`${world}.truth.jsonl`, `${world}.lookalikes.jsonl`];
    const args = ['evaluate', '--truth', truth, '--lookalikes', lookalikes];
    reports.push(JSON.parse(ringfence(data, ...args)));
    const guilty = parseTruth(readFileSync(truth, 'utf8'), truth).flatMap((ring) => ring.patients);
    plain.push(await baselines(world, new Set(guilty)));
    const clean = prepare(seed, true);
    falseInClean.push((findings(clean.data) * 100_000) / Number(values.settlements));
    process.stderr.write(`seed ${seed} done\n`);
    for (const name of [data, world, clean.data, clean.world]) rmSync(name, { recursive: true });
  }
  const level = values.camouflage ? `, camouflage ${values.camouflage}` : '';
  const lines = [
    `Seed worlds ${values.seeds} of ${values.settlements} settlements${level}, on ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}:`,
    '',
    ...recallTable(reports),
    '',
    '| precision at 20 | of the list | look-alikes covered | false findings / 100,000, clean |',
    '|---|---|---|---|',
    `| ${shown(mean(reports.map((r) => r.overall.precision.at20)))} | ${shown(mean(reports.map((r) => r.overall.precision.list)))} | ${shown(mean(reports.map((r) => r.lookalikes?.share)))} | ${shown(mean(falseInClean))} |`,
    '',
    ...curveTable(reports, plain),
  ];
  if (existsSync(values.synthea)) {
    const data = join(scratch, 'synthea-data');
    ringfence(data, 'import', values.synthea, '--dialect', 'synthea');
    ringfence(data, 'rebuild');
    lines.push('', `Synthea, 1,000 honest patients, the last year: ${findings(data)} findings.`);
  }
  const text = `${lines.join('\n')}\n`;
  process.stdout.write(text);
  if (values.out) writeFileSync(values.out, text);
}

mkdirSync(scratch, { recursive: true });
try {
  await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
