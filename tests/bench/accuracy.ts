/**
 * How well rings are found: seed worlds through the command line, as a user would, and one Markdown
 * table. `npm run bench -- accuracy [--seeds 11,12,13,14,15] [--settlements 200000] [--out FILE]`.
 * Five mixed worlds (camouflage 0–4 evenly), five clean ones, and Synthea's honest people.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '11,12,13,14,15' },
    settlements: { type: 'string', default: '200000' },
    out: { type: 'string' },
    synthea: { type: 'string', default: '../shared/data/synthea' },
  },
});

interface Group {
  readonly rings: number;
  readonly recall: { readonly all: number | null };
}
interface Report {
  readonly overall: Group & {
    readonly findings: number;
    readonly precision: { readonly at20: number | null; readonly list: number | null };
    readonly camouflage?: Readonly<Record<string, Group>>;
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
  ringfence(
    data,
    ...['seed', '--out', world, '--settlements', values.settlements, '--seed', seed],
    ...(clean ? ['--clean'] : []),
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
  const known = numbers.filter((n): n is number => typeof n === 'number');
  return known.length === 0 ? Number.NaN : known.reduce((x, y) => x + y, 0) / known.length;
};
const shown = (n: number) => (Number.isNaN(n) ? '–' : n.toFixed(2));

/** Rings found of all rings, over worlds: levels have few rings a world, so they are pooled. */
function pooled(groups: ReadonlyArray<Group | undefined>): { recall: number; rings: number } {
  let found = 0;
  let rings = 0;
  for (const g of groups) {
    rings += g?.rings ?? 0;
    found += (g?.rings ?? 0) * (g?.recall.all ?? 0);
  }
  return { recall: rings === 0 ? Number.NaN : found / rings, rings };
}

function main(): void {
  const seeds = values.seeds.split(',');
  const reports: Report[] = [];
  const falseInClean: number[] = [];
  for (const seed of seeds) {
    const { data, world } = prepare(seed, false);
    reports.push(
      JSON.parse(
        ringfence(
          data,
          'evaluate',
          '--truth',
          `${world}.truth.jsonl`,
          '--lookalikes',
          `${world}.lookalikes.jsonl`,
        ),
      ),
    );
    const clean = prepare(seed, true);
    falseInClean.push((findings(clean.data) * 100_000) / Number(values.settlements));
    process.stderr.write(`seed ${seed} done\n`);
    for (const name of [data, world, clean.data, clean.world]) rmSync(name, { recursive: true });
  }
  const lines = [
    `Seed worlds ${values.seeds} of ${values.settlements} settlements, on ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}:`,
    '',
    '| type | c0 | c1 | c2 | c3 | c4 | rings |',
    '|---|---|---|---|---|---|---|',
  ];
  const types = [...new Set(reports.flatMap((r) => Object.keys(r.types)))].sort();
  for (const type of types) {
    const cells = [0, 1, 2, 3, 4].map((c) =>
      pooled(reports.map((r) => r.types[type]?.camouflage?.[c])),
    );
    lines.push(
      `| ${type} | ${cells.map((c) => shown(c.recall)).join(' | ')} | ${cells.reduce((s, c) => s + c.rings, 0)} |`,
    );
  }
  lines.push(
    '',
    '| precision at 20 | of the list | look-alikes covered | false findings / 100,000, clean |',
    '|---|---|---|---|',
    `| ${shown(mean(reports.map((r) => r.overall.precision.at20)))} | ${shown(mean(reports.map((r) => r.overall.precision.list)))} | ${shown(mean(reports.map((r) => r.lookalikes?.share)))} | ${shown(mean(falseInClean))} |`,
  );
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
  main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
