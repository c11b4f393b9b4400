/**
 * N1 of DETECTORS.md for admissions: are two people admitted together more often than chance?
 *
 * A trial is two stays of different people at one hospital that begin within WINDOW days; a hit is
 * both ends within ±tolerance days (1 by default). The chance is the rate of the hospital's *level*
 * taken as the weighted median over hospitals, since a hospital's own rate hides the ring inside it.
 * A planned cycle (regular stays for one diagnosis) that once coincides always coincides, so a run
 * of joint stays of two planned cycles counts once; and two who are sent on together are no second joint stay.
 *
 * `redrawn` moves every stay by whole weeks, each on its own.
 */
import { push } from '../model/multimap.js';
import type { PairScreen } from './pairSums.js';
import { plannedCycles, sentOnStays } from './plannedStays.js';
import { weightedMedian } from './robust.js';
import { logPoissonTail, poissonLikelihoodRatio } from './tails.js';
import { type RedrawnScreen, weekShifts } from './weekShifts.js';

const WINDOW = 28;
/** Hospitals of all levels that a level's median is shrunk with: a level may be two hospitals and a ring. */
const LEVEL_PRIOR = 5;
const RATE_CAP = 2;

export interface StayColumns {
  readonly patient: Int32Array;
  readonly institution: Int32Array;
  /** Local days, the end inclusive. */
  readonly begin: Int32Array;
  readonly end: Int32Array;
  /** Index of the diagnosis, −1 unknown. */
  readonly diagnosis: Int32Array;
  /** 1 where the diagnosis is one that is treated in cycles. */
  readonly cyclic: Uint8Array;
  /** 1 where it is of an organ that there are two of, treated one after the other; nowhere when absent. */
  readonly paired?: Uint8Array;
  /** Level of each *institution*. */
  readonly level: Int32Array;
}

export interface AdmissionScreen extends RedrawnScreen {
  /** Chance of a hit at a trial, by level. */
  readonly rate: ReadonlyMap<number, number>;
  readonly looks: number;
  /** 1 for stays of a planned cycle. */
  readonly planned: Uint8Array;
}

export function admissionScreen(
  stays: StayColumns,
  options: { readonly minHits: number; readonly tolerance: number },
): AdmissionScreen {
  const planned = plannedCycles(stays);
  const sentOn = sentOnStays(stays);
  const byPlace = placesOf(stays);
  const { rate, looks } = rates(stays, byPlace, options.tolerance);
  const run = (shift: Int32Array | null) =>
    screen(stays, byPlace, rate, { planned, sentOn }, shift, options);
  return {
    rate,
    looks,
    planned,
    observed: () => run(null),
    redrawn: (seed) => run(weekShifts(stays.patient.length, seed)),
  };
}

interface Flags {
  readonly planned: Uint8Array;
  readonly sentOn: Uint8Array;
}

function placesOf(stays: StayColumns): Int32Array[] {
  const lists = new Map<number, number[]>();
  for (let i = 0; i < stays.patient.length; i++) push(lists, stays.institution[i]!, i);
  return [...lists.entries()]
    .sort((x, y) => x[0] - y[0])
    .map(([, list]) =>
      Int32Array.from(
        list.sort(
          (x, y) => stays.begin[x]! - stays.begin[y]! || stays.patient[x]! - stays.patient[y]!,
        ),
      ),
    );
}

interface Rate {
  readonly rate: number;
  readonly weight: number;
}

/** Hits and trials of each hospital; the weighted median of the rates over the hospitals of a level. */
function rates(
  stays: StayColumns,
  byPlace: readonly Int32Array[],
  tolerance: number,
): { rate: Map<number, number>; looks: number } {
  const byLevel = new Map<number, Rate[]>();
  let looks = 0;
  for (const list of byPlace) {
    let hits = 0;
    let trials = 0;
    for (let x = 0; x < list.length; x++) {
      const i = list[x]!;
      for (let y = x + 1; y < list.length; y++) {
        const j = list[y]!;
        if (stays.begin[j]! - stays.begin[i]! > WINDOW) break;
        if (stays.patient[i] === stays.patient[j]) continue;
        trials++;
        if (together(stays, i, j, 0, 0, tolerance)) hits++;
      }
    }
    if (trials === 0) continue;
    looks += trials;
    const level = stays.level[stays.institution[list[0]!]!]!;
    const entries = byLevel.get(level) ?? [];
    // Shrunk a little: a hospital with ten trials says nothing of 0 hits.
    entries.push({ rate: (hits + 0.5) / (trials + 30), weight: Math.log1p(trials) });
    byLevel.set(level, entries);
  }
  const rate = new Map<number, number>();
  const overall = middleRate([...byLevel.values()].flat());
  for (const [level, entries] of byLevel) {
    const own = middleRate(entries);
    const shrunk = (entries.length * own + LEVEL_PRIOR * overall) / (entries.length + LEVEL_PRIOR);
    rate.set(level, Math.min(shrunk, RATE_CAP * overall));
  }
  return { rate, looks };
}

function middleRate(rates: readonly Rate[]): number {
  return weightedMedian(
    rates.map((r) => r.rate),
    rates.map((r) => r.weight),
  );
}

function together(
  stays: StayColumns,
  i: number,
  j: number,
  shiftI: number,
  shiftJ: number,
  tolerance: number,
): boolean {
  return (
    Math.abs(stays.begin[i]! + shiftI - stays.begin[j]! - shiftJ) <= tolerance &&
    Math.abs(stays.end[i]! + shiftI - stays.end[j]! - shiftJ) <= tolerance
  );
}

function screen(
  stays: StayColumns,
  byPlace: readonly Int32Array[],
  rate: ReadonlyMap<number, number>,
  flags: Flags,
  shift: Int32Array | null,
  options: { readonly minHits: number; readonly tolerance: number },
): PairScreen {
  let patients = 0;
  for (const p of stays.patient) if (p >= patients) patients = p + 1;
  const begin = shift ? stays.begin.map((d, s) => d + shift[s]!) : stays.begin;
  const sorted = shift ? byPlace.map((list) => sortByDay(list, begin)) : byPlace;
  const pairs = jointPairs(stays, sorted, flags, shift, options, patients);
  // Only pairs with hits enough are worth their expectation.
  const lists = staysByPatient(stays, byPlace, patients);
  const size = pairs.keys.length;
  const a = new Int32Array(size);
  const b = new Int32Array(size);
  const expected = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    a[k] = Math.floor(pairs.keys[k]! / patients);
    b[k] = pairs.keys[k]! - a[k]! * patients;
    let sum = 0;
    for (let i = lists.start[a[k]!]!; i < lists.start[a[k]! + 1]!; i++) {
      const x = lists.stays[i]!;
      const place = stays.institution[x]!;
      const c = rate.get(stays.level[place]!) ?? 0.01;
      for (let j = lists.start[b[k]!]!; j < lists.start[b[k]! + 1]!; j++) {
        const y = lists.stays[j]!;
        if (stays.institution[y] === place && Math.abs(begin[x]! - begin[y]!) <= WINDOW) sum += c;
      }
    }
    expected[k] = sum;
  }
  return {
    a,
    b,
    hits: pairs.hits,
    expected,
    logP: expected.map((mean, k) => logPoissonTail(pairs.hits[k]!, mean)),
    llr: expected.map((mean, k) => poissonLikelihoodRatio(pairs.hits[k]!, mean)),
  };
}

/** Stays of one place by begin, then number: day and number in one double, for the native sort. */
function sortByDay(list: Int32Array, begin: Int32Array): Int32Array {
  const keys = Float64Array.from(list, (s) => begin[s]! * 4294967296 + s).sort();
  return Int32Array.from(keys, (key) => key - Math.floor(key / 4294967296) * 4294967296);
}

/** Pairs with at least `minHits` joint stays as keys a·patients + b, ascending, with their counts. */
function jointPairs(
  stays: StayColumns,
  sorted: readonly Int32Array[],
  { planned, sentOn }: Flags,
  shift: Int32Array | null,
  options: { readonly minHits: number; readonly tolerance: number },
  patients: number,
): { keys: Float64Array; hits: Int32Array } {
  const hits: number[] = [];
  const cycles = new Set<number>();
  for (const list of sorted)
    for (let x = 0; x < list.length; x++) {
      const i = list[x]!;
      const moved = shift ? shift[i]! : 0;
      const day = stays.begin[i]! + moved;
      for (let y = x + 1; y < list.length; y++) {
        const j = list[y]!;
        const other = shift ? shift[j]! : 0;
        if (stays.begin[j]! + other - day > options.tolerance) break;
        if (stays.patient[i] === stays.patient[j]) continue;
        if (!together(stays, i, j, moved, other, options.tolerance)) continue;
        const p = Math.min(stays.patient[i]!, stays.patient[j]!);
        const key = p * patients + Math.max(stays.patient[i]!, stays.patient[j]!);
        if (planned[i] === 1 && planned[j] === 1) cycles.add(key);
        else if (sentOn[i] === 0 || sentOn[j] === 0) hits.push(key);
      }
    }
  for (const key of cycles) hits.push(key);
  const all = Float64Array.from(hits).sort();
  const keys: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < all.length; ) {
    let j = i + 1;
    while (j < all.length && all[j] === all[i]) j++;
    if (j - i >= options.minHits) {
      keys.push(all[i]!);
      counts.push(j - i);
    }
    i = j;
  }
  return { keys: Float64Array.from(keys), hits: Int32Array.from(counts) };
}

/** Stays of each patient, by place. */
function staysByPatient(
  stays: StayColumns,
  byPlace: readonly Int32Array[],
  patients: number,
): { start: Int32Array; stays: Int32Array } {
  const start = new Int32Array(patients + 1);
  for (const p of stays.patient) start[p + 1]!++;
  for (let p = 0; p < patients; p++) start[p + 1]! += start[p]!;
  const cursor = start.slice(0, patients);
  const out = new Int32Array(stays.patient.length);
  for (const list of byPlace) for (const s of list) out[cursor[stays.patient[s]!]!++] = s;
  return { start, stays: out };
}
