/**
 * N1 of DETECTORS.md for visits with a clock: do two people meet at the same place more often than
 * the place's hours and their own habits explain?
 *
 * A trial is a pair × institution × day on which both were there; a hit is within ±Δ. The chance of a
 * hit is `c = max(c_h, (K·c_h + H)/(K + N))`: `c_h = Σ_b g(b)·g(b±Δ)` from the institution's
 * time-of-weekday profile over the whole period (5-minute bins, shrunk to the profile of all places),
 * and H of N the agreement of the pair's clock times on *different* days, which is habit. On a
 * day far more crowded than the place's own the day's share of hits is a lower bound of c
 * (promotions). Several swipes a day: `1 − (1 − c)^multiplicity`.
 *
 * A pair's evidence is kept as (hits k, expected E = Σc), which adds over places and counties. By
 * Hoeffding (1956) the Poisson-binomial tail at k ≥ E + 1 is at most the Poisson tail of mean E, so
 * p-values taken from the sums are valid; its log likelihood ratio is `k·ln(k/E) − (k − E)`.
 *
 * `redrawn` gives the same screen in a world without meetings (N2): every visit keeps its person,
 * place and day and gets a new clock time, from the person's other days there with weight n, from
 * the place's profile with weight REDRAW_PRIOR. On crowded days times are permuted within the day.
 */
import { throwIfAborted } from '../model/errors.js';
import { createRng, type Rng } from '../model/rng.js';

const BIN_S = 300;
const BINS = 288;
/** Visits of the pooled profile that an institution's own weekday profile is shrunk with. */
const PROFILE_PRIOR = 40;
const REDRAW_PRIOR = 5;
const CROWD_MIN = 24;
const CROWD_RATIO = 3;
/** Others met by chance within ±Δ above which Δ is shrunk: in a crowd everybody meets everybody. */
const LOAD_MAX = 6;
const DELTA_MIN_S = 60;

export interface MeetingOptions {
  /** Δ, seconds. */
  readonly delta: number;
  /** K of the habit's shrinkage, in visits. */
  readonly habitPrior: number;
  /** Pairs with fewer hits are not emitted. */
  readonly minHits: number;
  readonly signal?: AbortSignal;
}

/** One row per visit; any order. `second` is seconds since local midnight. */
export interface VisitColumns {
  readonly patient: Int32Array;
  readonly institution: Int32Array;
  readonly day: Int32Array;
  readonly second: Int32Array;
}

/** Pairs a < b in ascending order of (a, b). */
export interface PairScreen {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly hits: Int32Array;
  readonly expected: Float64Array;
}

export interface MeetingScreen {
  observed(): PairScreen;
  redrawn(seed: number): PairScreen;
  /** Σ over institution-days of pairs seen there: the number of looks. */
  readonly looks: number;
}

/** Bytes needed beside the input, about. */
export function meetingsMemory(visits: number): number {
  return visits * 60 + 64 * 2 ** 20;
}

export function meetingScreen(input: VisitColumns, options: MeetingOptions): MeetingScreen {
  const n = input.patient.length;
  const order = orderByPlaceAndDay(input);
  const patient = Int32Array.from(order, (i) => input.patient[i]!);
  const place = Int32Array.from(order, (i) => input.institution[i]!);
  const day = Int32Array.from(order, (i) => input.day[i]!);
  const second = Int32Array.from(order, (i) => input.second[i]!);
  const cells = cellStarts(place, day);
  const profiles = weekdayProfiles(place, day, second, cells, options.delta);
  const byPatient = groupByPatient(patient);
  let looks = 0;
  for (let c = 0; c + 1 < cells.length; c++) {
    const size = cells[c + 1]! - cells[c]!;
    looks += (size * (size - 1)) / 2;
  }
  const context = { n, patient, place, day, cells, profiles, byPatient, options };
  return {
    looks,
    observed: () => screen(context, second),
    redrawn: (seed) => screen(context, redraw(context, second, createRng(seed))),
  };
}

interface Context {
  readonly n: number;
  readonly patient: Int32Array;
  readonly place: Int32Array;
  readonly day: Int32Array;
  readonly cells: Int32Array;
  readonly profiles: Profiles;
  readonly byPatient: { readonly start: Int32Array; readonly visits: Int32Array };
  readonly options: MeetingOptions;
}

function orderByPlaceAndDay(input: VisitColumns): Int32Array {
  const n = input.patient.length;
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const { institution, day, second, patient } = input;
  return order.sort(
    (x, y) =>
      institution[x]! - institution[y]! ||
      day[x]! - day[y]! ||
      second[x]! - second[y]! ||
      patient[x]! - patient[y]!,
  );
}

/** Start of every place × day, and the end. */
function cellStarts(place: Int32Array, day: Int32Array): Int32Array {
  const starts: number[] = [];
  for (let i = 0; i < place.length; i++)
    if (i === 0 || place[i] !== place[i - 1] || day[i] !== day[i - 1]) starts.push(i);
  starts.push(place.length);
  return Int32Array.from(starts);
}

function groupByPatient(patient: Int32Array): { start: Int32Array; visits: Int32Array } {
  let max = -1;
  for (let i = 0; i < patient.length; i++) if (patient[i]! > max) max = patient[i]!;
  const start = new Int32Array(max + 2);
  for (let i = 0; i < patient.length; i++) start[patient[i]! + 1]!++;
  for (let p = 0; p <= max; p++) start[p + 1]! += start[p]!;
  const fill = start.slice();
  const visits = new Int32Array(patient.length);
  for (let i = 0; i < patient.length; i++) visits[fill[patient[i]!]!++] = i;
  return { start, visits };
}

interface Profiles {
  /** Chance of a hit, by place × 7 + weekday. */
  readonly chance: Float64Array;
  /** Cumulative profile, (place × 7 + weekday) × BINS. */
  readonly cumulative: Float32Array;
  /** Δ by place. */
  readonly delta: Float64Array;
  /** Typical visits a day by place. */
  readonly typical: Float64Array;
}

function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** P(|x − y| ≤ Δ) of two times uniform in bins `distance` apart. */
function overlap(distance: number, delta: number): number {
  const f = (t: number) =>
    t <= -1 ? 0 : t >= 1 ? 1 : t < 0 ? (1 + t) ** 2 / 2 : 1 - (1 - t) ** 2 / 2;
  return f(delta / BIN_S - distance) - f(-delta / BIN_S - distance);
}

function weekdayProfiles(
  place: Int32Array,
  day: Int32Array,
  second: Int32Array,
  cells: Int32Array,
  delta: number,
): Profiles {
  let places = 0;
  for (let i = 0; i < place.length; i++) places = Math.max(places, place[i]! + 1);
  const pooled = new Float64Array(7 * BINS);
  const counts = new Float64Array(places * 7 * BINS);
  const placeVisits = new Float64Array(places);
  const placeDays = new Float64Array(places);
  for (let i = 0; i < place.length; i++) {
    const at = weekdayOf(day[i]!) * BINS + Math.min(BINS - 1, Math.floor(second[i]! / BIN_S));
    pooled[at]!++;
    counts[place[i]! * 7 * BINS + at]!++;
    placeVisits[place[i]!]!++;
  }
  for (let c = 0; c + 1 < cells.length; c++) placeDays[place[cells[c]!]!]!++;
  normalise(pooled);
  const chance = new Float64Array(places * 7);
  const cumulative = new Float32Array(places * 7 * BINS);
  const deltaOf = new Float64Array(places).fill(delta);
  const typical = new Float64Array(places);
  const own = new Float64Array(7 * BINS);
  for (let h = 0; h < places; h++) {
    if (placeVisits[h] === 0) continue;
    typical[h] = placeVisits[h]! / placeDays[h]!;
    // Two levels of shrinkage: a weekday to the place's week, the week to all places.
    const week = new Float64Array(BINS);
    for (let w = 0; w < 7; w++)
      for (let b = 0; b < BINS; b++) week[b]! += counts[(h * 7 + w) * BINS + b]!;
    const total = placeVisits[h]!;
    for (let w = 0; w < 7; w++) {
      let visits = 0;
      for (let b = 0; b < BINS; b++) visits += counts[(h * 7 + w) * BINS + b]!;
      for (let b = 0; b < BINS; b++) {
        const prior = (week[b]! + PROFILE_PRIOR * pooled[w * BINS + b]!) / (total + PROFILE_PRIOR);
        own[w * BINS + b] =
          (counts[(h * 7 + w) * BINS + b]! + PROFILE_PRIOR * prior) / (visits + PROFILE_PRIOR);
      }
      chance[h * 7 + w] = hitChance(own, w * BINS, delta);
    }
    const load = typical[h]! * chance[h * 7]!;
    if (load > LOAD_MAX) {
      deltaOf[h] = Math.max(DELTA_MIN_S, (delta * LOAD_MAX) / load);
      for (let w = 0; w < 7; w++) chance[h * 7 + w] = hitChance(own, w * BINS, deltaOf[h]!);
    }
    for (let w = 0; w < 7; w++) {
      let sum = 0;
      for (let b = 0; b < BINS; b++) {
        sum += own[w * BINS + b]!;
        cumulative[(h * 7 + w) * BINS + b] = sum;
      }
    }
  }
  return { chance, cumulative, delta: deltaOf, typical };
}

function normalise(profile: Float64Array): void {
  for (let w = 0; w < 7; w++) {
    let sum = 0;
    for (let b = 0; b < BINS; b++) sum += profile[w * BINS + b]!;
    for (let b = 0; b < BINS; b++)
      profile[w * BINS + b] = sum > 0 ? profile[w * BINS + b]! / sum : 1 / BINS;
  }
}

function hitChance(profile: Float64Array, from: number, delta: number): number {
  const reach = Math.ceil(delta / BIN_S) + 1;
  let chance = 0;
  for (let distance = 0; distance <= reach; distance++) {
    const weight = overlap(distance, delta) * (distance === 0 ? 1 : 2);
    if (weight <= 0) continue;
    let sum = 0;
    for (let b = 0; b + distance < BINS; b++)
      sum += profile[from + b]! * profile[from + b + distance]!;
    chance += weight * sum;
  }
  return Math.min(1, chance);
}

function redraw(context: Context, second: Int32Array, rng: Rng): Int32Array {
  const { patient, place, day, cells, profiles, byPatient } = context;
  const out = new Int32Array(second.length);
  for (let c = 0; c + 1 < cells.length; c++) {
    const from = cells[c]!;
    const to = cells[c + 1]!;
    const h = place[from]!;
    if (isCrowd(to - from, profiles.typical[h]!)) {
      for (let i = from; i < to; i++) out[i] = second[i]!;
      for (let i = to - 1; i > from; i--) {
        const j = from + rng.int(i - from + 1);
        const held = out[i]!;
        out[i] = out[j]!;
        out[j] = held;
      }
      continue;
    }
    for (let i = from; i < to; i++) {
      const p = patient[i]!;
      const first = byPatient.start[p]!;
      const visits = byPatient.start[p + 1]! - first;
      let chosen = -1;
      if (rng.next() < (visits - 1) / (visits - 1 + REDRAW_PRIOR)) {
        const other = byPatient.visits[first + rng.int(visits)]!;
        if (day[other] !== day[i]) chosen = second[other]! + rng.int(241) - 120;
      }
      if (chosen < 0)
        chosen = drawFromProfile(profiles.cumulative, (h * 7 + weekdayOf(day[i]!)) * BINS, rng);
      out[i] = Math.max(0, Math.min(86_399, chosen));
    }
  }
  return out;
}

function drawFromProfile(cumulative: Float32Array, from: number, rng: Rng): number {
  const u = rng.next() * cumulative[from + BINS - 1]!;
  let low = 0;
  let high = BINS - 1;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (cumulative[from + mid]! < u) low = mid + 1;
    else high = mid;
  }
  return low * BIN_S + rng.int(BIN_S);
}

function isCrowd(size: number, typical: number): boolean {
  return size >= CROWD_MIN && size > CROWD_RATIO * typical;
}

function screen(context: Context, second: Int32Array): PairScreen {
  const { patient, place, cells, profiles, options } = context;
  let patients = 0;
  for (let i = 0; i < patient.length; i++) patients = Math.max(patients, patient[i]! + 1);
  const hits = new KeyList();
  const crowdShare = new Map<number, number>();
  let order = new Int32Array(1024);
  for (let c = 0; c + 1 < cells.length; c++) {
    if ((c & 16383) === 0) throwIfAborted(options.signal);
    const from = cells[c]!;
    const size = cells[c + 1]! - from;
    if (size < 2) continue;
    if (order.length < size) order = new Int32Array(size * 2);
    sortCell(order, from, size, second);
    const mark = hits.length;
    const delta = profiles.delta[place[from]!]!;
    for (let x = 0; x < size; x++) {
      const i = order[x]!;
      for (let y = x + 1; y < size; y++) {
        const j = order[y]!;
        if (second[j]! - second[i]! > delta) break;
        const p = patient[i]!;
        const q = patient[j]!;
        if (p !== q) hits.push(p < q ? p * patients + q : q * patients + p);
      }
    }
    hits.uniqueFrom(mark);
    if (isCrowd(size, profiles.typical[place[from]!]!))
      crowdShare.set(from, (hits.length - mark) / ((size * (size - 1)) / 2));
  }
  return expectations(context, second, hits.counted(options.minHits), patients, crowdShare);
}

/** Insertion sort for the many small cells, the library's for crowds. */
function sortCell(order: Int32Array, from: number, size: number, second: Int32Array): void {
  for (let x = 0; x < size; x++) order[x] = from + x;
  if (size > 48) {
    order.subarray(0, size).sort((i, j) => second[i]! - second[j]! || i - j);
    return;
  }
  for (let x = 1; x < size; x++) {
    const held = order[x]!;
    let y = x - 1;
    while (y >= 0 && second[order[y]!]! > second[held]!) {
      order[y + 1] = order[y]!;
      y--;
    }
    order[y + 1] = held;
  }
}

/** Growing list of pair keys a·patients + b. */
class KeyList {
  private keys = new Float64Array(1 << 16);
  length = 0;
  push(key: number): void {
    if (this.length === this.keys.length) {
      const grown = new Float64Array(this.length * 2);
      grown.set(this.keys);
      this.keys = grown;
    }
    this.keys[this.length++] = key;
  }
  /** A pair counts once a cell, however often both swiped. */
  uniqueFrom(mark: number): void {
    if (this.length - mark < 2) return;
    const part = this.keys.subarray(mark, this.length).sort();
    let kept = 1;
    for (let i = 1; i < part.length; i++) if (part[i] !== part[i - 1]) part[kept++] = part[i]!;
    this.length = mark + kept;
  }
  counted(min: number): { keys: Float64Array; counts: Int32Array } {
    const all = this.keys.subarray(0, this.length).sort();
    const keys: number[] = [];
    const counts: number[] = [];
    for (let i = 0; i < all.length; ) {
      let j = i + 1;
      while (j < all.length && all[j] === all[i]) j++;
      if (j - i >= min) {
        keys.push(all[i]!);
        counts.push(j - i);
      }
      i = j;
    }
    return { keys: Float64Array.from(keys), counts: Int32Array.from(counts) };
  }
}

function expectations(
  context: Context,
  second: Int32Array,
  pairs: { keys: Float64Array; counts: Int32Array },
  patients: number,
  crowdShare: ReadonlyMap<number, number>,
): PairScreen {
  const size = pairs.keys.length;
  const a = new Int32Array(size);
  const b = new Int32Array(size);
  const expected = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    a[k] = Math.floor(pairs.keys[k]! / patients);
    b[k] = pairs.keys[k]! - a[k]! * patients;
    expected[k] = expectedHits(context, second, a[k]!, b[k]!, crowdShare);
  }
  return { a, b, hits: pairs.counts, expected };
}

/** E of one pair: the sum of c over its trials. */
function expectedHits(
  context: Context,
  second: Int32Array,
  p: number,
  q: number,
  crowdShare: ReadonlyMap<number, number>,
): number {
  const { day, place, profiles, byPatient, options } = context;
  const { start, visits } = byPatient;
  let habitHits = 0;
  let habitTrials = 0;
  for (let x = start[p]!; x < start[p + 1]!; x++) {
    const i = visits[x]!;
    for (let y = start[q]!; y < start[q + 1]!; y++) {
      const j = visits[y]!;
      if (day[i] === day[j]) continue;
      habitTrials++;
      if (Math.abs(second[i]! - second[j]!) <= options.delta) habitHits++;
    }
  }
  let total = 0;
  let x = start[p]!;
  let y = start[q]!;
  while (x < start[p + 1]! && y < start[q + 1]!) {
    const i = visits[x]!;
    const j = visits[y]!;
    const ahead = place[i]! - place[j]! || day[i]! - day[j]!;
    if (ahead < 0) x++;
    else if (ahead > 0) y++;
    else {
      let timesP = 0;
      let timesQ = 0;
      while (x < start[p + 1]! && sameCell(context, visits[x]!, i)) {
        x++;
        timesP++;
      }
      while (y < start[q + 1]! && sameCell(context, visits[y]!, i)) {
        y++;
        timesQ++;
      }
      const base = profiles.chance[place[i]! * 7 + weekdayOf(day[i]!)]!;
      const scaled = profiles.delta[place[i]!]! / options.delta;
      const habit =
        (options.habitPrior * base + habitHits * scaled) / (options.habitPrior + habitTrials);
      const crowd = crowdShare.size > 0 ? (crowdShare.get(cellOf(context, i)) ?? 0) : 0;
      const c = Math.min(0.999, Math.max(base, habit, crowd));
      total += 1 - (1 - c) ** (timesP * timesQ);
    }
  }
  return total;
}

function sameCell(context: Context, i: number, j: number): boolean {
  return context.place[i] === context.place[j] && context.day[i] === context.day[j];
}

/** Start of the cell of a visit. */
function cellOf(context: Context, visit: number): number {
  const { cells } = context;
  let low = 0;
  let high = cells.length - 2;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (cells[mid]! <= visit) low = mid;
    else high = mid - 1;
  }
  return cells[low]!;
}
