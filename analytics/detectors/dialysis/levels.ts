import { isBreached } from './capacity.js';
import { COURSE_FLOOR, fisher, KINDS, type Kind } from './combine.js';
import { rankSumP } from './contrast.js';
import type { ErrorRates } from './errors.js';
import type { Evidence, PairJudgement } from './judge.js';
import { anyTail, type Count, logPeerTail, peerRate } from './peers.js';

export interface Level {
  readonly logP: number;
  readonly prior: number;
}

/**
 * A patient is suspicious at a level when the p of one kind is below it. `prior` is the share of
 * honest patients of whom that is expected before looking at the peers: never below a few in a
 * thousand, since people and records are odd in ways that no model of errors has.
 */
const LEVELS: readonly Level[] = [
  { logP: Math.log(0.2), prior: 0.1 },
  { logP: Math.log(0.01), prior: 0.01 },
  { logP: Math.log(1e-4), prior: 0.005 },
  { logP: Math.log(1e-8), prior: 0.003 },
  { logP: -25, prior: 0.001 },
];

/** A record is thin when its supports are below the second level. */
export const THIN = LEVELS[1]!.logP;

/** Stays are few a patient, and a death is one: no further levels can be reached. */
export function levelsOf(kind: Kind, rates: ErrorRates): readonly Level[] {
  if (kind === 'stays') return LEVELS.slice(0, 2);
  if (kind === 'course') return [{ logP: Math.log(0.5), prior: COURSE_PRIOR }];
  return kind === 'afterDeath' ? [{ logP: Math.log(0.5), prior: rates.death }] : LEVELS;
}

/** The same for patients whose second strongest kind is below the level: two oddities at once. */
export const JOINT_LEVELS: readonly Level[] = [
  { logP: Math.log(0.2), prior: 0.03 },
  { logP: Math.log(0.05), prior: 0.005 },
  { logP: Math.log(0.005), prior: 0.002 },
];
const COURSE_PRIOR = 0.08;
const CAPACITY_PRIOR = 0.05;

/** Courses of either sort that a contrast needs. */
const CONTRAST_LEAST = 3;

/**
 * Whether the records of odd courses at a centre are thinner than those of its ordinary ones, by
 * rank, together with how odd its courses are. A centre with a programme for short courses has odd
 * ones, but keeps their records as it keeps the others'.
 */
export function contrasts(
  centres: readonly number[],
  byCentre: ReadonlyMap<number, readonly PairJudgement[]>,
  courseP: ReadonlyMap<number, number>,
): Map<number, number> {
  const out = new Map<number, number>();
  for (const centre of centres) {
    const odd: number[] = [];
    const ordinary: number[] = [];
    for (const { supports, logP } of byCentre.get(centre)!) {
      const course = logP.get('course');
      if (supports && course !== undefined) (course < 0 ? odd : ordinary).push(supports.score);
    }
    if (Math.min(odd.length, ordinary.length) < CONTRAST_LEAST) continue;
    const course = Math.max(Math.log(courseP.get(centre) ?? 1), COURSE_FLOOR);
    out.set(centre, Math.exp(fisher([course, Math.log(rankSumP(odd, ordinary))])));
  }
  return out;
}

/** Undefined where the patient could have shown less than two kinds. */
export function secondSmallest(judged: PairJudgement): number | undefined {
  return [...judged.logP.values()].sort((a, b) => a - b)[1];
}

/**
 * p of each centre for one kind: its suspicious patients against those of its peers, over the levels.
 * Centres none of whose patients could have shown it are absent.
 */
export function againstPeers(
  centres: readonly number[],
  byCentre: ReadonlyMap<number, readonly PairJudgement[]>,
  levels: readonly Level[],
  of: (judged: PairJudgement) => number | undefined,
): Map<number, number> {
  const counts = levels.map((level) => countAt(centres, byCentre, level, of));
  const out = new Map<number, number>();
  centres.forEach((centre, i) => {
    if (counts[0]![i]!.n === 0) return;
    const own = levels.map(({ prior }, l) => {
      const others = counts[l]!.filter((_, j) => j !== i);
      const { k, n } = counts[l]![i]!;
      return { k, n, tail: logPeerTail(n, others, prior) };
    });
    out.set(centre, anyTail(own));
  });
  return out;
}

function countAt(
  centres: readonly number[],
  byCentre: ReadonlyMap<number, readonly PairJudgement[]>,
  level: Level,
  of: (judged: PairJudgement) => number | undefined,
): Count[] {
  return centres.map((centre): Count => {
    let k = 0;
    let n = 0;
    for (const judged of byCentre.get(centre)!) {
      const x = of(judged);
      if (x === undefined) continue;
      n++;
      if (x <= level.logP) k++;
    }
    return { k, n };
  });
}

/**
 * ln p of one kind; for `joint` that of a second kind beside an odd course, or of the second strongest
 * kind, which is held to a quarter of the level.
 */
export function evidenceOf(judged: PairJudgement, kind: Kind | 'joint'): number | undefined {
  if (kind !== 'joint') return judged.logP.get(kind);
  if ((judged.logP.get('course') ?? 0) === 0) {
    const second = secondSmallest(judged);
    return second === undefined ? undefined : Math.min(0, second + Math.log(4));
  }
  return Math.min(...[...judged.logP].map(([k, x]) => (k === 'course' ? 0 : x)));
}

/** The level from which a kind may name a patient. */
export function namingLevel(kind: Kind | 'joint', rates: ErrorRates): Level {
  if (kind === 'joint') return JOINT_LEVELS[0]!;
  const levels = levelsOf(kind, rates);
  return levels[1] ?? levels[0]!;
}

/**
 * Of each centre and kind, the share of its suspicious patients that are honest ones: those that its
 * peers would have, over those that it has; 1 where it has none.
 */
export function honestShares(
  centres: readonly number[],
  byCentre: ReadonlyMap<number, readonly PairJudgement[]>,
  rates: ErrorRates,
): Map<number, Map<Kind | 'joint', number>> {
  const out = new Map(centres.map((centre) => [centre, new Map<Kind | 'joint', number>()]));
  for (const kind of [...KINDS, 'joint'] as const) {
    const level = namingLevel(kind, rates);
    const counts = countAt(centres, byCentre, level, (j) => evidenceOf(j, kind));
    centres.forEach((centre, i) => {
      const { k, n } = counts[i]!;
      const others = counts.filter((_, j) => j !== i);
      out.get(centre)!.set(kind, k > 0 ? (peerRate(others, level.prior) * n) / k : 1);
    });
  }
  return out;
}

export function capacityAgainstPeers(
  centres: readonly number[],
  evidence: Evidence,
): Map<number, number> {
  const known = centres.filter((c) => evidence.capacities.has(c));
  const counts = known.map((c): Count => {
    const breached = isBreached(evidence.capacities.get(c)!, evidence.parameters);
    return { k: breached ? 1 : 0, n: 1 };
  });
  return new Map(
    known.map((centre, i) => {
      const others = counts.filter((_, j) => j !== i);
      return [centre, counts[i]!.k > 0 ? peerRate(others, CAPACITY_PRIOR) : 1];
    }),
  );
}
