import { benjaminiHochberg } from '../../algorithms/multiplicity.js';
import { push } from '../../model/multimap.js';
import type { World } from '../../projection/world.js';
import type { Capacity } from './capacity.js';
import { KINDS, type Kind, type Part, together } from './combine.js';
import {
  type Charging,
  ferryingOf,
  isCharged,
  type PairConflicts,
  pairConflicts,
} from './conflicts.js';
import { type Courses, isParallel } from './course.js';
import type { ErrorRates } from './errors.js';
import {
  againstPeers,
  capacityAgainstPeers,
  contrasts,
  honestShares,
  JOINT_LEVELS,
  levelsOf,
  secondSmallest,
} from './levels.js';
import { membersOf } from './members.js';
import type { Parameters } from './parameters.js';
import type { DialysisPatient, Pair } from './sessions.js';
import type { SupportEvidence } from './supports.js';

/** Below this the pair's sessions are taken to lack supports when two places are weighed. */
const UNSUPPORTED = Math.log(0.001);
/** A package price has no conflicts: with one at this level, what is missing counts. */
const CONFLICT = Math.log(0.1);

export interface PairJudgement {
  readonly pair: Pair;
  readonly conflicts: PairConflicts;
  readonly supports: SupportEvidence | undefined;
  /** Of each kind that the pair could have shown. */
  readonly logP: ReadonlyMap<Kind, number>;
  /** ln p of all kinds together. */
  readonly combined: number;
}

export interface CentreJudgement {
  readonly centre: number;
  readonly pairs: readonly PairJudgement[];
  /** p of each kind, and of capacity, for the centre against its peers. */
  readonly byKind: ReadonlyMap<Part, number>;
  readonly p: number;
  readonly q: number;
  /** Those whose own evidence stands. */
  readonly members: readonly PairJudgement[];
}

export interface Evidence {
  readonly world: World;
  readonly patients: readonly DialysisPatient[];
  readonly rates: ErrorRates;
  readonly supports: ReadonlyMap<Pair, SupportEvidence>;
  readonly capacities: ReadonlyMap<number, Capacity>;
  readonly courses: Courses;
  readonly parameters: Parameters;
  /** Innocent explanations are forgotten. */
  readonly naive: boolean;
}

/**
 * Judges all centres. Guilt is laid in turn, the strongest first: what a found centre explains (a
 * patient billed at two places on a day) is then taken off the others, so that the honest centre of
 * a stolen card is not drawn in.
 */
export function judge(evidence: Evidence): CentreJudgement[] {
  const thin = new Set<Pair>();
  for (const [pair, e] of evidence.supports) if (e.logP <= UNSUPPORTED) thin.add(pair);
  const ferrying = ferryingOf(evidence.patients, thin);
  const found: number[] = [];
  for (;;) {
    const centres = judgeOnce(evidence, { found, thin, ferrying, naive: evidence.naive });
    const next = centres
      .filter((c) => c.q <= evidence.parameters.q && !found.includes(c.centre))
      .sort((a, b) => a.p - b.p || a.centre - b.centre)[0];
    if (!next) return centres;
    found.push(next.centre);
  }
}

function judgeOnce(evidence: Evidence, charging: Charging): CentreJudgement[] {
  const byCentre = new Map<number, PairJudgement[]>();
  for (const patient of evidence.patients)
    for (const pair of patient.pairs) {
      const judged = judgePair(evidence, patient, pair, charging);
      push(byCentre, pair.centre, judged);
    }
  const centres = [...byCentre.keys()].sort((a, b) => a - b);
  const byKind = new Map<Part, Map<number, number>>(
    KINDS.map((kind) => [
      kind,
      againstPeers(centres, byCentre, levelsOf(kind, evidence.rates), (j) => j.logP.get(kind)),
    ]),
  );
  byKind.set('joint', againstPeers(centres, byCentre, JOINT_LEVELS, secondSmallest));
  byKind.set('contrast', contrasts(centres, byCentre, byKind.get('course')!));
  byKind.set('capacity', capacityAgainstPeers(centres, evidence));
  const parts = centres.map((centre) => {
    const own = new Map<Part, number>();
    for (const [kind, p] of byKind) if (p.has(centre)) own.set(kind, p.get(centre)!);
    return own;
  });
  const p = parts.map((own) => together(new Map([...own].map(([kind, x]) => [kind, Math.log(x)]))));
  // A centre of one patient is no group; it was not looked at as one.
  const looked = centres.map((c) => byCentre.get(c)!.length >= evidence.parameters.patients);
  const tested = benjaminiHochberg(p.filter((_, i) => looked[i]));
  let next = 0;
  const q = looked.map((isLooked) => (isLooked ? tested[next++]! : 1));
  const honest = honestShares(centres, byCentre, evidence.rates);
  return centres.map((centre, i) => {
    const pairs = byCentre.get(centre)!;
    return {
      centre,
      pairs,
      byKind: parts[i]!,
      p: p[i]!,
      q: q[i]!,
      members: membersOf(
        pairs,
        honest.get(centre)!,
        parts[i]!.get('contrast') ?? 1,
        evidence.rates,
        evidence.parameters,
      ),
    };
  });
}

function judgePair(
  evidence: Evidence,
  patient: DialysisPatient,
  pair: Pair,
  charging: Charging,
): PairJudgement {
  const { world, rates, parameters } = evidence;
  const conflicts = pairConflicts(world, patient, pair, rates, parameters, charging);
  const supports = evidence.supports.get(pair);
  const logP = new Map<Kind, number>();
  if (conflicts.stays.tested) logP.set('stays', conflicts.stays.logP);
  if (conflicts.twoCentres.tested) logP.set('twoCentres', conflicts.twoCentres.logP);
  if (conflicts.afterDeath.tested) logP.set('afterDeath', conflicts.afterDeath.logP);
  if (conflicts.overFive.tested) logP.set('overFive', conflicts.overFive.logP);
  const isConflicting = [...logP.values()].some((x) => x <= CONFLICT);
  const isOdd = evidence.courses.odd.get(pair);
  if (isOdd !== undefined) {
    // Of two courses side by side only the one that is charged is odd.
    const isOurs = patient.pairs.every(
      (other) => other === pair || !isParallel(pair, other) || isCharged(pair, other, charging),
    );
    logP.set('course', isOdd && isOurs ? Math.log(evidence.courses.rate) : 0);
  }
  if (supports)
    logP.set(
      'supports',
      supports.isPackage && !isConflicting && !evidence.naive ? 0 : supports.logP,
    );
  return { pair, conflicts, supports, logP, combined: Math.log(together(logP)) };
}
