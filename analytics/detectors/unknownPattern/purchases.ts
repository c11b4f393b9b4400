import type { Rng } from '../../model/rng.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';

/**
 * Who bought what where in which week: one entry a household × institution × drug × week, of drugs that an
 * institution sells often enough to be bought together there. Columns of equal length, in order of household,
 * institution, drug, week.
 */
export interface Purchases {
  readonly count: number;
  readonly unit: Int32Array;
  /** Entries of household u are `start[u]` … `start[u + 1] − 1`. */
  readonly start: Int32Array;
  readonly institution: Int32Array;
  /** Ingredient. */
  readonly drug: Int32Array;
  readonly week: Int32Array;
  /** Number of household × institution: what is moved as one. */
  readonly series: Int32Array;
  readonly seriesCount: number;
  /** Number of institution × drug. */
  readonly pair: Int32Array;
  readonly pairs: number;
  /** Entries of each pair. */
  readonly ofPair: Int32Array;
  readonly weeks: number;
  /** First day of week 0. */
  readonly firstDay: number;
  /** Values of each mode. */
  readonly sizes: readonly [units: number, institutions: number, drugs: number, weeks: number];
}

/** Fewer entries of a drug at an institution make no pattern. */
const PAIR_MIN = 8;

export function purchasesOf(world: World): Purchases {
  const { settlements: s, lines, items, patients, institutions } = world;
  const weeks = Math.max(0, Math.floor((world.toDay - world.fromDay) / 7));
  const firstDay = world.toDay - 7 * weeks;
  const places = institutions.ids.length;
  let drugs = 0;
  for (const d of items.ingredient) drugs = Math.max(drugs, d + 1);
  const sizes = [patients.ids.length, places, drugs, weeks] as const;
  const keys = new Float64Array(lines.count);
  let n = 0;
  for (let l = 0; l < lines.count; l++) {
    const row = lines.settlement[l]!;
    const drug = items.ingredient[lines.item[l]!]!;
    if (drug < 0 || s.cancelled[row] || s.class[row] === CLASS_INPATIENT) continue;
    const week = Math.floor((s.day[row]! - firstDay) / 7);
    if (week < 0 || week >= weeks) continue;
    const unit = patients.household[s.patient[row]!]!;
    keys[n++] = ((unit * places + s.institution[row]!) * drugs + drug) * weeks + week;
  }
  const sorted = keys.subarray(0, n).sort();
  const often = new Int32Array(places * drugs);
  const pairOf = (key: number) => Math.floor(key / weeks) % (places * drugs);
  for (let i = 0; i < n; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) often[pairOf(sorted[i]!)]!++;
  const number = new Int32Array(places * drugs).fill(-1);
  const ofPair: number[] = [];
  let count = 0;
  often.forEach((k, pair) => {
    if (k < PAIR_MIN) return;
    number[pair] = ofPair.length;
    ofPair.push(k);
    count += k;
  });
  const columns = Array.from({ length: 6 }, () => new Int32Array(count));
  const [unit, institution, drug, week, series, pair] = columns as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  let e = 0;
  let last = -1;
  let seriesCount = 0;
  for (let i = 0; i < n; i++) {
    const key = sorted[i]!;
    if (i > 0 && key === sorted[i - 1]) continue;
    const where = pairOf(key);
    if (number[where]! < 0) continue;
    const visitor = Math.floor(key / (weeks * drugs));
    if (visitor !== last) seriesCount++;
    last = visitor;
    series[e] = seriesCount - 1;
    unit[e] = Math.floor(visitor / places);
    institution[e] = visitor % places;
    drug[e] = where % drugs;
    week[e] = key % weeks;
    pair[e] = number[where]!;
    e++;
  }
  const start = new Int32Array(sizes[0] + 1);
  for (const u of unit) start[u + 1]!++;
  for (let u = 0; u < sizes[0]; u++) start[u + 1]! += start[u]!;
  return {
    ...{ count, unit, start, institution, drug, week, series, seriesCount, pair },
    ...{ pairs: ofPair.length, ofPair: Int32Array.from(ofPair), weeks, firstDay, sizes },
  };
}

/**
 * Weeks of a redrawn world: what a household buys at one institution is moved by one number of weeks, round the
 * end of the period. How often it comes, what it buys together and how regularly its refills fall due
 * stay as they are; that others come in the same weeks does not.
 */
export function moveWeeks(
  { count, week, series, seriesCount, weeks }: Purchases,
  rng: Rng,
): Int32Array {
  const by = new Int32Array(seriesCount);
  for (let k = 0; k < seriesCount; k++) by[k] = rng.int(weeks);
  const out = new Int32Array(count);
  for (let e = 0; e < count; e++) {
    const moved = week[e]! + by[series[e]!]!;
    out[e] = moved >= weeks ? moved - weeks : moved;
  }
  return out;
}
