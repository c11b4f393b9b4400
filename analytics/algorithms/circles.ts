/**
 * Circles (DETECTORS.md §1): people who avoid meeting still share *places*.
 *
 * A link is patient × place. With `deg_i` links of a patient and `g` the share of the home area's
 * links that go to a place (the patient left out, shrunk to the share over all areas), the chance
 * that i uses k is `p_ik = 1 − exp(−deg_i·g_{area(i),k})`. A pair scores
 * `Σ_k (−ln p_ik − ln p_jk)` over shared places minus the largest term, so one place is never
 * enough. Places go together (two pharmacies of one street): p_ik is never taken for less than the share of the
 * other users of another shared place who use k as well. `redrawn` permutes the links among the people of one area (N2), keeping every person's
 * number of places and every place's number of people from that area.
 *
 * Pairs are enumerated from the pairs of places of each patient, not from the patients of each place.
 */
import { throwIfAborted } from '../model/errors.js';
import { createRng, type Rng } from '../model/rng.js';

/** Links of the global share that an area's share is shrunk with. */
const AREA_PRIOR = 20;
/** Places of one patient beyond this are not paired: such a person shares places with everybody. */
const PLACES_MAX = 40;
/** Two places that more people than this have in common are a habit of the area. */
const PLACE_PAIR_MAX = 80;

export interface LinkColumns {
  /** Distinct patient × place, any order. */
  readonly patient: Int32Array;
  readonly place: Int32Array;
  /** Home area of each *patient*. */
  readonly area: Int32Array;
}

/** Pairs a < b ascending, with their score and the number of places shared. */
export interface ScoredPairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly score: Float64Array;
  readonly shared: Int32Array;
}

export interface CircleOptions {
  readonly minScore: number;
  readonly minShared: number;
  readonly signal?: AbortSignal;
}

export interface CircleScreen {
  observed(): ScoredPairs;
  redrawn(seed: number): ScoredPairs;
  readonly looks: number;
}

export function circleScreen(links: LinkColumns, options: CircleOptions): CircleScreen {
  const sorted = sortLinks(links.patient, links.place);
  const perPlace = new Map<number, number>();
  for (const k of sorted.place) perPlace.set(k, (perPlace.get(k) ?? 0) + 1);
  let looks = 0;
  for (const n of perPlace.values()) looks += (n * (n - 1)) / 2;
  const cost = logChances(sorted.patient, sorted.place, links.area);
  return {
    looks,
    observed: () => scorePairs(sorted.patient, sorted.place, cost, options),
    redrawn: (seed) => {
      const place = rewire(sorted.patient, sorted.place, links.area, createRng(seed));
      const again = sortLinks(sorted.patient, place);
      return scorePairs(
        again.patient,
        again.place,
        logChances(again.patient, again.place, links.area),
        options,
      );
    },
  };
}

function sortLinks(
  patient: Int32Array,
  place: Int32Array,
): { patient: Int32Array; place: Int32Array } {
  const order = Int32Array.from(patient, (_, i) => i).sort(
    (x, y) => patient[x]! - patient[y]! || place[x]! - place[y]!,
  );
  return {
    patient: Int32Array.from(order, (i) => patient[i]!),
    place: Int32Array.from(order, (i) => place[i]!),
  };
}

/** −ln p_ik of every link. */
function logChances(patient: Int32Array, place: Int32Array, area: Int32Array): Float64Array {
  let places = 0;
  let areas = 0;
  let patients = 0;
  for (let i = 0; i < patient.length; i++) {
    places = Math.max(places, place[i]! + 1);
    areas = Math.max(areas, area[patient[i]!]! + 1);
    patients = Math.max(patients, patient[i]! + 1);
  }
  const byArea = new Map<number, number>();
  const areaTotal = new Float64Array(areas);
  const global = new Float64Array(places);
  const degree = new Int32Array(patients);
  for (let i = 0; i < patient.length; i++) {
    const at = area[patient[i]!]! * places + place[i]!;
    byArea.set(at, (byArea.get(at) ?? 0) + 1);
    areaTotal[area[patient[i]!]!]!++;
    global[place[i]!]!++;
    degree[patient[i]!]!++;
  }
  const total = patient.length;
  return Float64Array.from(patient, (p, i) => {
    const k = place[i]!;
    const home = area[p]!;
    const here = byArea.get(home * places + k)! - 1;
    const share =
      (here + (AREA_PRIOR * Math.max(global[k]! - 1, 0.5)) / total) /
      (areaTotal[home]! - degree[p]! + AREA_PRIOR);
    const chance = -Math.expm1(-degree[p]! * share);
    return -Math.log(Math.max(chance, 1e-6));
  });
}

/** Shuffles the places among the links of one area; doubled links are mended by further swaps. */
function rewire(patient: Int32Array, place: Int32Array, area: Int32Array, rng: Rng): Int32Array {
  const out = place.slice();
  const byArea = new Map<number, number[]>();
  for (let i = 0; i < patient.length; i++) {
    const list = byArea.get(area[patient[i]!]!);
    if (list) list.push(i);
    else byArea.set(area[patient[i]!]!, [i]);
  }
  for (const list of byArea.values()) {
    for (let x = list.length - 1; x > 0; x--) swap(out, list[x]!, list[rng.int(x + 1)]!);
    for (let round = 0; round < 8; round++) {
      const seen = new Set<number>();
      const doubled: number[] = [];
      for (const i of list) {
        const key = patient[i]! * 1e6 + out[i]!;
        if (seen.has(key)) doubled.push(i);
        else seen.add(key);
      }
      if (doubled.length === 0) break;
      for (const i of doubled) swap(out, i, list[rng.int(list.length)]!);
    }
  }
  return out;
}

function swap(values: Int32Array, i: number, j: number): void {
  const held = values[i]!;
  values[i] = values[j]!;
  values[j] = held;
}

/** Links sorted by patient, then place. */
function scorePairs(
  patient: Int32Array,
  place: Int32Array,
  cost: Float64Array,
  options: CircleOptions,
): ScoredPairs {
  const n = patient.length;
  const start = new Map<number, number>();
  const end = new Map<number, number>();
  let places = 0;
  let patients = 0;
  for (let i = 0; i < n; i++) {
    if (i === 0 || patient[i] !== patient[i - 1]) start.set(patient[i]!, i);
    end.set(patient[i]!, i + 1);
    places = Math.max(places, place[i]! + 1);
    patients = Math.max(patients, patient[i]! + 1);
  }
  const placePairs = new Map<number, number[]>();
  for (const [p, from] of start) {
    const to = end.get(p)!;
    if (to - from > PLACES_MAX) continue;
    for (let x = from; x < to; x++)
      for (let y = x + 1; y < to; y++) {
        const key = place[x]! * places + place[y]!;
        const list = placePairs.get(key);
        if (list) list.push(p);
        else placePairs.set(key, [p]);
      }
  }
  throwIfAborted(options.signal);
  const candidates = new Set<number>();
  for (const list of placePairs.values()) {
    if (list.length < 2 || list.length > PLACE_PAIR_MAX) continue;
    for (let x = 0; x < list.length; x++)
      for (let y = x + 1; y < list.length; y++) candidates.add(list[x]! * patients + list[y]!);
  }
  throwIfAborted(options.signal);
  const users = new Int32Array(places);
  for (let i = 0; i < n; i++) users[place[i]!]!++;
  /** −ln of the share of the users of `other`, these two left out, who use `k` as well. */
  const together = (k: number, other: number): number => {
    const both = placePairs.get(k < other ? k * places + other : other * places + k)!.length - 2;
    return -Math.log((both + 0.25) / (users[other]! - 2 + 1));
  };
  const found: Array<{ key: number; score: number; shared: number }> = [];
  const at: Array<{ k: number; p: number; q: number }> = [];
  for (const key of candidates) {
    const p = Math.floor(key / patients);
    const q = key - p * patients;
    let x = start.get(p)!;
    let y = start.get(q)!;
    at.length = 0;
    while (x < end.get(p)! && y < end.get(q)!) {
      if (place[x]! < place[y]!) x++;
      else if (place[x]! > place[y]!) y++;
      else {
        at.push({ k: place[x]!, p: cost[x]!, q: cost[y]! });
        x++;
        y++;
      }
    }
    if (at.length < options.minShared) continue;
    let sum = 0;
    let largest = 0;
    for (const { k, p: ofP, q: ofQ } of at) {
      let usual = Infinity;
      for (const other of at) if (other.k !== k) usual = Math.min(usual, together(k, other.k));
      const term = Math.min(ofP, usual) + Math.min(ofQ, usual);
      sum += term;
      largest = Math.max(largest, term);
    }
    if (sum - largest >= options.minScore)
      found.push({ key, score: sum - largest, shared: at.length });
  }
  found.sort((u, v) => u.key - v.key);
  return {
    a: Int32Array.from(found, (f) => Math.floor(f.key / patients)),
    b: Int32Array.from(found, (f) => f.key - Math.floor(f.key / patients) * patients),
    score: Float64Array.from(found, (f) => f.score),
    shared: Int32Array.from(found, (f) => f.shared),
  };
}
