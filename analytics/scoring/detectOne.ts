import { deserialize } from 'node:v8';
import { addScreens, type PairScreen } from '../algorithms/pairSums.js';
import { DETECTORS } from '../detectors/index.js';
import type { RingfenceError } from '../model/errors.js';
import type { Finding } from '../model/finding.js';
import type { WorkContext } from '../model/progress.js';
import { deriveSeed } from '../model/rng.js';
import type { RunRules } from '../model/rules.js';
import type { World } from '../projection/world.js';
import { parametersOf } from './rules.js';

/** Pair statistics of one county, to be kept in a file until the parent reads it. */
export type CountyArtifact = Uint8Array;

/** What every detector of a run looks at; posted to each thread once, its typed arrays shared. */
export interface Searched {
  readonly world: World;
  readonly seed: number;
  readonly rules?: RunRules;
}

export interface DetectTask {
  readonly detector: string;
  /** Of all counties, for a detector that screens them; else none. */
  readonly artifacts: readonly CountyArtifact[];
}

export interface Detected {
  readonly findings: readonly Finding[];
  readonly seconds: number;
}

/** What comes back from another thread. */
export type LaneAnswer =
  | { readonly detected: Detected }
  | { readonly failure: Pick<RingfenceError, 'kind' | 'message' | 'remedy'> };

/** What one detector says of the world, and how long it took. Pure but for the clock. */
export async function detectOne(
  { world, seed, rules }: Searched,
  { detector: id, artifacts }: DetectTask,
  context: WorkContext = {},
): Promise<Detected> {
  const began = performance.now();
  const detector = DETECTORS.find((d) => d.id === id)!;
  const counties = artifacts.map((a) => deserialize(a) as Record<string, readonly PairScreen[]>);
  const findings = await detector.detect(
    world,
    parametersOf(detector, rules),
    { ...context, seed: deriveSeed(seed, id) },
    addScreens(counties.map((c) => c[id] ?? [])),
  );
  return { findings, seconds: Math.round((performance.now() - began) / 10) / 100 };
}
