/**
 * Waves: people who are sent to hospital at one time but split over several hospitals and stagger their dates
 * share no stay, yet they share the hospitals *and* the times.
 *
 * Only pairs with two hospitals in common are looked at. A hit is a stay of one that begins within ±tolerance
 * days of a stay of the other, each stay used once, at any of the common hospitals; by chance there are
 * `n_a·n_b·(2·tolerance + 1)/days`. A pair must have begun at one hospital within the tolerance at least once,
 * which keeps the enumeration to the admissions of each hospital and week. That choice favours hits, and so
 * does an outbreak: the redrawn worlds, in which every stay moves by whole weeks, choose alike and say how much.
 */
import type { StayColumns } from './admissions.js';
import type { PairScreen } from './pairSums.js';
import { logPoissonTail, poissonLikelihoodRatio } from './tails.js';
import { type RedrawnScreen, weekShifts } from './weekShifts.js';

const COMMON_MIN = 2;

export interface WaveOptions {
  readonly tolerance: number;
  readonly minHits: number;
  /** Days of the period. */
  readonly days: number;
}

export function waveScreen(
  stays: Pick<StayColumns, 'patient' | 'institution' | 'begin'>,
  options: WaveOptions,
): RedrawnScreen {
  const ofPatient = groupBy(stays.patient);
  const ofPlace = groupBy(stays.institution);
  const run = (begin: Int32Array) => {
    const at = { ...stays, begin };
    return score(at, ofPatient, candidates(at, ofPatient, ofPlace, options), options);
  };
  return {
    observed: () => run(stays.begin),
    redrawn: (seed) => {
      const days = weekShifts(stays.begin.length, seed);
      return run(stays.begin.map((day, i) => day + days[i]!));
    },
  };
}

type Stays = Pick<StayColumns, 'patient' | 'institution' | 'begin'>;
type Groups = ReadonlyMap<number, readonly number[]>;

function groupBy(key: Int32Array): Groups {
  const out = new Map<number, number[]>();
  key.forEach((k, i) => {
    const list = out.get(k);
    if (list) list.push(i);
    else out.set(k, [i]);
  });
  return out;
}

/** Pairs that began at one hospital within the tolerance, ascending. */
function candidates(
  { patient, begin }: Stays,
  ofPatient: Groups,
  ofPlace: Groups,
  { tolerance }: WaveOptions,
): Array<readonly [number, number]> {
  let width = 1;
  for (const p of ofPatient.keys()) width = Math.max(width, p + 1);
  const isBack = new Uint8Array(width);
  for (const [p, list] of ofPatient) isBack[p] = list.length < COMMON_MIN ? 0 : 1;
  const found: number[] = [];
  for (const list of ofPlace.values()) {
    const sorted = list
      .filter((i) => isBack[patient[i]!])
      .sort((x, y) => begin[x]! - begin[y]! || x - y);
    for (let x = 0; x < sorted.length; x++) {
      const p = patient[sorted[x]!]!;
      const last = begin[sorted[x]!]! + tolerance;
      for (let y = x + 1; y < sorted.length && begin[sorted[y]!]! <= last; y++) {
        const q = patient[sorted[y]!]!;
        if (p !== q) found.push(Math.min(p, q) * width + Math.max(p, q));
      }
    }
  }
  const pairs: Array<readonly [number, number]> = [];
  let before = -1;
  for (const key of Float64Array.from(found).sort()) {
    if (key !== before) pairs.push([Math.floor(key / width), key % width]);
    before = key;
  }
  return pairs;
}

function score(
  { institution, begin }: Stays,
  ofPatient: Groups,
  pairs: ReadonlyArray<readonly [number, number]>,
  { tolerance, minHits, days }: WaveOptions,
): PairScreen {
  const rows: Array<{ a: number; b: number; hits: number; expected: number }> = [];
  const inOrder = (list: readonly number[]) =>
    [...list].sort((x, y) => begin[x]! - begin[y]! || x - y);
  for (const [a, b] of pairs) {
    const ofA = ofPatient.get(a)!;
    const ofB = ofPatient.get(b)!;
    const common: number[] = [];
    for (const i of ofA) {
      const h = institution[i]!;
      if (!common.includes(h) && ofB.some((j) => institution[j] === h)) common.push(h);
    }
    if (common.length < COMMON_MIN) continue;
    const mine = inOrder(ofA.filter((i) => common.includes(institution[i]!)));
    const theirs = inOrder(ofB.filter((i) => common.includes(institution[i]!)));
    let hits = 0;
    // Two pointers over both calendars: each stay is used once.
    for (let x = 0, y = 0; x < mine.length && y < theirs.length; ) {
      const gap = begin[mine[x]!]! - begin[theirs[y]!]!;
      if (Math.abs(gap) <= tolerance) {
        hits++;
        x++;
        y++;
      } else if (gap < 0) x++;
      else y++;
    }
    if (hits < minHits) continue;
    const expected = (mine.length * theirs.length * (2 * tolerance + 1)) / days;
    rows.push({ a, b, hits, expected });
  }
  return {
    a: Int32Array.from(rows, (r) => r.a),
    b: Int32Array.from(rows, (r) => r.b),
    hits: Int32Array.from(rows, (r) => r.hits),
    expected: Float64Array.from(rows, (r) => r.expected),
    logP: Float64Array.from(rows, (r) => logPoissonTail(r.hits, r.expected)),
    llr: Float64Array.from(rows, (r) => poissonLikelihoodRatio(r.hits, r.expected)),
  };
}
