/**
 * Do two people come to one place at one time more often on the same days than with some weeks between?
 *
 * Purpose: people who always come at one hour (a night shop, a market morning) have a habit of time that
 * explains nothing about *which* days they choose. Formula: hits are the place-days on which the two come within Δ
 * of each other; the same count with one calendar moved by ±1 … ±WEEKS weeks keeps hour, weekday and season
 * and says how many chance gives (a cross-correlogram; Perkel, Gerstein & Moore 1967, "Neuronal spike
 * trains and stochastic point processes II"). Refills come every second or fourth week and promotions on one
 * day of the month, so these lags are counted apart as well and the largest mean is taken, each leaning on
 * that of all weeks. It is raised by how much busier than usual the days of the hits were outside the hour of
 * the hit: on a promotion everybody comes. Tail and weight are those of a Poisson with that mean.
 *
 * `redrawn` moves every visit by whole weeks, each on its own: habits stay, coincidences go.
 */
import { DAY_S, dayOf, secondOfDay, startOfDay } from '../model/time.js';
import { lowerBound } from './lowerBound.js';
import type { PairScreen } from './pairSums.js';
import { addPair, createPairTable, pairsAtLeast } from './pairTable.js';
import { logPoissonTail, poissonLikelihoodRatio } from './tails.js';
import type { VisitColumns } from './visits.js';
import { type RedrawnScreen, weekShifts } from './weekShifts.js';

const WEEK_S = 7 * DAY_S;
/** Visits to one place at most. */
const ROWS_MAX = 2 ** 21;
const WEEKS = 8;
const MONTHS = 3;
const MONTH_DAYS = 30.4;
/** Lags of the mean over all weeks that each rhythm's own mean leans on. */
const LEAN = 2;
/** Visits within so much of a hit belong to the hit, not to the day. */
const HOUR_S = 3600;
/** A day is busy beyond this many visits more than usual. */
const BUSY_MIN = 3;

export interface LagOptions {
  readonly deltaSeconds: number;
  /** Pairs with fewer hits are left out. */
  readonly minHits: number;
  /** Days of the period. */
  readonly days: number;
}

export function lagScreen(visits: VisitColumns, options: LagOptions): RedrawnScreen {
  const { patient, place, time, placeType, patients } = visits;
  const byPlace = groupRows(place, placeType.length);
  const byPatient = groupRows(patient, patients);
  const run = (times: Float64Array) =>
    score({ ...visits, time: times }, byPlace, byPatient, options);
  return {
    observed: () => run(time),
    redrawn: (seed) => {
      const days = weekShifts(time.length, seed);
      return run(time.map((t, i) => t + days[i]! * DAY_S));
    },
  };
}

interface Rows {
  readonly start: Int32Array;
  readonly row: Int32Array;
}

/** Rows by key, ascending. */
function groupRows(key: Int32Array, keys: number): Rows {
  const start = new Int32Array(keys + 1);
  for (const k of key) start[k + 1]!++;
  for (let k = 0; k < keys; k++) start[k + 1]! += start[k]!;
  const cursor = start.slice(0, keys);
  const row = new Int32Array(key.length);
  for (let i = 0; i < key.length; i++) row[cursor[key[i]!]!++] = i;
  return { start, row };
}

/** Visits of each place in order of time, and how busy its days are. */
interface Calendar {
  readonly times: Float64Array;
  readonly rows: Int32Array;
  readonly start: Int32Array;
  /** Middle number of visits on the days when there were any. */
  readonly usual: Float64Array;
}

function calendar({ time }: VisitColumns, byPlace: Rows): Calendar {
  const places = byPlace.start.length - 1;
  const times = new Float64Array(time.length);
  const rows = new Int32Array(time.length);
  const usual = new Float64Array(places);
  for (let h = 0; h < places; h++) {
    const from = byPlace.start[h]!;
    const to = byPlace.start[h + 1]!;
    // Time and place in the list in one double, for the native sort: 32 bits of seconds, 21 of rows.
    const keys = new Float64Array(to - from);
    for (let k = from; k < to; k++) keys[k - from] = time[byPlace.row[k]!]! * ROWS_MAX + (k - from);
    keys.sort();
    const counts: number[] = [];
    for (let k = 0; k < keys.length; k++) {
      const seconds = Math.floor(keys[k]! / ROWS_MAX);
      rows[from + k] = byPlace.row[from + (keys[k]! - seconds * ROWS_MAX)]!;
      times[from + k] = seconds;
      if (k > 0 && dayOf(seconds) === dayOf(times[from + k - 1]!)) counts[counts.length - 1]!++;
      else counts.push(1);
    }
    counts.sort((x, y) => x - y);
    usual[h] = counts[counts.length >> 1] ?? 0;
  }
  return { times, rows, start: byPlace.start, usual };
}

function score(
  visits: VisitColumns,
  byPlace: Rows,
  byPatient: Rows,
  { deltaSeconds, minHits, days }: LagOptions,
): PairScreen {
  const at = calendar(visits, byPlace);
  const found = pairsAtLeast(countHits(visits, at, deltaSeconds), minHits);
  const lags = lagsOf(days);
  const of = diaries(visits, byPatient);
  const expected = new Float64Array(found.size);
  for (let k = 0; k < found.size; k++)
    expected[k] = expectedHits(at, of, found.a[k]!, found.b[k]!, deltaSeconds, lags);
  const hits = found.count.slice(0, found.size);
  return {
    a: found.a.slice(0, found.size),
    b: found.b.slice(0, found.size),
    hits,
    expected,
    logP: expected.map((mean, k) => logPoissonTail(hits[k]!, mean)),
    llr: expected.map((mean, k) => poissonLikelihoodRatio(hits[k]!, mean)),
  };
}

/** Place-days on which two came within Δ. */
function countHits({ patient }: VisitColumns, at: Calendar, delta: number) {
  const table = createPairTable();
  let cell = 0;
  for (let h = 0; h + 1 < at.start.length; h++) {
    let day = Number.NaN;
    let first = at.start[h]!;
    for (let j = first; j < at.start[h + 1]!; j++) {
      const now = dayOf(at.times[j]!);
      if (now !== day) cell++;
      day = now;
      while (at.times[j]! - at.times[first]! > delta) first++;
      for (let i = first; i < j; i++) {
        const [a, b] = [patient[at.rows[i]!]!, patient[at.rows[j]!]!];
        if (a !== b) addPair(table, a, b, cell);
      }
    }
  }
  return table;
}

/** Visits of each person one after the other, in the order of `byPatient.row`. */
interface Diaries {
  readonly start: Int32Array;
  readonly place: Int32Array;
  readonly time: Float64Array;
}

function diaries({ time, place }: VisitColumns, { start, row }: Rows): Diaries {
  const places = new Int32Array(row.length);
  const times = new Float64Array(row.length);
  for (let k = 0; k < row.length; k++) {
    places[k] = place[row[k]!]!;
    times[k] = time[row[k]!]!;
  }
  return { start, place: places, time: times };
}

function expectedHits(
  at: Calendar,
  { start, place, time }: Diaries,
  a: number,
  b: number,
  delta: number,
  lags: Lags,
): number {
  let everyWeek = 0;
  let everySecond = 0;
  let everyFourth = 0;
  let monthly = 0;
  let hits = 0;
  let busy = 0;
  for (let x = start[a]!; x < start[a + 1]!; x++) {
    const here = place[x]!;
    const t = time[x]!;
    for (let y = start[b]!; y < start[b + 1]!; y++) {
      if (place[y] !== here) continue;
      const gap = Math.abs(t - time[y]!);
      if (gap <= delta) {
        hits++;
        busy += busyness(at, here, t);
        continue;
      }
      const weeks = Math.round(gap / WEEK_S);
      if (weeks > 0 && weeks <= WEEKS && Math.abs(gap - weeks * WEEK_S) <= delta) {
        everyWeek++;
        if (weeks % 2 === 0) everySecond++;
        if (weeks % 4 === 0) everyFourth++;
      }
      if (gap <= MONTHS_MAX_S && sameDayOfMonth(t, time[y]!, delta)) monthly++;
    }
  }
  const weekly = (everyWeek + 0.5) / lags.weeks;
  const mean = (count: number, of: number) => (count + LEAN * weekly) / (of + LEAN);
  const most = Math.max(
    mean(everyWeek, lags.weeks),
    mean(everySecond, lags.secondWeeks),
    mean(everyFourth, lags.fourthWeeks),
    mean(monthly, lags.months),
  );
  return Math.max(weekly, most) * (hits > 0 ? busy / hits : 1);
}

/** Ways of coming back: every week, second or fourth week, or month; how many lags each is. */
interface Lags {
  readonly weeks: number;
  readonly secondWeeks: number;
  readonly fourthWeeks: number;
  readonly months: number;
}

/** Lags that leave the period count for the part that stays in it. */
function lagsOf(days: number): Lags {
  const inside = (lag: number) => 2 * Math.max(0, 1 - lag / days);
  const everyWeeks = (step: number) => {
    let lags = 0;
    for (let w = step; w <= WEEKS; w += step) lags += inside(7 * w);
    return Math.max(lags, 0.1);
  };
  let months = 0;
  for (let m = 1; m <= MONTHS; m++) months += inside(m * MONTH_DAYS);
  return {
    weeks: everyWeeks(1),
    secondWeeks: everyWeeks(2),
    fourthWeeks: everyWeeks(4),
    months: Math.max(months, 0.1),
  };
}

const MONTHS_MAX_S = (MONTHS + 0.5) * MONTH_DAYS * DAY_S;

function sameDayOfMonth(s: number, t: number, delta: number): boolean {
  return Math.abs(secondOfDay(s) - secondOfDay(t)) <= delta && dayOfMonth(s) === dayOfMonth(t);
}

/** By local day number, 0 while it was not asked for. */
const monthDays = new Uint8Array(2 ** 16);

function dayOfMonth(time: number): number {
  const day = dayOf(time);
  const known = monthDays[day];
  if (known) return known;
  const found = new Date(day * DAY_S * 1000).getUTCDate();
  if (day >= 0 && day < monthDays.length) monthDays[day] = found;
  return found;
}

/** How many times busier than usual the day was, the hour before and after `t` left out; 1 at least. */
function busyness(at: Calendar, place: number, t: number): number {
  const midnight = startOfDay(dayOf(t));
  const before = (time: number) =>
    lowerBound(at.times, time, at.start[place]!, at.start[place + 1]!);
  const count = (from: number, to: number) => before(to) - before(from);
  const rest = count(midnight, midnight + DAY_S) - count(t - HOUR_S, t + HOUR_S);
  const usual = at.usual[place]!;
  return rest > usual + BUSY_MIN ? rest / usual : 1;
}
