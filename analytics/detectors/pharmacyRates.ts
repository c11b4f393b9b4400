import { secondOfDay } from '../model/time.js';
import { rowsOf, stayAround, staysOf } from '../projection/indexes.js';
import { CLASS_INPATIENT, type World } from '../projection/world.js';
import { CELL_DAYS } from './jointVisits.js';
import { isPharmacySwipe } from './visits.js';

interface Measured {
  readonly rows: number[];
  readonly expected: number;
}
type Measure = (members: readonly number[], core: ReadonlySet<number>) => Measured;

/** What honest cards do at pharmacies, over all of the world: the base rates of the side evidence. */
export interface PharmacyRates {
  /** Code, unit and measurement. */
  readonly measures: ReadonlyArray<readonly [string, string, Measure]>;
  /** Of all swipes: those of holders in hospital, those taken back, those by night. */
  readonly shares: {
    readonly inHospital: number;
    readonly refunded: number;
    readonly night: number;
  };
  /** Chance that two swipes of different people have the same basket. */
  readonly sameBasket: number;
  /**
   * Chance that somebody who buys the same again and again buys this basket, `own` such people left out: its share of their usual
   * baskets, and no less than two of them have the same with.
   */
  readonly usualBasket: (basket: number, own: number) => number;
  /** Mean and standard deviation of ln(amount in fen), by institution. */
  readonly amounts: ReadonlyMap<number, { mean: number; deviation: number }>;
  /** Swipes by institution · day. */
  readonly visitsOn: ReadonlyMap<number, number>;
  /** Mean swipes a day with any, by institution. */
  readonly typical: ReadonlyMap<number, number>;
}

const cache = new WeakMap<World, PharmacyRates>();

export function pharmacyRates(world: World): PharmacyRates {
  const known = cache.get(world);
  if (known) return known;
  const made = measureRates(world);
  cache.set(world, made);
  return made;
}

const NIGHT_FROM = 22 * 3600;
const NIGHT_TO = 6 * 3600;

export function isNight(world: World, i: number): boolean {
  const s = world.settlements;
  const second = secondOfDay(s.time[i]!);
  return s.hasClock[i] === 1 && (second >= NIGHT_FROM || second < NIGHT_TO);
}

function measureRates(world: World): PharmacyRates {
  const s = world.settlements;
  let swipes = 0;
  let night = 0;
  let cancelled = 0;
  let clashes = 0;
  let stayDays = 0;
  const visitsOn = new Map<number, number>();
  const baskets = new Map<number, number>();
  const swipesOf = new Map<number, number>();
  const nightOf = new Map<number, number>();
  const sums = new Map<number, { n: number; sum: number; squares: number }>();
  for (let i = 0; i < s.count; i++) {
    if (s.class[i] === CLASS_INPATIENT && !s.cancelled[i])
      stayDays += Math.max(0, s.endDay[i]! - s.beginDay[i]! - 1);
    if (!isPharmacySwipe(world, i)) continue;
    swipes++;
    if (s.cancelled[i]) cancelled++;
    else {
      swipesOf.set(s.institution[i]!, (swipesOf.get(s.institution[i]!) ?? 0) + 1);
      if (isNight(world, i)) {
        night++;
        nightOf.set(s.institution[i]!, (nightOf.get(s.institution[i]!) ?? 0) + 1);
      }
      const log = Math.log(Math.max(1, s.total[i]!));
      const seen = sums.get(s.institution[i]!) ?? { n: 0, sum: 0, squares: 0 };
      seen.n++;
      seen.sum += log;
      seen.squares += log * log;
      sums.set(s.institution[i]!, seen);
      const cell = s.institution[i]! * CELL_DAYS + s.day[i]!;
      visitsOn.set(cell, (visitsOn.get(cell) ?? 0) + 1);
      if (s.basket[i] !== 0) baskets.set(s.basket[i]!, (baskets.get(s.basket[i]!) ?? 0) + 1);
    }
  }
  for (let p = 0; p < world.patients.ids.length; p++) clashes += swipesInHospital(world, p).length;
  const typical = new Map<number, number>();
  const days = new Map<number, number>();
  for (const [cell, n] of visitsOn) {
    const place = Math.floor(cell / CELL_DAYS);
    typical.set(place, (typical.get(place) ?? 0) + n);
    days.set(place, (days.get(place) ?? 0) + 1);
  }
  for (const [place, n] of typical) typical.set(place, n / days.get(place)!);
  const basketTotal = [...baskets.values()].reduce((x, y) => x + y, 0);
  const sameBasket = [...baskets.values()].reduce((x, n) => x + (n / basketTotal) ** 2, 0);

  const regulars = usualBaskets(world);
  const people = [...regulars.values()].reduce((x, y) => x + y, 0);
  const alike = [...regulars.values()].reduce((x, n) => x + (n / people) ** 2, 0);
  const usualBasket = (basket: number, own: number) =>
    Math.max(alike, ((regulars.get(basket) ?? 0) - own + 1) / (people - own + 2));

  const swipesAt = (members: readonly number[], core: ReadonlySet<number>) =>
    members.flatMap((m) =>
      [...rowsOf(world, m)].filter((i) => core.has(s.institution[i]!) && isPharmacySwipe(world, i)),
    );
  const share = (part: number) => (part + 1) / (swipes + 2);
  const measures: PharmacyRates['measures'] = [
    [
      'swiped-in-hospital',
      'swipes',
      (members) => ({
        rows: members.flatMap((m) => swipesInHospital(world, m)),
        expected:
          ((clashes + 1) / (stayDays + 100)) *
          members.reduce((sum, m) => sum + innerDays(world, m), 0),
      }),
    ],
    [
      'swipe-refund-swipe',
      'refunds',
      (members, core) => {
        const rows = swipesAt(members, core);
        return {
          rows: rows.filter((i) => s.cancelled[i]),
          expected: rows.length * share(cancelled),
        };
      },
    ],
    [
      'closed-hours',
      'swipes',
      (members, core) => {
        const rows = swipesAt(members, core).filter((i) => !s.cancelled[i]);
        const own = new Map<number, { all: number; night: number }>();
        for (const i of rows) {
          const tally = own.get(s.institution[i]!) ?? { all: 0, night: 0 };
          tally.all++;
          if (isNight(world, i)) tally.night++;
          own.set(s.institution[i]!, tally);
        }
        // Some pharmacies are open all night: other people's share at the same place, shrunk to all places'.
        const shareAt = (place: number) => {
          const mine = own.get(place)!;
          const others = swipesOf.get(place)! - mine.all;
          const theirs = (nightOf.get(place) ?? 0) - mine.night;
          return (theirs + 20 * share(night) + 1) / (others + 21);
        };
        return {
          rows: rows.filter((i) => isNight(world, i)),
          expected: rows.reduce((sum, i) => sum + shareAt(s.institution[i]!), 0),
        };
      },
    ],
  ];
  const amounts = new Map(
    [...sums].map(([place, { n, sum, squares }]) => {
      const mean = sum / n;
      return [place, { mean, deviation: Math.sqrt(Math.max(0.01, squares / n - mean * mean)) }];
    }),
  );
  const shares = { inHospital: share(clashes), refunded: share(cancelled), night: share(night) };
  return { measures, shares, sameBasket, usualBasket, amounts, visitsOn, typical };
}

/** People by the basket that they buy most often, twice at least. */
function usualBaskets(world: World): Map<number, number> {
  const s = world.settlements;
  const out = new Map<number, number>();
  for (let p = 0; p < world.patients.ids.length; p++) {
    const bought = [...rowsOf(world, p)]
      .filter((i) => !s.cancelled[i] && s.basket[i] !== 0 && isPharmacySwipe(world, i))
      .map((i) => s.basket[i]!);
    const { value, count } = commonest(bought);
    if (count >= 2) out.set(value, (out.get(value) ?? 0) + 1);
  }
  return out;
}

/** The value that most are, and how many; the smallest of equals. */
export function commonest(values: readonly number[]): { value: number; count: number } {
  const counts = new Map<number, number>();
  for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1);
  const [value, count] = [...counts].sort((x, y) => y[1] - x[1] || x[0] - y[0])[0] ?? [0, 0];
  return { value, count };
}

/** Days of a patient's stays with a whole stay day on either side. */
function innerDays(world: World, patient: number): number {
  const s = world.settlements;
  return staysOf(world, patient).reduce(
    (sum, i) => sum + Math.max(0, s.endDay[i]! - s.beginDay[i]! - 1),
    0,
  );
}

function swipesInHospital(world: World, patient: number): number[] {
  const s = world.settlements;
  if (staysOf(world, patient).length === 0) return [];
  return [...rowsOf(world, patient)].filter(
    (i) => !s.cancelled[i] && isPharmacySwipe(world, i) && liesElsewhere(world, i),
  );
}

/** The holder lies in hospital on the day of the swipe, neither coming nor going. */
export function liesElsewhere(world: World, row: number): boolean {
  const s = world.settlements;
  return stayAround(world, staysOf(world, s.patient[row]!), s.day[row]!) !== undefined;
}
