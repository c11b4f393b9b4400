import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ring } from '../../../analytics/model/finding.js';
import { type Evaluation, evaluate } from '../../../analytics/scoring/evaluate.js';
import { parseTruth, type TruthRing } from '../../../analytics/scoring/evaluateTruth.js';
import { succeed } from '../../cli/run.js';
import { baselines } from '../baselines.js';
import { writeOtherWorld } from '../otherWorld/make.js';
import { ALL_TYPES } from '../otherWorld/schemes.js';

/** What `ringfence seed` is asked for. */
export interface WorldPlan {
  readonly seed: number;
  readonly settlements: number;
  /** `other`: all types by another hand (tests/bench/otherWorld.ts), all at one level. */
  readonly kind: 'mixed' | 'clean' | 'other';
  /** Types to plant: the three headline ones unless told. */
  readonly types?: string | undefined;
  /** One level for all rings; a mixture of the five unless told. */
  readonly camouflage?: string | undefined;
  /** Columns and tables that are left out of what is imported. */
  readonly without?: string | undefined;
}

/** How many findings have q up to a level, and how many of these match no case. */
export interface RealisedQ {
  readonly q: number;
  readonly findings: number;
  /** Match no case; a piece of one may be among them. */
  readonly wrong: number;
  /** Touch none either: nobody of theirs did anything. */
  readonly untouched: number;
}

export interface WorldResult {
  readonly plan: WorldPlan;
  readonly evaluation: Evaluation;
  readonly realised: readonly RealisedQ[];
  /** Area under the precision–recall curve of patients, by level of camouflage and `all`, by plain score. */
  readonly plain: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

export const Q_LEVELS = [0.001, 0.005, 0.01, 0.02, 0.05];

/** Runs a command of the command line on a data directory; its output. */
async function ringfence(data: string, ...args: string[]): Promise<string> {
  return (await succeed(['--data', data, ...args], { cwd: process.cwd() })).stdout;
}

/** Imports and searches a directory of tables; the rings of the run. */
export async function search(data: string, tables: string, ...how: string[]): Promise<Ring[]> {
  await ringfence(data, 'import', tables, ...how);
  await ringfence(data, 'rebuild');
  const lines = await ringfence(data, 'findings', '--all');
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Ring);
}

/**
 * Makes a world, imports and searches it and compares, all through the command line as a user would. What was
 * measured before is read from `kept` instead.
 */
export async function measureWorld(
  plan: WorldPlan,
  scratch: string,
  kept: string,
): Promise<WorldResult> {
  const { kind, seed, settlements, camouflage, without } = plan;
  const types = plan.types ?? 'headline';
  const name = [kind, seed, settlements, types, camouflage ?? 'mixed', without ?? 'whole'].join(
    '-',
  );
  const file = join(kept, `${name}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as WorldResult;
  const world = join(scratch, name);
  const data = `${world}-data`;
  const option = (key: string, value: string | undefined) => (value ? [`--${key}`, value] : []);
  if (plan.kind === 'other')
    writeOtherWorld({
      ...{ outDir: world, settlements, seed, types: ALL_TYPES },
      camouflage: Number(camouflage) as 0 | 1 | 2 | 3 | 4,
    });
  else
    await ringfence(
      data,
      ...['seed', '--out', world, '--settlements', String(plan.settlements)],
      ...['--seed', String(plan.seed)],
      ...(plan.kind === 'clean' ? ['--clean'] : []),
      ...option('types', plan.types),
      ...option('camouflage', plan.camouflage),
      ...option('without', plan.without),
    );
  const rings = await search(data, world);
  const [truthFile, looksFile] = [`${world}.truth.jsonl`, `${world}.lookalikes.jsonl`];
  const report = await ringfence(
    data,
    ...['evaluate', '--truth', truthFile, '--lookalikes', looksFile],
  );
  const truth = parseTruth(readFileSync(truthFile, 'utf8'), truthFile);
  const result: WorldResult = {
    plan,
    evaluation: JSON.parse(report) as Evaluation,
    realised: Q_LEVELS.map((q) => realised(rings, truth, q)),
    plain: plan.kind !== 'mixed' ? {} : await baselines(world, byLevel(truth)),
  };
  mkdirSync(kept, { recursive: true });
  writeFileSync(file, JSON.stringify(result));
  for (const made of [world, data, truthFile, looksFile])
    rmSync(made, { recursive: true, force: true });
  return result;
}

function realised(rings: readonly Ring[], truth: readonly TruthRing[], q: number): RealisedQ {
  const findings = rings.filter((r) => r.q !== null && r.q <= q && r.status === 'finding');
  const { overall } = evaluate({ findings, profiles: { patient: [], institution: [] }, truth });
  const others = (of: { list: number | null }) =>
    findings.length - Math.round((of.list ?? 0) * findings.length);
  return {
    ...{ q, findings: findings.length },
    ...{ wrong: others(overall.precision), untouched: others(overall.touching) },
  };
}

function byLevel(truth: readonly TruthRing[]) {
  const patients = (rings: readonly TruthRing[]) => new Set(rings.flatMap((r) => r.patients));
  const levels = [...new Set(truth.flatMap((t) => t.camouflage ?? []))].sort();
  const of = (level: string | undefined) => ({
    guilty: patients(truth.filter((t) => level === undefined || t.camouflage === level)),
    leftOut: patients(truth.filter((t) => level !== undefined && t.camouflage !== level)),
  });
  return Object.fromEntries([['all', of(undefined)], ...levels.map((level) => [level, of(level)])]);
}
