import { type Burst, scanBursts } from '../../algorithms/burst.js';
import { sidak } from '../../algorithms/multiplicity.js';
import { logNegativeBinomialTail } from '../../algorithms/tails.js';
import { throwIfAborted } from '../../model/errors.js';
import { push } from '../../model/multimap.js';
import type { WorkContext } from '../../model/progress.js';
import { dayOf, secondOfDay } from '../../model/time.js';
import type { World } from '../../projection/world.js';
import { isPharmacySwipe } from '../visits.js';

/** Window lengths, hours. */
const LENGTHS = [1, 2, 4, 8, 12, 24];
const HOURS = 24;
/** A rush has so many cards, and so many times what the place has at these hours. */
export const CARDS_MIN = 20;
export const RATIO = 4;
/** Cards that small places are held to have on any day, so that three of them are no crowd. */
const CROWD_PRIOR = 10;
const WEEK_DAYS = 7;

/** One pharmacy's hours. */
export interface Till {
  readonly institution: number;
  /** Swipes that stand, in order of time. */
  readonly rows: readonly number[];
  /** Swipes by hour of the period. */
  readonly counts: Int32Array;
  /** The same by day. */
  readonly days: Float64Array;
}

/** A window with far more cards than the place ever has at these hours. */
export interface Rush extends Burst {
  readonly rows: readonly number[];
  /** Family-wise over windows and pharmacies. */
  readonly p: number;
  /** The same with the expectation raised by how busy other pharmacies of the county were that day. */
  readonly pOfDay: number;
  /** Swipes of whom only the first of each address counts, and of each employer; and the p of these. */
  readonly addresses: Left;
  readonly employers: Left;
  /** By how much they were busier than on that weekday, 1 at least. */
  readonly busier: number;
}

export interface Left {
  readonly count: number;
  readonly p: number;
}

export function tillsOf(world: World): Till[] {
  const s = world.settlements;
  const byPlace = new Map<number, number[]>();
  for (let i = 0; i < s.count; i++) {
    if (s.cancelled[i] || !isPharmacySwipe(world, i) || hourOf(world, i) < 0) continue;
    push(byPlace, s.institution[i]!, i);
  }
  const hours = (world.toDay - world.fromDay) * HOURS;
  return [...byPlace]
    .sort((x, y) => x[0] - y[0])
    .map(([institution, rows]) => {
      const counts = new Int32Array(hours);
      const days = new Float64Array(world.toDay - world.fromDay);
      for (const i of rows) {
        counts[hourOf(world, i)]!++;
        days[Math.floor(hourOf(world, i) / HOURS)]!++;
      }
      rows.sort((x, y) => s.time[x]! - s.time[y]! || x - y);
      return { institution, rows, counts, days };
    });
}

/** Hour of the period, −1 outside; a swipe of which only the day is known counts at noon. */
export function hourOf(world: World, row: number): number {
  const s = world.settlements;
  const day = dayOf(s.time[row]!) - world.fromDay;
  if (day < 0 || day >= world.toDay - world.fromDay) return -1;
  const hour = s.hasClock[row] ? Math.floor(secondOfDay(s.time[row]!) / 3600) : 12;
  return day * HOURS + hour;
}

/** Rushes of every pharmacy that has any, the pharmacies' in order. */
export function rushesOf(
  world: World,
  tills: readonly Till[],
  level: number,
  context: WorkContext,
): Map<number, Rush[]> {
  const busier = dayLevels(world, tills);
  const out = new Map<number, Rush[]>();
  for (const till of tills) {
    throwIfAborted(context.signal);
    if (largestDay(till) < CARDS_MIN) continue;
    const scan = scanBursts(till.counts, { lengths: LENGTHS, minCount: CARDS_MIN, worlds: 0 });
    const familyWise = (logTail: number) =>
      sidak(Math.min(1, Math.exp(logTail) * scan.windows), tills.length);
    const rushes = scan.bursts.flatMap((burst): Rush[] => {
      const p = familyWise(burst.logTail);
      if (burst.count < RATIO * burst.expected || p > level) return [];
      const times = busier(till, Math.floor(burst.from / HOURS));
      const left = (count: number, expected: number) =>
        count < Math.max(CARDS_MIN, RATIO * expected)
          ? 1
          : familyWise(logNegativeBinomialTail(count, expected, burst.size));
      const rows = till.rows.filter((i) => {
        const hour = hourOf(world, i);
        return hour >= burst.from && hour < burst.from + burst.hours;
      });
      const firsts = (group: Int32Array) => {
        const count = firstsOf(world, rows, group);
        return { count, p: left(count, burst.expected) };
      };
      return [
        {
          ...burst,
          ...{ rows, p, busier: times, pOfDay: left(burst.count, burst.expected * times) },
          addresses: firsts(world.patients.address),
          employers: firsts(world.patients.employer),
        },
      ];
    });
    if (rushes.length > 0) out.set(till.institution, rushes);
  }
  return out;
}

/** Swipes that are left when of people who share a value the first stands for all. */
function firstsOf(world: World, rows: readonly number[], group: Int32Array): number {
  const seen = new Set<number>();
  return rows.filter((i) => {
    const g = group[world.settlements.patient[i]!]!;
    if (g < 0) return true;
    const isNew = !seen.has(g);
    seen.add(g);
    return isNew;
  }).length;
}

/** Of two days, since a window may run over midnight. */
function largestDay({ days }: Till): number {
  return days.reduce((most, n, d) => Math.max(most, n + (days[d + 1] ?? 0)), 0);
}

/** Swipes of a day at the other pharmacies of the county, against the same weekday in other weeks. */
function dayLevels(world: World, tills: readonly Till[]): (till: Till, day: number) => number {
  const { county } = world.institutions;
  const days = world.toDay - world.fromDay;
  const byCounty = new Map<number, Float64Array>();
  for (const till of tills) {
    const sums = byCounty.get(county[till.institution]!) ?? new Float64Array(days);
    byCounty.set(county[till.institution]!, sums);
    till.days.forEach((n, d) => {
      sums[d]! += n;
    });
  }
  return (till, day) => {
    const all = byCounty.get(county[till.institution]!)!;
    let usual = 0;
    let weeks = 0;
    for (let d = day % WEEK_DAYS; d < days; d += WEEK_DAYS) {
      if (d === day) continue;
      usual += all[d]! - till.days[d]!;
      weeks++;
    }
    if (weeks === 0) return 1;
    const here = all[day]! - till.days[day]!;
    return Math.max(1, (here + CROWD_PRIOR) / (usual / weeks + CROWD_PRIOR));
  };
}

/** Largest day of a pharmacy against that weekday in other weeks, as a logarithm: what promotions come to there. */
export function largestCrowd({ days }: Till): number {
  let most = 0;
  for (let weekday = 0; weekday < WEEK_DAYS; weekday++) {
    let total = 0;
    let weeks = 0;
    for (let d = weekday; d < days.length; d += WEEK_DAYS) {
      total += days[d]!;
      weeks++;
    }
    for (let d = weekday; d < days.length; d += WEEK_DAYS) {
      const usual = (total - days[d]!) / Math.max(1, weeks - 1);
      most = Math.max(most, Math.log((days[d]! + CROWD_PRIOR) / (usual + CROWD_PRIOR)));
    }
  }
  return most;
}
