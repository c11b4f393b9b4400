/**
 * Co-visit counting: on how many place-days did two patients come within Δ of each other?
 *
 * A window slides over the clock times of each cell; O(visits + pairs found). A place whose pairs
 * would explode (a hospital with thousands a day) gets half of Δ, and half again, down to one
 * minute; if that is still too much it is left out. Both are said in `narrowed`: nothing is dropped
 * in silence.
 */
import { throwIfAborted } from '../model/errors.js';
import {
  addPair,
  createPairTable,
  type PairCounts,
  type PairTable,
  pairsAtLeast,
} from './pairTable.js';
import type { VisitWorld } from './visits.js';

export interface NarrowedPlace {
  readonly place: number;
  /** Seconds that were used; 0 when the place was left out. */
  readonly deltaSeconds: number;
  /** Pairs of visits that the asked Δ would have met. */
  readonly pairs: number;
}

export interface Windows {
  /** Δ of each place, seconds; −1 when the place is left out. */
  readonly delta: Int32Array;
  readonly narrowed: readonly NarrowedPlace[];
  /** Pairs of visits within the windows. */
  readonly pairs: number;
}

const LEAST_DELTA = 60;

let order = new Int32Array(1024);
let keys = new Float64Array(1024);

/** Positions of a cell by clock time, in `order[0 … size − 1]`. Ties keep the order of patients. */
function sortCell(clock: Int32Array, from: number, to: number): number {
  const size = to - from;
  if (order.length < size) {
    order = new Int32Array(size * 2);
    keys = new Float64Array(size * 2);
  }
  if (size <= 24) {
    for (let i = 0; i < size; i++) {
      const p = from + i;
      const t = clock[p]!;
      let j = i - 1;
      while (j >= 0 && clock[order[j]!]! > t) {
        order[j + 1] = order[j]!;
        j--;
      }
      order[j + 1] = p;
    }
    return size;
  }
  const packed = keys.subarray(0, size);
  for (let i = 0; i < size; i++) packed[i] = clock[from + i]! * 4294967296 + i;
  packed.sort();
  for (let i = 0; i < size; i++) order[i] = from + (packed[i]! % 4294967296);
  return size;
}

/** Pairs of visits of one place within `delta` of each other on one day. */
function pairsWithin(world: VisitWorld, place: number, delta: number): number {
  const { cell, cellStart, placeStart, clock } = world;
  let pairs = 0;
  const to = placeStart[place + 1]!;
  for (let p = placeStart[place]!; p < to; p = cellStart[cell[p]! + 1]!) {
    const size = sortCell(clock, p, cellStart[cell[p]! + 1]!);
    for (let i = 0, first = 0; i < size; i++) {
      while (clock[order[i]!]! - clock[order[first]!]! > delta) first++;
      pairs += i - first;
    }
  }
  return pairs;
}

/** Chooses Δ of each place so that no place yields more than `maxPairsPerPlace` pairs of visits. */
export function chooseWindows(
  world: VisitWorld,
  deltaSeconds: number,
  maxPairsPerPlace: number,
): Windows {
  const delta = new Int32Array(world.places).fill(deltaSeconds);
  const narrowed: NarrowedPlace[] = [];
  let total = 0;
  for (let h = 0; h < world.places; h++) {
    const asked = pairsWithin(world, h, deltaSeconds);
    let pairs = asked;
    let width = deltaSeconds;
    while (pairs > maxPairsPerPlace && width > LEAST_DELTA) {
      width = Math.max(LEAST_DELTA, Math.floor(width / 2));
      pairs = pairsWithin(world, h, width);
    }
    if (pairs > maxPairsPerPlace) {
      width = -1;
      pairs = 0;
    }
    delta[h] = width;
    total += pairs;
    if (width !== deltaSeconds)
      narrowed.push({ place: h, deltaSeconds: Math.max(width, 0), pairs: asked });
  }
  return { delta, narrowed, pairs: total };
}

/** Adds to `table` every pair of patients of every cell that came within the place's Δ. */
export function countMeetings(
  world: VisitWorld,
  clock: Int32Array,
  delta: Int32Array,
  table: PairTable,
  signal?: AbortSignal,
): void {
  const { cells, cellStart, place, patient } = world;
  for (let c = 0; c < cells; c++) {
    if ((c & 0xffff) === 0) throwIfAborted(signal);
    const from = cellStart[c]!;
    const to = cellStart[c + 1]!;
    const width = delta[place[from]!]!;
    if (width < 0 || to - from < 2) continue;
    const size = sortCell(clock, from, to);
    for (let i = 1, first = 0; i < size; i++) {
      const p = order[i]!;
      const t = clock[p]!;
      const who = patient[p]!;
      while (t - clock[order[first]!]! > width) first++;
      for (let j = first; j < i; j++) {
        const other = patient[order[j]!]!;
        if (other !== who) addPair(table, who, other, c);
      }
    }
  }
}

export interface CovisitOptions {
  readonly deltaSeconds: number;
  /** Pairs met on fewer place-days are not returned; 1 by default. */
  readonly minCount?: number;
  readonly maxPairsPerPlace?: number;
  readonly signal?: AbortSignal;
}

/** Pairs of patients and the place-days on which they came within Δ, ordered by (a, b). */
export function countCovisits(
  world: VisitWorld,
  options: CovisitOptions,
): PairCounts & { readonly narrowed: readonly NarrowedPlace[] } {
  const windows = chooseWindows(world, options.deltaSeconds, options.maxPairsPerPlace ?? 2e7);
  const table = createPairTable(Math.min(windows.pairs, 1 << 22));
  countMeetings(world, world.clock, windows.delta, table, options.signal);
  return { ...pairsAtLeast(table, options.minCount ?? 1), narrowed: windows.narrowed };
}
