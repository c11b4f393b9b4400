/**
 * Nominal against realised p-values in clean worlds: `npm run bench -- calibration [--worlds 20]
 * [--settlements 50000] [--seed 9001] [--seeds N,N…] [--out docs/calibration.json]`. Writes what
 * `GET /api/calibration` serves.
 *
 * Each world is searched twice: as a rebuild does, for the findings of its list, and with every level opened
 * to .5, for the p of each detector's surest candidate. Look-alikes of every type live in these worlds, no ring.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DETECTORS } from '../../analytics/detectors/index.js';
import { NOMINAL, realised, surestP, tailOf } from '../../analytics/scoring/calibration.js';
import { runDetection } from '../../analytics/scoring/run.js';
import { type MadeWorld, RUN_SEED, screened, withWorld } from './inProcess.js';

const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '20' },
    settlements: { type: 'string', default: '50000' },
    seed: { type: 'string', default: '9001' },
    seeds: { type: 'string' },
    out: { type: 'string', default: 'docs/calibration.json' },
  },
});

const settlements = Number(values.settlements);
const seeds = values.seeds
  ? values.seeds.split(',').map(Number)
  : Array.from({ length: Number(values.worlds) }, (_, i) => Number(values.seed) + i);

/** Candidates up to this p are told; no nominal level lies above it. */
const OPEN = Math.max(...NOMINAL);

interface Seen {
  /** Of the list. */
  readonly findings: number;
  /** By detector; one that could not run is not there. */
  readonly p: ReadonlyMap<string, number>;
  /** Best scores of redrawn worlds by detector and search. */
  readonly tables: ReadonlyMap<string, Float64Array>;
}

async function look({ reader }: MadeWorld): Promise<Seen> {
  const { period, artifacts, detectors, detect } = await screened(reader);
  const run = await runDetection(reader, {
    ...{ period, seed: RUN_SEED, artifacts, previous: [] },
    ...{ id: 'calibration', code: 'calibration' },
  });
  const p = new Map<string, number>();
  const tables = new Map<string, Float64Array>();
  for (const { id } of detectors) {
    const found = await detect(
      id,
      { q: OPEN },
      (name, best) => void tables.set(`${id}/${name}`, best),
    );
    p.set(id, surestP(found));
  }
  return { findings: run.rings.filter((r) => r.status === 'finding').length, p, tables };
}

/** Which code was measured, where the tree is a checkout. */
function revision(): string | null {
  const git = spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' });
  return git.status === 0 ? git.stdout.trim() : null;
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'ringfence-calibration-'));
  const worlds: Seen[] = [];
  try {
    for (const seed of seeds) {
      const began = performance.now();
      const seen = await withWorld({ scratch, seed, settlements, clean: true }, look);
      worlds.push(seen);
      const sure = [...seen.p].filter(([, p]) => p <= 0.1).map(([id, p]) => `${id} ${p}`);
      const took = Math.round((performance.now() - began) / 1000);
      process.stderr.write(
        `world ${seed}: ${took} s, ${seen.findings} findings; ${sure.join(', ')}\n`,
      );
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const findings = worlds.reduce((sum, w) => sum + w.findings, 0);
  const searches = [...new Set(worlds.flatMap((w) => [...w.tables.keys()]))];
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const report = {
    measuredAt: new Date().toISOString().slice(0, 10),
    version,
    revision: revision(),
    worlds: worlds.length,
    settlements,
    seeds,
    list: {
      findings,
      per100k: Math.round((findings * 1e7) / (worlds.length * settlements)) / 100,
      worlds: worlds.filter((w) => w.findings > 0).length,
    },
    detectors: DETECTORS.map((d) => ({
      id: d.id,
      version: d.version,
      levels: realised(worlds.flatMap((w) => w.p.get(d.id) ?? [])),
    })),
    tails: searches.flatMap((key) => {
      const [detector, ...name] = key.split('/');
      const tail = tailOf(worlds.flatMap((w) => w.tables.get(key) ?? []));
      return tail ? [{ detector, search: name.join('/'), ...tail }] : [];
    }),
  };
  // A line for each detector and each tail, so that a change of one is seen.
  const text = JSON.stringify(report).replace(/(?<=[[,])\{"(?=id"|detector")/g, '\n{"');
  writeFileSync(values.out, `${text}\n`);
}

await main();
