import { logNormalTail } from '../../algorithms/gamma.js';
import { quantileSorted } from '../../algorithms/robust.js';
import { SUPPORT_BITS } from '../../projection/world.js';
import { isBare, type Pair, type Session } from './sessions.js';

/**
 * What ought to have been billed with a session, and was not.
 *
 * Purpose: does one patient's record at a centre lack what the centre bills for its others? Formula:
 * for each kind of support b that the centre bills habitually, the missing ones of n sessions against
 * n·(1 − h), h the share among the centre's *reference* patients in the same month, with the variance
 * of a beta-binomial; z_b is its standard score. A dialyser and a blood line are used in every
 * session, so their z counts whole; a drug or a test may honestly not be for this patient (bleeding,
 * iron stores, another laboratory), so theirs is cut off at DRUG_CAP. The pair's score is Σ z_b/√K,
 * rescaled by the spread over all pairs; p its normal tail. The reference is found by a forward
 * search from the third of patients with the fullest records, since the guilty are among them.
 * A session whose settlement lost all its lines says nothing.
 */
export interface SupportEvidence {
  /** Sessions whose fee lines are known. */
  readonly known: number;
  readonly score: number;
  readonly logP: number;
  /** Missing items over the habitual kinds, and how many an honest record would miss. */
  readonly missing: number;
  readonly expected: number;
  /** Sessions that miss at least half of the habitual kinds. */
  readonly thin: readonly Session[];
  /** Share of the missing items that other settlements close by make good. */
  readonly billedElsewhere: number;
}

interface Kind {
  readonly bit: number;
  readonly physical: boolean;
  /** Least overdispersion between honest patients. */
  readonly rho: number;
}

const KINDS: readonly Kind[] = [
  { bit: SUPPORT_BITS.dialyser, physical: true, rho: 0.02 },
  { bit: SUPPORT_BITS.bloodLine, physical: true, rho: 0.02 },
  { bit: SUPPORT_BITS.anticoagulant, physical: false, rho: 0.05 },
  { bit: SUPPORT_BITS.epo, physical: false, rho: 0.15 },
  { bit: SUPPORT_BITS.iron, physical: false, rho: 0.15 },
  { bit: SUPPORT_BITS.tests, physical: false, rho: 0.15 },
];
/** A kind that is billed in fewer of the reference's sessions is no habit. */
const HABIT = 0.3;
const DRUG_CAP = 2;
const MIN_SESSIONS = 5;
const REFERENCE_SCORE = 2.5;
const MONTH_DAYS = 30.4375;
/** Sessions of the centre's whole period that a month's own rate is shrunk with. */
const MONTH_WEIGHT = 30;

const monthOf = (day: number) => Math.floor(day / MONTH_DAYS);

/** Evidence of each pair with enough sessions of known content; pairs without it are absent. */
export function supportEvidence(pairs: readonly Pair[]): Map<Pair, SupportEvidence> {
  const byCentre = new Map<number, Pair[]>();
  for (const pair of pairs) {
    if (pair.sessions.filter((s) => s.known).length < MIN_SESSIONS) continue;
    const list = byCentre.get(pair.centre);
    if (list) list.push(pair);
    else byCentre.set(pair.centre, [pair]);
  }
  const out = new Map<Pair, SupportEvidence>();
  for (const list of byCentre.values())
    if (list.length >= 3) for (const [pair, e] of centreEvidence(list)) out.set(pair, e);
  rescale(out);
  return out;
}

function centreEvidence(pairs: readonly Pair[]): Map<Pair, SupportEvidence> {
  const fullness = new Map(pairs.map((p) => [p, meanKinds(p)]));
  const order = [...pairs].sort(
    (a, b) => fullness.get(b)! - fullness.get(a)! || a.patient - b.patient,
  );
  const core = order.slice(0, Math.max(2, Math.ceil(order.length / 3)));
  let reference = core;
  let evidence = new Map<Pair, SupportEvidence>();
  for (let turn = 0; turn < 6; turn++) {
    const habits = habitsOf(reference);
    evidence = new Map(pairs.map((p) => [p, judge(p, habits)]));
    const next = order.filter((p) => core.includes(p) || evidence.get(p)!.score <= REFERENCE_SCORE);
    if (next.length === reference.length && next.every((p, i) => p === reference[i])) break;
    reference = next;
  }
  return evidence;
}

function meanKinds(pair: Pair): number {
  let kinds = 0;
  let n = 0;
  for (const s of pair.sessions) {
    if (!s.known) continue;
    n++;
    for (const kind of KINDS) if (s.supports & kind.bit) kinds += kind.physical ? 2 : 1;
  }
  return kinds / n;
}

interface Habit {
  readonly kind: Kind;
  /** Share of honest sessions of that month with the kind. */
  readonly share: (day: number) => number;
}

function habitsOf(reference: readonly Pair[]): Habit[] {
  const habits: Habit[] = [];
  for (const kind of KINDS) {
    const months = new Map<number, { has: number; n: number }>();
    let has = 0;
    let n = 0;
    for (const pair of reference)
      for (const s of pair.sessions) {
        if (!s.known) continue;
        const month = monthOf(s.day);
        const at = months.get(month) ?? { has: 0, n: 0 };
        const one = s.supports & kind.bit ? 1 : 0;
        months.set(month, { has: at.has + one, n: at.n + 1 });
        has += one;
        n++;
      }
    const all = (has + 0.5) / (n + 1);
    if (all < HABIT) continue;
    habits.push({
      kind,
      share: (day) => {
        const at = months.get(monthOf(day));
        return at ? (at.has + MONTH_WEIGHT * all) / (at.n + MONTH_WEIGHT) : all;
      },
    });
  }
  return habits;
}

function judge(pair: Pair, habits: readonly Habit[]): SupportEvidence {
  const known = pair.sessions.filter((s) => s.known);
  let score = 0;
  let missing = 0;
  let missingOwn = 0;
  let expected = 0;
  for (const { kind, share } of habits) {
    let miss = 0;
    let mean = 0;
    let variance = 0;
    for (const s of known) {
      const h = share(s.day);
      mean += 1 - h;
      variance += h * (1 - h);
      if (!(s.supports & kind.bit)) miss++;
      if (!(s.own & kind.bit)) missingOwn++;
    }
    missing += miss;
    expected += mean;
    const sd = Math.sqrt(Math.max(variance, 0.25) * (1 + (known.length - 1) * kind.rho));
    const z = (miss - mean) / sd;
    score += kind.physical ? z : Math.min(z, DRUG_CAP);
  }
  return {
    known: known.length,
    score: habits.length > 0 ? score / Math.sqrt(habits.length) : 0,
    logP: 0,
    missing,
    expected,
    thin: known.filter(
      (s) =>
        isBare(s) ||
        habits.filter(({ kind }) => !(s.supports & kind.bit)).length * 2 >=
          Math.max(habits.length, 1),
    ),
    billedElsewhere: missingOwn > 0 ? 1 - missing / missingOwn : 0,
  };
}

/** Puts the p's on the spread that the pairs really have, never below that of the model. */
function rescale(evidence: Map<Pair, SupportEvidence>): void {
  const scores = Float64Array.from([...evidence.values()], (e) => e.score).sort();
  const spread =
    scores.length >= 8 ? (quantileSorted(scores, 0.75) - quantileSorted(scores, 0.25)) / 1.349 : 1;
  for (const [pair, e] of evidence) {
    const score = e.score / Math.max(spread, 1);
    evidence.set(pair, { ...e, score, logP: score > 0 ? logNormalTail(score) : 0 });
  }
}
