/**
 * N1: do two patients meet more often than their habits explain? (DETECTORS.md §1)
 *
 * A trial is a pair × place × day on which both were there; a hit, that they came within Δ. The
 * chance of a hit is c = max(c_h, (K·c_h + H)/(K + N)): c_h from the place's clock profile, H of N
 * the pair's agreement in clock time on *different* days, which is what a shift or a market hour
 * looks like. Several visits a day: 1 − (1 − c)^(visits × visits). The p of a pair is the exact
 * Poisson-binomial tail over its trials.
 *
 * The weight of evidence is a Bayes factor: with chance θ the two come together, else as habit has
 * it, so a trial is hit with θ + (1 − θ)c; LLR = ln mean_θ Π(…), θ ∈ {.2, .5, .8}. Its exponential
 * has mean 1 under the null (an e-value; Vovk & Wang 2021), so sums over pairs keep a meaning.
 *
 * Only pairs with enough hits are looked at, but m counts all pairs that share a place-day.
 */
import { throwIfAborted } from '../model/errors.js';
import { weekdayOf } from '../model/time.js';
import { meetingChances } from './clockProfile.js';
import { chooseWindows, countMeetings, type NarrowedPlace } from './covisit.js';
import { logBayesFactor } from './evidence.js';
import { createPairTable, pairsAtLeast } from './pairTable.js';
import { logPoissonBinomialTail } from './poissonBinomial.js';
import {
  pairsSharingCells,
  prepareVisits,
  type VisitColumns,
  type VisitWorld,
  visitMemory,
} from './visits.js';

export interface PairTestOptions {
  /** Δ, seconds; 600 by default. */
  readonly deltaSeconds?: number;
  /** K; 10 by default, Infinity trusts the place's profile alone. */
  readonly habitWeight?: number;
  /** Pairs hit on fewer place-days are not tested; 2 by default, 0 tests all that share a cell. */
  readonly minHits?: number;
  /** Pairs with a larger p are left out; 1 by default. */
  readonly maxP?: number;
  /** A place with more pairs of visits within Δ gets a smaller Δ; 20 million by default. */
  readonly maxPairsPerPlace?: number;
  /** Prepare in shared memory, for worker threads. */
  readonly shared?: boolean;
}

/** Everything that stays the same when clock times are redrawn. Plain data: it may be posted. */
export interface PairTest {
  readonly world: VisitWorld;
  /** Δ by place, seconds; −1 where the place is left out. */
  readonly delta: Int32Array;
  /** c_h at [place · 7 + weekday]. */
  readonly chances: Float64Array;
  readonly narrowed: readonly NarrowedPlace[];
  /** Expected entries of the pair table. */
  readonly meetings: number;
  /** m: pairs that share a place-day (an upper bound, Σ C(n, 2) over cells). */
  readonly looks: number;
  readonly habitWeight: number;
  readonly minHits: number;
  readonly maxP: number;
}

/** Tested pairs a < b, ordered by (a, b), one array per quantity. */
export interface PairEvidence {
  readonly size: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly trials: Int32Array;
  readonly hits: Int32Array;
  /** Σ of the chances. */
  readonly expected: Float64Array;
  /** ln of the exact p. */
  readonly logP: Float64Array;
  readonly llr: Float64Array;
  readonly looks: number;
}

/** Peak bytes of preparing and testing. */
export function pairTestMemory(rows: number, patients: number, meetings: number): number {
  return visitMemory(rows, patients) + meetings * 64;
}

export function preparePairTest(columns: VisitColumns, options: PairTestOptions = {}): PairTest {
  const world = prepareVisits(columns, options.shared);
  const windows = chooseWindows(
    world,
    options.deltaSeconds ?? 600,
    options.maxPairsPerPlace ?? 20_000_000,
  );
  return {
    world,
    delta: windows.delta,
    chances: meetingChances(world, windows.delta),
    narrowed: windows.narrowed,
    meetings: windows.pairs,
    looks: pairsSharingCells(world),
    habitWeight: options.habitWeight ?? 10,
    minHits: options.minHits ?? 2,
    maxP: options.maxP ?? 1,
  };
}

/** The trials of one pair, reused from pair to pair. */
interface Trials {
  n: number;
  hits: number;
  chance: Float64Array;
  hit: Uint8Array;
  /** Cell of each trial. */
  cell: Int32Array;
}

function createTrials(room = 1024): Trials {
  return {
    n: 0,
    hits: 0,
    chance: new Float64Array(room),
    hit: new Uint8Array(room),
    cell: new Int32Array(room),
  };
}

function reserve(trials: Trials, room: number): void {
  if (trials.chance.length >= room) return;
  const bigger = createTrials(room * 2);
  bigger.chance.set(trials.chance);
  bigger.hit.set(trials.hit);
  bigger.cell.set(trials.cell);
  Object.assign(trials, { chance: bigger.chance, hit: bigger.hit, cell: bigger.cell });
}

let clocksA = new Float64Array(256);
let clocksB = new Float64Array(256);

/** Pairs of visits, one from each range of `visits`, whose clocks lie within `delta`, on any days. */
function agreement(
  visits: Int32Array,
  clock: Int32Array,
  a0: number,
  a1: number,
  b0: number,
  b1: number,
  delta: number,
): number {
  const na = a1 - a0;
  const nb = b1 - b0;
  let count = 0;
  if (na * nb <= 256) {
    for (let i = a0; i < a1; i++) {
      const t = clock[visits[i]!]!;
      for (let j = b0; j < b1; j++) {
        const d = t - clock[visits[j]!]!;
        if (d <= delta && -d <= delta) count++;
      }
    }
    return count;
  }
  if (clocksA.length < na) clocksA = new Float64Array(na * 2);
  if (clocksB.length < nb) clocksB = new Float64Array(nb * 2);
  for (let i = 0; i < na; i++) clocksA[i] = clock[visits[a0 + i]!]!;
  for (let j = 0; j < nb; j++) clocksB[j] = clock[visits[b0 + j]!]!;
  const x = clocksA.subarray(0, na).sort();
  const y = clocksB.subarray(0, nb).sort();
  let low = 0;
  let high = 0;
  for (let i = 0; i < na; i++) {
    while (low < nb && y[low]! < x[i]! - delta) low++;
    while (high < nb && y[high]! <= x[i]! + delta) high++;
    count += high - low;
  }
  return count;
}

/** Fills `out` with the trials of the pair (a, b) under the given clocks. */
function collectTrials(test: PairTest, clock: Int32Array, a: number, b: number, out: Trials): void {
  const { world, delta, chances, habitWeight } = test;
  const { visits, patientStart, place, cell, cellDay } = world;
  out.n = 0;
  out.hits = 0;
  let i = patientStart[a]!;
  let j = patientStart[b]!;
  const iEnd = patientStart[a + 1]!;
  const jEnd = patientStart[b + 1]!;
  reserve(out, Math.min(iEnd - i, jEnd - j));
  while (i < iEnd && j < jEnd) {
    const here = place[visits[i]!]!;
    const there = place[visits[j]!]!;
    if (here < there) {
      i++;
      continue;
    }
    if (there < here) {
      j++;
      continue;
    }
    let i1 = i + 1;
    while (i1 < iEnd && place[visits[i1]!] === here) i1++;
    let j1 = j + 1;
    while (j1 < jEnd && place[visits[j1]!] === here) j1++;
    const width = delta[here]!;
    if (width >= 0) {
      const first = out.n;
      // Pairs of visits on the same day, and how many of them agree.
      let sameDay = 0;
      let sameDayAgree = 0;
      let x = i;
      let y = j;
      while (x < i1 && y < j1) {
        const cx = cell[visits[x]!]!;
        const cy = cell[visits[y]!]!;
        if (cx < cy) x++;
        else if (cy < cx) y++;
        else {
          let x1 = x + 1;
          while (x1 < i1 && cell[visits[x1]!] === cx) x1++;
          let y1 = y + 1;
          while (y1 < j1 && cell[visits[y1]!] === cx) y1++;
          const agree = agreement(visits, clock, x, x1, y, y1, width);
          const both = (x1 - x) * (y1 - y);
          sameDay += both;
          sameDayAgree += agree;
          out.cell[out.n] = cx;
          out.hit[out.n] = agree > 0 ? 1 : 0;
          if (agree > 0) out.hits++;
          // Held until H and N of the place are known.
          out.chance[out.n++] = both;
          x = x1;
          y = y1;
        }
      }
      if (out.n > first) {
        let shifts = 0;
        let across = 0;
        if (habitWeight < Infinity) {
          across = (i1 - i) * (j1 - j) - sameDay;
          shifts = agreement(visits, clock, i, i1, j, j1, width) - sameDayAgree;
        }
        for (let k = first; k < out.n; k++) {
          const base = chances[here * 7 + weekdayOf(cellDay[out.cell[k]!]!)]!;
          let c = base;
          if (across > 0)
            c = Math.max(base, (habitWeight * base + shifts) / (habitWeight + across));
          const both = out.chance[k]!;
          out.chance[k] = both === 1 ? c : 1 - (1 - c) ** both;
        }
      }
    }
    i = i1;
    j = j1;
  }
}

/** Tests every pair with enough hits under `clock` (by position; the observed ones by default). */
export function testPairs(
  test: PairTest,
  clock: Int32Array = test.world.clock,
  signal?: AbortSignal,
): PairEvidence {
  const { world, minHits } = test;
  const table = createPairTable(Math.min(test.meetings, 1 << 24));
  const width = minHits > 0 ? test.delta : test.delta.map((d) => (d < 0 ? -1 : 86_400));
  countMeetings(world, clock, width, table, signal);
  const found = pairsAtLeast(table, Math.max(minHits, 1));
  const size = found.size;
  const trials = new Int32Array(size);
  const hits = new Int32Array(size);
  const expected = new Float64Array(size);
  const logP = new Float64Array(size);
  const llr = new Float64Array(size);
  const one = createTrials();
  const logMax = Math.log(test.maxP);
  let kept = 0;
  for (let k = 0; k < size; k++) {
    if ((k & 0x3fff) === 0) throwIfAborted(signal);
    const a = found.a[k]!;
    const b = found.b[k]!;
    collectTrials(test, clock, a, b, one);
    const p = logPoissonBinomialTail(one.chance, one.n, one.hits, test.maxP);
    if (p > logMax) continue;
    let sum = 0;
    for (let t = 0; t < one.n; t++) sum += one.chance[t]!;
    found.a[kept] = a;
    found.b[kept] = b;
    trials[kept] = one.n;
    hits[kept] = one.hits;
    expected[kept] = sum;
    logP[kept] = p;
    llr[kept++] = logBayesFactor(one.chance, one.hit, one.n);
  }
  return {
    size: kept,
    a: found.a.subarray(0, kept),
    b: found.b.subarray(0, kept),
    trials: trials.subarray(0, kept),
    hits: hits.subarray(0, kept),
    expected: expected.subarray(0, kept),
    logP: logP.subarray(0, kept),
    llr: llr.subarray(0, kept),
    looks: test.looks,
  };
}

export interface PairTrials {
  /** Chance of a hit of each trial. */
  readonly chances: Float64Array;
  readonly hit: Uint8Array;
  /** Local day number of each trial. */
  readonly day: Int32Array;
  readonly place: Int32Array;
}

/** The trials of one pair, for reasons, timelines and tests. Ordered by place, then day. */
export function pairTrials(
  test: PairTest,
  a: number,
  b: number,
  clock: Int32Array = test.world.clock,
): PairTrials {
  const one = createTrials();
  collectTrials(test, clock, a, b, one);
  const cells = one.cell.subarray(0, one.n);
  return {
    chances: one.chance.slice(0, one.n),
    hit: one.hit.slice(0, one.n),
    day: cells.map((c) => test.world.cellDay[c]!),
    place: cells.map((c) => test.world.place[test.world.cellStart[c]!]!),
  };
}

/** Input rows of the visits by which a and b met, ascending. */
export function hitRows(test: PairTest, a: number, b: number): Int32Array {
  const { world, delta } = test;
  const one = createTrials();
  collectTrials(test, world.clock, a, b, one);
  const rows = new Set<number>();
  for (let k = 0; k < one.n; k++) {
    if (one.hit[k] === 0) continue;
    const c = one.cell[k]!;
    const width = delta[world.place[world.cellStart[c]!]!]!;
    const of = (who: number) => {
      const positions: number[] = [];
      for (let p = world.cellStart[c]!; p < world.cellStart[c + 1]!; p++)
        if (world.patient[p] === who) positions.push(p);
      return positions;
    };
    const theirs = of(b);
    for (const p of of(a))
      for (const q of theirs)
        if (Math.abs(world.clock[p]! - world.clock[q]!) <= width)
          rows.add(world.row[p]!).add(world.row[q]!);
  }
  return Int32Array.from(rows).sort();
}
