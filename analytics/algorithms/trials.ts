/**
 * The trials of one pair of patients, and the chance of a hit of each (see `pairTest.ts` for what they
 * mean). Two merges over the patients' visits, which are sorted by place and day: O(visits of both),
 * plus the agreement in clock time across days, O(n log n).
 */
import { weekdayOf } from '../model/time.js';
import type { NarrowedPlace } from './covisit.js';
import type { VisitWorld } from './visits.js';

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

/** The trials of one pair, reused from pair to pair. */
export interface Trials {
  n: number;
  hits: number;
  chance: Float64Array;
  hit: Uint8Array;
  /** Cell of each trial. */
  cell: Int32Array;
}

export function createTrials(room = 1024): Trials {
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
export function collectTrials(
  test: PairTest,
  clock: Int32Array,
  a: number,
  b: number,
  out: Trials,
): void {
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
