import { logNormalTail } from '../../algorithms/gamma.js';
import { quantileSorted } from '../../algorithms/robust.js';
import { push } from '../../model/multimap.js';
import { SUPPORT_BITS, type World } from '../../projection/world.js';
import { betaBinomialScore } from './betaBinomial.js';
import { isBare, type Pair, type Session } from './sessions.js';

/**
 * What ought to have been billed with a session, and was not.
 *
 * Purpose: does one patient's record at a centre lack what the centre bills for its others? Formula:
 * for each kind of support b that the centre bills habitually, the missing ones of n sessions against
 * n·(1 − h), h the share among the centre's *reference* patients in the same month; z_b is the normal
 * score of the beta-binomial tail. A dialyser and a blood line are used in every
 * session, so their z counts whole; a drug or a test may honestly not be for this patient (bleeding,
 * iron stores, another laboratory), so theirs is cut off at DRUG_CAP. The pair's score is Σ z_b/√K
 * with the largest put down to the second, since one kind alone may have its reason (another
 * modality, another supplier), rescaled by the middle and spread of all pairs; p its normal tail. A patient whose thin sessions
 * cost what full ones do may be billed at a package price (`isPackage`). The reference is found by a forward
 * search from the sixth of patients with the fullest records, since the guilty are among them.
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
  /** Billed as at a package price, which would explain what is missing, though no conflict. */
  readonly isPackage: boolean;
}

interface Kind {
  readonly bit: number;
  readonly physical: boolean;
  /** In the sum of scores: how much a missing one says. */
  readonly weight: number;
  /** Least overdispersion between honest patients. */
  readonly rho: number;
}

const KINDS: readonly Kind[] = [
  { bit: SUPPORT_BITS.dialyser, physical: true, weight: 1, rho: 0.02 },
  { bit: SUPPORT_BITS.bloodLine, physical: true, weight: 1, rho: 0.02 },
  { bit: SUPPORT_BITS.anticoagulant, physical: false, weight: 0.7, rho: 0.05 },
  { bit: SUPPORT_BITS.epo, physical: false, weight: 0.4, rho: 0.15 },
  { bit: SUPPORT_BITS.iron, physical: false, weight: 0.4, rho: 0.15 },
  { bit: SUPPORT_BITS.tests, physical: false, weight: 0.4, rho: 0.15 },
];
/** A kind that is billed in fewer of the reference's sessions is no habit. */
const HABIT = 0.3;
const PHYSICAL = SUPPORT_BITS.dialyser | SUPPORT_BITS.bloodLine;
const DRUG_CAP = 3;
/** Where a centre bills one kind only, a patient without it is hardly odd. */
const LONE_CAP = 2;
/** Thin sessions that cost this share of the centre's full ones are a package. */
const PACKAGE = 0.9;
/** Share of a centre's patients, those with the fullest records, that the search starts from. */
const CORE = 1 / 6;
const MIN_SESSIONS = 5;
/** Pairs from which on their own spread replaces the model's, and what it is at least. */
const MANY = 20;
const LEAST_SPREAD = 0.6;
const REFERENCE_SCORE = 2.5;
const MONTH_DAYS = 30.4375;
/** Sessions of all patients that a month of the reference is shrunk with. */
const MONTH_WEIGHT = 10;

const monthOf = (day: number) => Math.floor(day / MONTH_DAYS);

/** Evidence of each pair with enough sessions of known content; pairs without it are absent. */
export function supportEvidence(world: World, pairs: readonly Pair[]): Map<Pair, SupportEvidence> {
  const byCentre = new Map<number, Pair[]>();
  for (const pair of pairs) {
    if (pair.sessions.filter((s) => s.known).length < MIN_SESSIONS) continue;
    push(byCentre, pair.centre, pair);
  }
  const usual = usualLevels([...byCentre.values()]);
  const out = new Map<Pair, SupportEvidence>();
  for (const list of byCentre.values())
    if (list.length >= 3)
      for (const [pair, e] of centreEvidence(world, list, usual)) out.set(pair, e);
  rescale(out);
  return out;
}

/** Of each kind the middle of the shares that centres bill who bill it habitually; 1 where none does. */
function usualLevels(centres: ReadonlyArray<readonly Pair[]>): number[] {
  const tallies = centres.map((pairs) => tally(pairs).get(ALL_MONTHS)!);
  return KINDS.map((_, k) => {
    const levels = tallies.map((t) => t.has[k]! / t.n).filter((level) => level >= HABIT);
    return levels.length === 0 ? 1 : quantileSorted(Float64Array.from(levels).sort(), 0.5);
  });
}

function centreEvidence(
  world: World,
  pairs: readonly Pair[],
  usual: readonly number[],
): Map<Pair, SupportEvidence> {
  const everyone = tally(pairs);
  const order = fromFullest(pairs, everyone);
  const core = order.slice(0, Math.ceil(order.length * CORE));
  let reference = core;
  let evidence = new Map<Pair, SupportEvidence>();
  for (let turn = 0; turn < 6; turn++) {
    // The fullest record of all is fuller than honest ones are: where it stands alone, no more is expected
    // of the others than elsewhere.
    const most = reference.length === 1 ? usual : undefined;
    const habits = habitsOf(tally(reference), everyone, most);
    evidence = new Map(pairs.map((p) => [p, judge(p, habits)]));
    const next = order.filter((p) => core.includes(p) || evidence.get(p)!.score <= REFERENCE_SCORE);
    if (next.length === reference.length && next.every((p, i) => p === reference[i])) break;
    reference = next;
  }
  return atPackagePrice(world, evidence);
}

/** Marks those all of whose sessions are thin and cost as much as the centre's full ones. */
function atPackagePrice(
  world: World,
  evidence: Map<Pair, SupportEvidence>,
): Map<Pair, SupportEvidence> {
  const { total } = world.settlements;
  const thin = new Set([...evidence.values()].flatMap((e) => e.thin));
  const price = (sessions: readonly Session[]) =>
    quantileSorted(Float64Array.from(sessions, (s) => total[s.row]!).sort(), 0.5);
  const full = price(
    [...evidence.keys()].flatMap((p) => p.sessions.filter((s) => s.known && !thin.has(s))),
  );
  if (!(full > 0)) return evidence;
  return new Map(
    [...evidence].map(([pair, e]) => {
      const physical = e.thin.filter((s) => (s.supports & PHYSICAL) !== 0).length;
      const isPackage =
        e.thin.length >= PACKAGE * e.known &&
        physical <= (1 - PACKAGE) * e.thin.length &&
        price(e.thin) >= PACKAGE * full;
      return [pair, { ...e, isPackage }];
    }),
  );
}

/** Sessions, and those with each kind, by month; month −1 is the whole period. */
type Tally = Map<number, { n: number; has: number[] }>;
const ALL_MONTHS = -1;

function tally(pairs: readonly Pair[]): Tally {
  const out: Tally = new Map();
  for (const pair of pairs)
    for (const s of pair.sessions) {
      if (!s.known) continue;
      for (const month of [monthOf(s.day), ALL_MONTHS]) {
        let at = out.get(month);
        if (!at) {
          at = { n: 0, has: KINDS.map(() => 0) };
          out.set(month, at);
        }
        at.n++;
        for (let k = 0; k < KINDS.length; k++) if (s.supports & KINDS[k]!.bit) at.has[k]!++;
      }
    }
  return out;
}

/**
 * Pairs from the fullest record on. Habits change over a year, so sessions are compared with others of their
 * month; but where few months have more than one sort of patient, whoever comes out first may be as thin as any:
 * then they are compared over the whole period.
 */
function fromFullest(pairs: readonly Pair[], everyone: Tally): Pair[] {
  const ordered = (month: (day: number) => number) => {
    const fullness = new Map(pairs.map((p) => [p, excessKinds(p, everyone, month)]));
    return [...pairs].sort((a, b) => fullness.get(b)! - fullness.get(a)! || a.patient - b.patient);
  };
  const [byMonth, byPeriod] = [ordered(monthOf), ordered(() => ALL_MONTHS)];
  const billed = (pair: Pair) => excessKinds(pair, NOBODY, () => ALL_MONTHS);
  return billed(byMonth[0]!) >= AS_FULL * billed(byPeriod[0]!) ? byMonth : byPeriod;
}

/** The fullest of their months bill at least this share of what the fullest of all do. */
const AS_FULL = 0.5;
/** What is beyond nobody's is all. */
const NOBODY: Tally = new Map([[ALL_MONTHS, { n: 1, has: KINDS.map(() => 0) }]]);

/** Kinds a session beyond what the centre bills in the same month, by `month`; physical ones count twice. */
function excessKinds(pair: Pair, everyone: Tally, month: (day: number) => number): number {
  let sum = 0;
  let n = 0;
  for (const s of pair.sessions) {
    if (!s.known) continue;
    const usual = everyone.get(month(s.day))!;
    n++;
    KINDS.forEach((kind, k) => {
      const excess = (s.supports & kind.bit ? 1 : 0) - usual.has[k]! / usual.n;
      sum += kind.physical ? 2 * excess : excess;
    });
  }
  return sum / n;
}

interface Habit {
  readonly kind: Kind;
  /** Share of honest sessions of that month with the kind. */
  readonly share: (day: number) => number;
}

/** A thin month of the reference leans on all patients of that month. */
function habitsOf(reference: Tally, everyone: Tally, most?: readonly number[]): Habit[] {
  const all = reference.get(ALL_MONTHS)!;
  const total = everyone.get(ALL_MONTHS)!;
  return KINDS.flatMap((kind, k) => {
    const level = all.has[k]! / all.n;
    if (level < HABIT) return [];
    const overall = (total.has[k]! + 0.5) / (total.n + 1);
    const share = (day: number) => {
      const own = reference.get(monthOf(day)) ?? { n: 0, has: [] };
      const usual = everyone.get(monthOf(day))!;
      // The level is the reference's, the course over the months everybody's.
      const prior = Math.min(level * ((usual.has[k]! + 0.5) / (usual.n + 1) / overall), 0.995);
      const here = ((own.has[k] ?? 0) + MONTH_WEIGHT * prior) / (own.n + MONTH_WEIGHT);
      return Math.min(here, most?.[k] ?? 1);
    };
    return [{ kind, share }];
  });
}

function judge(pair: Pair, habits: readonly Habit[]): SupportEvidence {
  const known = pair.sessions.filter((s) => s.known);
  const scores: number[] = [];
  let missing = 0;
  let missingOwn = 0;
  let expected = 0;
  for (const { kind, share } of habits) {
    let miss = 0;
    let mean = 0;
    for (const s of known) {
      const h = share(s.day);
      mean += 1 - h;
      if (!(s.supports & kind.bit)) miss++;
      if (!(s.own & kind.bit)) missingOwn++;
    }
    missing += miss;
    expected += mean;
    const z = betaBinomialScore(miss, known.length, mean / known.length, kind.rho);
    scores.push(kind.physical ? z : Math.min(z, DRUG_CAP));
  }
  return {
    known: known.length,
    score: combinedScore(habits, scores),
    logP: 0,
    missing,
    expected,
    thin: known.filter((s) => isBare(s) || isThin(s, habits)),
    billedElsewhere: missingOwn > 0 ? 1 - missing / missingOwn : 0,
    isPackage: false,
  };
}

/** Σ w·z / √Σ w², the largest z put down to the second, or to what a lone kind may be. */
function combinedScore(habits: readonly Habit[], scores: readonly number[]): number {
  if (habits.length === 0) return 0;
  const [, second = LONE_CAP] = [...scores].sort((a, b) => b - a);
  let sum = 0;
  let squares = 0;
  habits.forEach(({ kind }, i) => {
    sum += kind.weight * Math.min(scores[i]!, second);
    squares += kind.weight ** 2;
  });
  return sum / Math.sqrt(squares);
}

/** At least half of what the centre bills in that month is missing. */
function isThin(session: Session, habits: readonly Habit[]): boolean {
  const due = habits.filter((h) => h.share(session.day) >= HABIT);
  const missing = due.filter(({ kind }) => !(session.supports & kind.bit)).length;
  return missing > 0 && missing * 2 >= due.length;
}

/**
 * Puts the scores on the centre and spread that the pairs really have. Both are read off the lower
 * half, which no ring reaches into.
 */
function rescale(evidence: Map<Pair, SupportEvidence>): void {
  const scores = Float64Array.from([...evidence.values()], (e) => e.score).sort();
  const many = scores.length >= MANY;
  const middle = many ? Math.min(quantileSorted(scores, 0.5), 0) : 0;
  const spread = many ? (middle - quantileSorted(scores, 0.25)) / 0.6745 : 1;
  for (const [pair, e] of evidence) {
    const score = (e.score - middle) / Math.max(spread, LEAST_SPREAD);
    evidence.set(pair, { ...e, score, logP: score > 0 ? logNormalTail(score) : 0 });
  }
}
