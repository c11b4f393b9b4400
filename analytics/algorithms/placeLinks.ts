/**
 * How patients and places are linked, for circles: ranges, shares of an area's links, places that are visited
 * together, and the redrawing of links among the people of one area.
 */
import { push } from '../model/multimap.js';
import type { Rng } from '../model/rng.js';

/** Links of the global share that an area's share is shrunk with. */
const AREA_PRIOR = 20;
/** Places of one patient beyond this are not paired: such a person shares places with everybody. */
export const PLACES_MAX = 40;

export interface Links {
  readonly patient: Int32Array;
  readonly place: Int32Array;
}

export interface CoVisits {
  readonly both: ReadonlyMap<number, number>;
  /** Places of one patient. */
  of(patient: number): readonly number[];
  /** Patients of one place. */
  at(place: number): readonly number[];
}

export const placePair = (k: number, l: number) => Math.min(k, l) * 2 ** 25 + Math.max(k, l);

export function coVisits({ patient, place }: Links): CoVisits {
  const both = new Map<number, number>();
  const ranges = rangesOf(patient);
  const people = new Map<number, number[]>();
  for (const [e, k] of place.entries()) push(people, k, patient[e]!);
  for (const [from, to] of ranges.values()) {
    if (to - from > PLACES_MAX) continue;
    for (let x = from; x < to; x++)
      for (let y = x + 1; y < to; y++) {
        const k = placePair(place[x]!, place[y]!);
        both.set(k, (both.get(k) ?? 0) + 1);
      }
  }
  return {
    both,
    of: (p) => {
      const [from, to] = ranges.get(p) ?? [0, 0];
      return Array.from(place.subarray(from, to));
    },
    at: (k) => people.get(k) ?? [],
  };
}

/** First and last-but-one link of each patient; links are sorted by patient. */
export function rangesOf(patient: Int32Array): Map<number, readonly [number, number]> {
  const out = new Map<number, readonly [number, number]>();
  for (let from = 0; from < patient.length; ) {
    let to = from + 1;
    while (to < patient.length && patient[to] === patient[from]) to++;
    out.set(patient[from]!, [from, to]);
    from = to;
  }
  return out;
}

/** By patient, then place. Sorted as one number each: both stay far below 2^53. */
export function sortLinks(
  patient: Int32Array,
  place: Int32Array,
): { patient: Int32Array; place: Int32Array } {
  let width = 1;
  for (const k of place) width = Math.max(width, k + 1);
  const keys = Float64Array.from(patient, (p, i) => p * width + place[i]!).sort();
  return {
    patient: Int32Array.from(keys, (k) => Math.floor(k / width)),
    place: Int32Array.from(keys, (k) => k % width),
  };
}

export interface Shares {
  /** Links by area · places + place. */
  readonly here: ReadonlyMap<number, number>;
  readonly ofArea: ReadonlyMap<number, number>;
  readonly ofPlace: ReadonlyMap<number, number>;
  readonly total: number;
  readonly places: number;
}

export function countShares({ patient, place }: Links, area: Int32Array): Shares {
  const here = new Map<number, number>();
  const ofArea = new Map<number, number>();
  const ofPlace = new Map<number, number>();
  let places = 0;
  for (let i = 0; i < place.length; i++) places = Math.max(places, place[i]! + 1);
  for (let i = 0; i < patient.length; i++) {
    const home = area[patient[i]!]!;
    here.set(home * places + place[i]!, (here.get(home * places + place[i]!) ?? 0) + 1);
    ofArea.set(home, (ofArea.get(home) ?? 0) + 1);
    ofPlace.set(place[i]!, (ofPlace.get(place[i]!) ?? 0) + 1);
  }
  return { here, ofArea, ofPlace, total: patient.length, places };
}

/** Share of an area's links that go to a place, shrunk to the share over all areas. */
export function linkShare(here: number, home: number, everywhere: number, total: number): number {
  return (here + (AREA_PRIOR * Math.max(everywhere, 0.5)) / total) / (home + AREA_PRIOR);
}

/** −ln p of a patient of so many links, none of them counted in what is given. */
export function logChance(
  degree: number,
  here: number,
  home: number,
  everywhere: number,
  total: number,
) {
  const share = linkShare(here, home, everywhere, total);
  return -Math.log(Math.max(-Math.expm1(-degree * share), 1e-6));
}

/** −ln p_ik of every link. */
export function logChances(links: Links, area: Int32Array, shares: Shares): Float64Array {
  const of = logChanceOf(links, rangesOf(links.patient), area, shares);
  return Float64Array.from(links.patient, (_, i) => of(i));
}

/** −ln p_ik of a link, worked out when first asked for. */
export function logChanceOf(
  { patient, place }: Links,
  ranges: ReadonlyMap<number, readonly [number, number]>,
  area: Int32Array,
  shares: Shares,
): (link: number) => number {
  const known = new Float64Array(patient.length).fill(Number.NaN);
  return (i) => {
    if (Number.isNaN(known[i]!)) {
      const [from, to] = ranges.get(patient[i]!)!;
      const home = area[patient[i]!]!;
      known[i] = logChance(
        to - from,
        shares.here.get(home * shares.places + place[i]!)! - 1,
        shares.ofArea.get(home)! - (to - from),
        shares.ofPlace.get(place[i]!)! - 1,
        shares.total,
      );
    }
    return known[i]!;
  };
}

/** Shared places of two patients as positions of their links. */
export function* sharedPlaces(
  place: Int32Array,
  [x0, x1]: readonly [number, number],
  [y0, y1]: readonly [number, number],
): Generator<readonly [number, number]> {
  let x = x0;
  let y = y0;
  while (x < x1 && y < y1) {
    if (place[x]! < place[y]!) x++;
    else if (place[x]! > place[y]!) y++;
    else yield [x++, y++];
  }
}

/** Links of each area, ascending; areas in the order of their first link. */
export function linksByArea(patient: Int32Array, area: Int32Array): readonly Int32Array[] {
  const lists = new Map<number, number[]>();
  for (let i = 0; i < patient.length; i++) push(lists, area[patient[i]!]!, i);
  return [...lists.values()].map((list) => Int32Array.from(list));
}

/**
 * Shuffles the places among the links of one area; doubled links are mended by further swaps. Links are sorted by
 * patient, and so are those that come back: by patient, then place.
 */
export function rewire(
  { patient, place }: Links,
  byArea: readonly Int32Array[],
  rng: Rng,
): { patient: Int32Array; place: Int32Array } {
  const out = place.slice();
  let places = 0;
  for (const k of place) places = Math.max(places, k + 1);
  // The turn at which somebody was last seen with a place: a person's links follow each other.
  const seen = new Int32Array(places);
  let turn = 0;
  for (const list of byArea) {
    for (let x = list.length - 1; x > 0; x--) swap(out, list[x]!, list[rng.int(x + 1)]!);
    for (let round = 0; round < 8; round++) {
      const doubled: number[] = [];
      let who = -1;
      for (const i of list) {
        if (patient[i] !== who) {
          who = patient[i]!;
          turn++;
        }
        if (seen[out[i]!] === turn) doubled.push(i);
        else seen[out[i]!] = turn;
      }
      if (doubled.length === 0) break;
      for (const i of doubled) swap(out, i, list[rng.int(list.length)]!);
    }
  }
  for (let from = 0; from < out.length; ) {
    let to = from + 1;
    while (to < out.length && patient[to] === patient[from]) to++;
    sortShort(out, from, to);
    from = to;
  }
  return { patient, place: out };
}

/** Few values at a time: a sort of its own for each would cost more than the sorting. */
function sortShort(values: Int32Array, from: number, to: number): void {
  if (to - from > 32) {
    values.subarray(from, to).sort();
    return;
  }
  for (let i = from + 1; i < to; i++) {
    const value = values[i]!;
    let j = i - 1;
    while (j >= from && values[j]! > value) {
      values[j + 1] = values[j]!;
      j--;
    }
    values[j + 1] = value;
  }
}

function swap(values: Int32Array, i: number, j: number): void {
  const held = values[i]!;
  values[i] = values[j]!;
  values[j] = held;
}
