import { CLASS_INPATIENT, type World } from '../../projection/world.js';

export const MEASURES = ['visits', 'spend', 'outsiders'] as const;
export type Measure = (typeof MEASURES)[number];

/** Weekly series of every institution, and what its peers' weeks make of it. */
export interface Weeks {
  readonly weeks: number;
  /** First day of week 0. */
  readonly firstDay: number;
  /** Counts by institution · weeks + week; of spend in units of the institution's mean settlement. */
  readonly counts: Float64Array;
  /** What a count of each institution is worth: settlements, of spend fen. */
  readonly units: Float64Array;
  /** Expected up to a factor: the peers' weeks. */
  readonly expected: Float64Array;
  /**
   * Design effect of each institution, Σ (a person's sum)² ÷ Σ: one dialysis patient who moves in, or one
   * dear bill, is one observation and not a hundred (Kish 1965).
   */
  readonly clustering: Float64Array;
}

/** Weight of all institutions of the type beside the peers of the level, in counts. */
const PEER_PRIOR = 100;
/**
 * A place with hardly a settlement in so many weeks to the end of the period, this share of its weeks before, has closed: what is left
 * are refunds and wrong dates.
 */
const CLOSED_WEEKS = 4;
const CLOSED_SHARE = 0.05;

/**
 * Whole weeks that end with the period; stays count when they begin. Nothing is expected of a place that has
 * closed, and what strays there does not count, or its usual weeks would stand out from the empty ones. With `only` the expectation and the
 * clustering are worked out for that institution alone.
 */
export function weekly(
  world: World,
  measure: Measure,
  counts: (row: number) => boolean,
  only?: number,
): Weeks {
  const s = world.settlements;
  const { type } = world.institutions;
  const places = type.length;
  const weeks = Math.max(0, Math.floor((world.toDay - world.fromDay) / 7));
  const firstDay = world.toDay - 7 * weeks;
  const out = new Float64Array(places * weeks);
  const spent = new Float64Array(places);
  const settled = new Float64Array(places);
  const rows = new Int32Array(places * weeks);
  const people = world.patients.ids.length;
  const perPerson = new Map<number, number>();
  for (let i = 0; i < s.count; i++) {
    if (s.cancelled[i]) continue;
    const h = s.institution[i]!;
    const amount = worthOf(world, measure, i);
    const week = weekOf(world, i, firstDay);
    if (week >= 0 && week < weeks) rows[h * weeks + week]!++;
    if (amount === 0 && measure === 'outsiders') continue;
    if (week < 0 || week >= weeks) continue;
    spent[h]! += amount;
    settled[h]!++;
    if (!counts(i)) continue;
    out[h * weeks + week]! += amount;
    if (only !== undefined && h !== only) continue;
    const key = h * people + s.patient[i]!;
    perPerson.set(key, (perPerson.get(key) ?? 0) + amount);
  }
  if (measure === 'spend')
    for (let h = 0; h < places; h++) {
      const unit = spent[h]! / Math.max(1, settled[h]!);
      for (let t = 0; unit > 0 && t < weeks; t++) out[h * weeks + t]! /= unit;
    }
  const units = spent.map((sum, h) => (measure === 'spend' ? sum / Math.max(1, settled[h]!) : 1));
  const clustering = new Float64Array(places);
  const sums = new Float64Array(places);
  for (const [key, amount] of perPerson) {
    const h = Math.floor(key / people);
    const unit = measure === 'spend' ? Math.max(1, spent[h]!) / Math.max(1, settled[h]!) : 1;
    clustering[h]! += (amount / unit) ** 2;
    sums[h]! += amount / unit;
  }
  for (let h = 0; h < places; h++) clustering[h]! /= Math.max(1, sums[h]!);
  const ofType = new Map<number, Float64Array>();
  const ofLevel = new Map<number, Float64Array>();
  const sum = (map: Map<number, Float64Array>, key: number, h: number) => {
    const known = map.get(key) ?? new Float64Array(weeks);
    map.set(key, known);
    for (let t = 0; t < weeks; t++) known[t]! += out[h * weeks + t]!;
  };
  for (let h = 0; h < places; h++) {
    sum(ofType, type[h]!, h);
    sum(ofLevel, stratumOf(world, h), h);
  }
  const expected = new Float64Array(places * weeks);
  for (let h = 0; h < places; h++) {
    if (only !== undefined && h !== only) continue;
    const own = out.subarray(h * weeks, (h + 1) * weeks);
    const wide = Float64Array.from(ofType.get(type[h]!)!, (n, t) => n - own[t]!);
    const total = wide.reduce((x, y) => x + y, 0);
    const peers = ofLevel.get(stratumOf(world, h))!;
    const open = openWeeks(rows.subarray(h * weeks, (h + 1) * weeks));
    own.fill(0, open);
    for (let t = 0; t < open; t++) {
      const share = total > 0 ? wide[t]! / total : 1 / weeks;
      expected[h * weeks + t] = Math.max(0, peers[t]! - own[t]!) + PEER_PRIOR * share;
    }
  }
  return { weeks, firstDay, counts: out, units, expected, clustering };
}

/** Weeks until a place closed; all of them when it did not. */
function openWeeks(rows: Int32Array): number {
  let [after, before] = [0, rows.reduce((x, y) => x + y, 0)];
  let open = rows.length;
  for (let week = rows.length - 1; week > 0; week--) {
    after += rows[week]!;
    before -= rows[week]!;
    const left = rows.length - week;
    if (left >= CLOSED_WEEKS && after / left <= CLOSED_SHARE * (before / week)) open = week;
  }
  return open;
}

/** Settlements of the measure within the change, in order of time. */
export function changedRows(
  world: World,
  h: number,
  measure: Measure,
  firstDay: number,
  { at, until }: { readonly at: number; readonly until: number },
): number[] {
  const s = world.settlements;
  const rows: number[] = [];
  for (let i = 0; i < s.count; i++) {
    if (s.institution[i] !== h || s.cancelled[i]) continue;
    const week = weekOf(world, i, firstDay);
    if (week < at || week >= until) continue;
    if (measure !== 'outsiders' || isOutsider(world, i)) rows.push(i);
  }
  return rows.sort((x, y) => s.time[x]! - s.time[y]! || x - y);
}

/** What a settlement is worth in a measure: 0 where it is none of it. */
export function worthOf(world: World, measure: Measure, row: number): number {
  if (measure === 'outsiders' && !isOutsider(world, row)) return 0;
  return measure === 'spend' ? Math.max(0, world.settlements.fund[row]!) : 1;
}

/** Institutions of one type and level are peers. */
export function stratumOf(world: World, h: number): number {
  const { type, level, levels } = world.institutions;
  return type[h]! * (levels.length + 1) + level[h]!;
}

/** Characters of a county's code that name its prefecture. */
const PREFECTURE = 4;
/** A prefecture with less than this share of the insured is none of theirs. */
const HOME_SHARE = 0.01;

/**
 * Whether an institution lies where hardly any of the insured lives: whom the fund pays there are migrants and travellers, who come and
 * go with the season, and its peers at home say nothing of them.
 */
export function isAway({ institutions, patients }: World): (h: number) => boolean {
  const people = new Map<string, number>();
  for (const region of patients.region) {
    const prefecture = (patients.regions[region] ?? '').slice(0, PREFECTURE);
    people.set(prefecture, (people.get(prefecture) ?? 0) + 1);
  }
  const least = HOME_SHARE * patients.region.length;
  const isKnown = [...people].some(([prefecture, n]) => prefecture !== '' && n >= least);
  return (h) => {
    const prefecture = (institutions.counties[institutions.county[h]!] ?? '').slice(0, PREFECTURE);
    return isKnown && prefecture !== '' && (people.get(prefecture) ?? 0) < least;
  };
}

/** Insured in another county than the institution's, as far as both are known. */
export function isOutsider(world: World, row: number): boolean {
  const { patients, institutions, settlements: s } = world;
  const home = patients.regions[patients.region[s.patient[row]!]!]!;
  const here = institutions.counties[institutions.county[s.institution[row]!]!]!;
  return home !== '' && here !== '' && home !== here;
}

export function weekOf(world: World, row: number, firstDay: number): number {
  const s = world.settlements;
  const day = s.class[row] === CLASS_INPATIENT ? s.beginDay[row]! : s.day[row]!;
  return Math.floor((day - firstDay) / 7);
}
