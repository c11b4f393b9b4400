import { logChi2Tail } from '../../algorithms/gamma.js';
import { benjaminiHochberg, cauchyCombination } from '../../algorithms/multiplicity.js';
import type { World } from '../../projection/world.js';
import { type Capacity, isBreached } from './capacity.js';
import { type Charging, ferryingOf, type PairConflicts, pairConflicts } from './conflicts.js';
import type { ErrorRates } from './errors.js';
import type { Parameters } from './parameters.js';
import { type Count, logPeerTail, peerRate } from './peers.js';
import type { DialysisPatient, Pair } from './sessions.js';
import type { SupportEvidence } from './supports.js';

/** Kinds of evidence that record errors make independently of each other. */
export const KINDS = ['stays', 'twoCentres', 'afterDeath', 'overFive', 'supports'] as const;
export type Kind = (typeof KINDS)[number];
/** What a centre is compared in: the kinds, two of them in one patient, and its machines. */
export type Part = Kind | 'joint' | 'capacity';

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
  readonly parameters: Parameters;
}

interface Level {
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
  { logP: -30, prior: 0.001 },
];
/** Stays are few a patient, and a death is one: no further levels can be reached. */
function levelsOf(kind: Kind, rates: ErrorRates): readonly Level[] {
  if (kind === 'stays') return LEVELS.slice(0, 2);
  return kind === 'afterDeath' ? [{ logP: Math.log(0.5), prior: rates.death }] : LEVELS;
}

/** The same for patients whose second strongest kind is below the level: two oddities at once. */
const JOINT_LEVELS: readonly Level[] = [
  { logP: Math.log(0.05), prior: 0.005 },
  { logP: Math.log(0.005), prior: 0.002 },
];
const CAPACITY_PRIOR = 0.05;
const CONFLICT = Math.log(0.1);
const THIN = Math.log(0.01);
const ODD = Math.log(0.05);
/** A score of supports below which a record is as full as the others'. */
const FULL = 1;

/**
 * Judges all centres. Guilt is laid in turn, the strongest first: what a found centre explains (a
 * patient billed at two places on a day) is then taken off the others, so that the honest centre of
 * a stolen card is not drawn in.
 */
export function judge(evidence: Evidence): CentreJudgement[] {
  const thin = new Set<Pair>();
  for (const [pair, e] of evidence.supports) if (e.logP <= THIN) thin.add(pair);
  const ferrying = ferryingOf(evidence.patients, thin);
  const found: number[] = [];
  for (;;) {
    const centres = judgeOnce(evidence, { found, thin, ferrying });
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
      const list = byCentre.get(pair.centre);
      if (list) list.push(judged);
      else byCentre.set(pair.centre, [judged]);
    }
  const centres = [...byCentre.keys()].sort((a, b) => a - b);
  const byKind = new Map<Part, Map<number, number>>(
    KINDS.map((kind) => [
      kind,
      againstPeers(centres, byCentre, levelsOf(kind, evidence.rates), (j) => j.logP.get(kind)),
    ]),
  );
  byKind.set('joint', againstPeers(centres, byCentre, JOINT_LEVELS, secondSmallest));
  byKind.set('capacity', capacityAgainstPeers(centres, evidence));
  const parts = centres.map((centre) => {
    const own = new Map<Part, number>();
    for (const [kind, p] of byKind) if (p.has(centre)) own.set(kind, p.get(centre)!);
    return own;
  });
  const p = parts.map((own) => together(new Map([...own].map(([kind, x]) => [kind, Math.log(x)]))));
  const q = benjaminiHochberg(p);
  return centres.map((centre, i) => {
    const pairs = byCentre.get(centre)!;
    return {
      centre,
      pairs,
      byKind: parts[i]!,
      p: p[i]!,
      q: q[i]!,
      members: membersOf(pairs, evidence.parameters),
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
  // A package price has no conflicts: with one, the missing items count.
  const isConflicting = [...logP.values()].some((x) => x <= CONFLICT);
  if (supports) logP.set('supports', supports.isPackage && !isConflicting ? 0 : supports.logP);
  return { pair, conflicts, supports, logP, combined: Math.log(together(logP)) };
}

/** ln of Fisher's combination; a kind that showed nothing counts as one that was looked at. */
function fisher(logP: readonly number[]): number {
  if (logP.length === 0) return 0;
  const sum = logP.reduce((total, x) => total + Math.max(x, -690), 0);
  return logChi2Tail(-2 * sum, 2 * logP.length);
}

/** Undefined where the patient could have shown less than two kinds. */
function secondSmallest(judged: PairJudgement): number | undefined {
  return [...judged.logP.values()].sort((a, b) => a - b)[1];
}

/**
 * p of each centre for one kind: its suspicious patients against those of its peers, over the levels.
 * Centres none of whose patients could have shown it are absent.
 */
function againstPeers(
  centres: readonly number[],
  byCentre: ReadonlyMap<number, readonly PairJudgement[]>,
  levels: readonly Level[],
  of: (judged: PairJudgement) => number | undefined,
): Map<number, number> {
  const counts = levels.map((level) =>
    centres.map((centre): Count => {
      let k = 0;
      let n = 0;
      for (const judged of byCentre.get(centre)!) {
        const x = of(judged);
        if (x === undefined) continue;
        n++;
        if (x <= level.logP) k++;
      }
      return { k, n };
    }),
  );
  const out = new Map<number, number>();
  centres.forEach((centre, i) => {
    if (counts[0]![i]!.n === 0) return;
    const p = levels.map(({ prior }, l) => {
      const others = counts[l]!.filter((_, j) => j !== i);
      return Math.exp(logPeerTail(counts[l]![i]!, others, prior));
    });
    out.set(centre, lenientCauchy(p));
  });
  return out;
}

function capacityAgainstPeers(centres: readonly number[], evidence: Evidence): Map<number, number> {
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

/** Discrete p's of 1 say nothing; entered as they are they would outvote any other. */
function lenientCauchy(p: readonly number[], weights?: readonly number[]): number {
  return cauchyCombination(
    p.map((x) => Math.min(x, 0.5)),
    weights,
  );
}

/** Weights of the Cauchy rule: what most rings show gets most; `all` is Fisher's of the kinds. */
const WEIGHT = {
  supports: 3,
  joint: 2,
  all: 2,
  stays: 1,
  twoCentres: 1,
  afterDeath: 1,
  overFive: 1,
  capacity: 0.5,
} as const;

/**
 * One strong kind is found by itself, several middling ones by Fisher's combination, which may take
 * only independent ones (`joint` is made of the others); the Cauchy rule, which bears dependence,
 * puts them together.
 */
function together(parts: ReadonlyMap<Part, number>): number {
  const independent = [...parts].filter(([kind]) => kind !== 'joint').map(([, x]) => x);
  return lenientCauchy(
    [...parts.values(), fisher(independent)].map((x) => Math.exp(Math.max(x, -690))),
    [...[...parts.keys()].map((kind) => WEIGHT[kind]), WEIGHT.all],
  );
}

/**
 * Patients by Benjamini–Hochberg within their centre. Where most of those have thin records, one
 * with full records and a single odd kind is not like them: a date mistyped, a card that another
 * centre bills too, somebody who is dialysed daily. Such a patient is not named.
 */
function membersOf(pairs: readonly PairJudgement[], parameters: Parameters): PairJudgement[] {
  const q = benjaminiHochberg(pairs.map((x) => Math.exp(x.combined)));
  const standing = pairs.filter((_, i) => q[i]! <= parameters.memberQ);
  const thin = standing.filter((x) => (x.logP.get('supports') ?? 0) <= THIN).length;
  if (thin * 2 < standing.length) return standing;
  return standing.filter((x) => {
    const isFull = x.supports !== undefined && x.supports.score < FULL;
    return !isFull || [...x.logP.values()].filter((p) => p <= ODD).length > 1;
  });
}
