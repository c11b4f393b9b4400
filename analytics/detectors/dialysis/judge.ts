import { logChi2Tail } from '../../algorithms/gamma.js';
import { benjaminiHochberg, cauchyCombination } from '../../algorithms/multiplicity.js';
import type { World } from '../../projection/world.js';
import { type Capacity, isBreached } from './capacity.js';
import { type PairConflicts, pairConflicts } from './conflicts.js';
import type { ErrorRates } from './errors.js';
import type { Parameters } from './parameters.js';
import { type Count, logPeerTail, peerRate } from './peers.js';
import type { DialysisPatient, Pair } from './sessions.js';
import type { SupportEvidence } from './supports.js';

/** Kinds of evidence that record errors make independently of each other. */
export const KINDS = ['stays', 'twoCentres', 'afterDeath', 'overFive', 'supports'] as const;
export type Kind = (typeof KINDS)[number];

export interface PairJudgement {
  readonly pair: Pair;
  readonly conflicts: PairConflicts;
  readonly supports: SupportEvidence | undefined;
  /** Of each kind that the pair could have shown. */
  readonly logP: ReadonlyMap<Kind, number>;
  /** All kinds together (Fisher). */
  readonly combined: number;
}

export interface CentreJudgement {
  readonly centre: number;
  readonly pairs: readonly PairJudgement[];
  /** p of each kind, and of capacity, for the centre against its peers. */
  readonly byKind: ReadonlyMap<Kind | 'capacity', number>;
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

/**
 * A patient is suspicious at a level when the p of one kind is below it. `prior` is the share of
 * honest patients of whom that is expected before looking at the peers: never below a few in a
 * thousand, since people and records are odd in ways that no model of errors has.
 */
const LEVELS = [
  { logP: Math.log(0.2), prior: 0.1 },
  { logP: Math.log(0.01), prior: 0.01 },
  { logP: Math.log(1e-4), prior: 0.005 },
  { logP: Math.log(1e-8), prior: 0.003 },
] as const;
const CAPACITY_PRIOR = 0.05;

/**
 * Judges all centres. Guilt is laid in turn, the strongest first: what a found centre explains (a
 * patient billed at two places on a day) is then taken off the others, so that the honest centre of
 * a stolen card is not drawn in.
 */
export function judge(evidence: Evidence): CentreJudgement[] {
  const thin = new Set<number>();
  for (const e of evidence.supports.values())
    if (e.logP < Math.log(0.01)) for (const s of e.thin) thin.add(s.row);
  const guilty = new Set<number>();
  for (;;) {
    const centres = judgeOnce(evidence, { guilty, thin });
    const next = centres
      .filter((c) => c.q <= evidence.parameters.q && !guilty.has(c.centre))
      .sort((a, b) => a.p - b.p || a.centre - b.centre)[0];
    if (!next) return centres;
    guilty.add(next.centre);
  }
}

function judgeOnce(
  evidence: Evidence,
  charging: { guilty: ReadonlySet<number>; thin: ReadonlySet<number> },
): CentreJudgement[] {
  const byCentre = new Map<number, PairJudgement[]>();
  for (const patient of evidence.patients)
    for (const pair of patient.pairs) {
      const judged = judgePair(evidence, patient, pair, charging);
      const list = byCentre.get(pair.centre);
      if (list) list.push(judged);
      else byCentre.set(pair.centre, [judged]);
    }
  const centres = [...byCentre.keys()].sort((a, b) => a - b);
  const kindP = new Map(KINDS.map((kind) => [kind, againstPeers(centres, byCentre, kind)]));
  const capacityP = capacityAgainstPeers(centres, evidence);
  const p = centres.map((centre) => {
    const parts = KINDS.map((kind) => kindP.get(kind)!.get(centre)!);
    const capacity = capacityP.get(centre);
    return centreP(capacity === undefined ? parts : [...parts, capacity]);
  });
  const q = benjaminiHochberg(p);
  return centres.map((centre, i) => {
    const pairs = byCentre.get(centre)!;
    const byKind = new Map<Kind | 'capacity', number>(
      KINDS.map((kind) => [kind, kindP.get(kind)!.get(centre)!]),
    );
    if (capacityP.has(centre)) byKind.set('capacity', capacityP.get(centre)!);
    return {
      centre,
      pairs,
      byKind,
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
  charging: { guilty: ReadonlySet<number>; thin: ReadonlySet<number> },
): PairJudgement {
  const { world, rates, parameters } = evidence;
  const conflicts = pairConflicts(world, patient, pair, rates, parameters, charging);
  const supports = evidence.supports.get(pair);
  const logP = new Map<Kind, number>();
  if (conflicts.stays.tested) logP.set('stays', conflicts.stays.logP);
  if (conflicts.twoCentres.tested) logP.set('twoCentres', conflicts.twoCentres.logP);
  if (conflicts.afterDeath.tested) logP.set('afterDeath', conflicts.afterDeath.logP);
  if (conflicts.overFive.tested) logP.set('overFive', conflicts.overFive.logP);
  if (supports) logP.set('supports', supports.logP);
  return { pair, conflicts, supports, logP, combined: fisher([...logP.values()]) };
}

/** ln of Fisher's combination; a kind that showed nothing counts as one that was looked at. */
function fisher(logP: readonly number[]): number {
  if (logP.length === 0) return 0;
  const sum = logP.reduce((total, x) => total + Math.max(x, -690), 0);
  return logChi2Tail(-2 * sum, 2 * logP.length);
}

/** p of each centre for one kind: its suspicious patients against those of its peers, over the levels. */
function againstPeers(
  centres: readonly number[],
  byCentre: ReadonlyMap<number, readonly PairJudgement[]>,
  kind: Kind,
): Map<number, number> {
  const counts = LEVELS.map((level) =>
    centres.map((centre): Count => {
      let k = 0;
      let n = 0;
      for (const { logP } of byCentre.get(centre)!) {
        const x = logP.get(kind);
        if (x === undefined) continue;
        n++;
        if (x <= level.logP) k++;
      }
      return { k, n };
    }),
  );
  return new Map(
    centres.map((centre, i) => [
      centre,
      lenientCauchy(
        LEVELS.map(({ prior }, l) =>
          Math.exp(
            logPeerTail(
              counts[l]![i]!,
              counts[l]!.filter((_, j) => j !== i),
              prior,
            ),
          ),
        ),
      ),
    ]),
  );
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
function lenientCauchy(p: readonly number[]): number {
  return cauchyCombination(p.map((x) => Math.min(x, 0.5)));
}

/** One strong kind is found by the Cauchy rule, several middling ones by Fisher's: twice the smaller. */
function centreP(p: readonly number[]): number {
  const together = Math.exp(fisher(p.map((x) => Math.log(Math.max(x, 1e-300)))));
  return Math.min(1, 2 * Math.min(lenientCauchy(p), together));
}

/** Patients by Benjamini–Hochberg within their centre. */
function membersOf(pairs: readonly PairJudgement[], parameters: Parameters): PairJudgement[] {
  const q = benjaminiHochberg(pairs.map((x) => Math.exp(x.combined)));
  return pairs.filter((_, i) => q[i]! <= parameters.memberQ);
}
