/**
 * Waves: people who are sent to hospital at one time but split over several hospitals and stagger their dates
 * share no stay, yet they share the times *and* either the hospitals or the home.
 *
 * A hit is a stay of one that begins within ±tolerance days of a stay of the other, each stay used once: at any of
 * the hospitals that both were at, two at least, or, for people of one `origin`, at any hospital. By chance there are
 * `n_a·n_b·(2·tolerance + 1)/days`. Stays of a planned cycle are left out, since who fell into step once stays in step;
 * hits within RETURN_DAYS are one, since one illness may bring a transfer and a return to both. A pair must have
 * begun at one hospital (in one origin) within the tolerance at least once, which keeps the enumeration to the
 * admissions of each and week. That choice favours hits, and so does an outbreak: the redrawn worlds, in which
 * every stay moves by whole weeks, choose alike and say how much.
 */
import { push } from '../model/multimap.js';
import type { StayColumns } from './admissions.js';
import type { PairScreen } from './pairSums.js';
import { logPoissonTail, poissonLikelihoodRatio } from './tails.js';
import { type RedrawnScreen, weekShifts } from './weekShifts.js';

const COMMON_MIN = 2;
/** A return so soon belongs to the same illness. */
const RETURN_DAYS = 28;

export interface WaveOptions {
  readonly tolerance: number;
  readonly minHits: number;
  /** Days of the period. */
  readonly days: number;
  /** 1 for stays of a planned cycle. */
  readonly planned: Uint8Array;
  /** Origin of each *patient*, −1 unknown: then only people of one origin are looked at, at whatever hospital. */
  readonly origin?: Int32Array;
}

type Stays = Pick<StayColumns, 'patient' | 'institution' | 'begin'>;
type Groups = ReadonlyMap<number, readonly number[]>;
type StayPair = readonly [number, number];

export interface WaveScreen extends RedrawnScreen {
  /** The stays of two people that began together, in the observed world. */
  matched(a: number, b: number): readonly StayPair[];
}

export function waveScreen(stays: Stays, options: WaveOptions): WaveScreen {
  const { patient, institution } = stays;
  const { planned, origin } = options;
  const ofPatient = groupBy(patient, (i) => planned[i] === 0);
  const enough = new Set<number>();
  for (const [p, list] of ofPatient) {
    const many = origin ? list.length : new Set(list.map((i) => institution[i])).size;
    if (many >= COMMON_MIN) enough.add(p);
  }
  const pool = origin ? patient.map((p) => origin[p]!) : institution;
  const pools = groupBy(pool, (i) => pool[i]! >= 0 && planned[i] === 0 && enough.has(patient[i]!));
  const meeting = (begin: Int32Array) => (a: number, b: number) =>
    match(
      { ...stays, begin },
      [ofPatient.get(a) ?? [], ofPatient.get(b) ?? []],
      origin !== undefined,
      options.tolerance,
    );
  const run = (begin: Int32Array) =>
    score(candidates({ ...stays, begin }, pools, options), meeting(begin), options);
  const observed = meeting(stays.begin);
  return {
    observed: () => run(stays.begin),
    redrawn: (seed) => {
      const days = weekShifts(stays.begin.length, seed);
      return run(stays.begin.map((day, i) => day + days[i]!));
    },
    matched: (a, b) => observed(a, b)?.pairs ?? [],
  };
}

function groupBy(key: Int32Array, wanted: (i: number) => boolean): Groups {
  const out = new Map<number, number[]>();
  key.forEach((k, i) => {
    if (!wanted(i)) return;
    push(out, k, i);
  });
  return out;
}

/** Pairs that began in one pool within the tolerance, ascending. */
function candidates(
  { patient, begin }: Stays,
  pools: Groups,
  { tolerance }: WaveOptions,
): StayPair[] {
  let width = 1;
  for (const p of patient) width = Math.max(width, p + 1);
  const found: number[] = [];
  for (const list of pools.values()) {
    const sorted = [...list].sort((x, y) => begin[x]! - begin[y]! || x - y);
    for (let x = 0; x < sorted.length; x++) {
      const p = patient[sorted[x]!]!;
      const last = begin[sorted[x]!]! + tolerance;
      for (let y = x + 1; y < sorted.length && begin[sorted[y]!]! <= last; y++) {
        const q = patient[sorted[y]!]!;
        if (p !== q) found.push(Math.min(p, q) * width + Math.max(p, q));
      }
    }
  }
  const pairs: StayPair[] = [];
  let before = -1;
  for (const key of Float64Array.from(found).sort()) {
    if (key !== before) pairs.push([Math.floor(key / width), key % width]);
    before = key;
  }
  return pairs;
}

interface Match {
  readonly hits: number;
  readonly expected: number;
  readonly pairs: readonly StayPair[];
}

function match(
  { institution, begin }: Stays,
  [ofA, ofB]: readonly [readonly number[], readonly number[]],
  anywhere: boolean,
  tolerance: number,
): Match | undefined {
  const common = new Set<number>();
  if (!anywhere) {
    for (const i of ofA) {
      const h = institution[i]!;
      if (ofB.some((j) => institution[j] === h)) common.add(h);
    }
    if (common.size < COMMON_MIN) return undefined;
  }
  const inOrder = (list: readonly number[]) =>
    list
      .filter((i) => anywhere || common.has(institution[i]!))
      .sort((x, y) => begin[x]! - begin[y]! || x - y);
  const mine = inOrder(ofA);
  const theirs = inOrder(ofB);
  const pairs: StayPair[] = [];
  let hits = 0;
  let last = -Infinity;
  // Two pointers over both calendars: each stay is used once.
  for (let x = 0, y = 0; x < mine.length && y < theirs.length; ) {
    const day = begin[mine[x]!]!;
    const gap = day - begin[theirs[y]!]!;
    if (Math.abs(gap) <= tolerance) {
      pairs.push([mine[x]!, theirs[y]!]);
      if (day - last > RETURN_DAYS) {
        hits++;
        last = day;
      }
      x++;
      y++;
    } else if (gap < 0) x++;
    else y++;
  }
  return { hits, expected: mine.length * theirs.length * (2 * tolerance + 1), pairs };
}

function score(
  pairs: readonly StayPair[],
  meeting: (a: number, b: number) => Match | undefined,
  { minHits, days }: WaveOptions,
): PairScreen {
  const rows: Array<{ a: number; b: number; hits: number; expected: number }> = [];
  for (const [a, b] of pairs) {
    const found = meeting(a, b);
    if (!found || found.hits < minHits) continue;
    rows.push({ a, b, hits: found.hits, expected: found.expected / days });
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
