import { exceedanceTail } from '../../algorithms/exceedance.js';
import { jaccardOfLists } from '../../algorithms/minhash.js';
import { sidak } from '../../algorithms/multiplicity.js';
import type { World } from '../../projection/world.js';
import type { HouseBill, HouseUnit } from './houseBills.js';
import type { HouseWay } from './judge.js';
import { type RewrittenLists, rewrittenLists } from './lists.js';

/** A house whose bills of one diagnosis were written from one list, or from a few by turns. */
export interface Rewritten extends RewrittenLists {
  readonly unit: HouseUnit;
  /** Such bills expected by other hospitals. */
  readonly expected: number;
  /** Family-wise, of both searches. */
  readonly p: number;
  /** Its p (family-wise) beyond what the house's other diagnoses show, or what little is known of these. */
  readonly house: HouseWay;
  /** The same beyond what one other house does. */
  readonly elsewhere: number;
  /** At the counter, when of each day only the first bill counts. */
  readonly byDay: { readonly p: number; readonly days: number } | undefined;
}

export interface RewrittenOptions {
  readonly minRecords: number;
  readonly minItems: number;
  readonly similarity: number;
  readonly q: number;
}

/** So many houses and diagnoses tell what is usual, at least; beyond this share of them the tail is fitted. */
const LEAST = 40;
const QUANTILE = 0.8;
/** One in so many may hide themselves or each other. */
const HIDERS_AMONG = 15;
/** Bills of a house with a diagnosis, and of the house in all, that show its way. */
const HOUSE = 5;
const HOUSE_ANY = 15;

/**
 * Houses whose list of one diagnosis holds more information than honest houses’ lists do: the tail of its gain
 * (`houseUnits`) among all houses and diagnoses, wards and counters apart, and enough bills that repeat half or more of a
 * list that they have in common. A printed list (`isPrinted`) is for the
 * search by doctors to judge; it tells nothing of what is usual, either. `searches` says in how many ways it is looked.
 */
export function rewrittenBills(
  world: World,
  all: readonly HouseUnit[],
  options: RewrittenOptions,
  searches: number,
): Rewritten[] {
  const judged = [true, false].map((ward) => judgeSide(world, sideUnits(all, ward), options));
  const looks = judged.reduce((n, x) => n + x.looks, 0);
  return judged.flatMap(({ units, tail }) => {
    const p = (gain: number) => Math.min(1, searches * sidak(tail(gain), looks));
    return units.flatMap(({ unit, gain }) => {
      if (p(gain) > options.q) return [];
      const lists = rewrittenLists(unit.bills, options.minItems);
      if (lists.bills.length < options.minRecords) return [];
      return {
        ...{ unit, ...lists, p: p(gain), expected: expectedOf(unit, lists) },
        house: houseWay(unit, gain, all, options, p),
        elsewhere: p(
          Math.min(...otherHouses(world, unit).map((bills) => unit.gain(unit.bills, bills)), gain),
        ),
        byDay: unit.ward ? undefined : byDay(world, unit, options, p),
      };
    });
  });
}

interface Gained {
  readonly unit: HouseUnit;
  readonly gain: number;
}

const sideUnits = (all: readonly HouseUnit[], ward: boolean) => all.filter((u) => u.ward === ward);

/** Units of enough bills that are no printed list, with the tail of their gains. */
function judgeSide(world: World, own: readonly HouseUnit[], options: RewrittenOptions) {
  const large = own
    .filter((unit) => unit.bills.length >= options.minRecords)
    .map((unit): Gained => ({ unit, gain: unit.gain(unit.bills) }))
    .sort((x, y) => y.gain - x.gain);
  // Most of the others are below where the tail begins, printed or not.
  const above = Math.ceil(large.length * (1 - QUANTILE));
  const units = large.filter(({ unit }, k) => k >= above || !isPrinted(world, unit, options));
  const gains = units.map((u) => u.gain);
  const looks = units.length;
  const tailFrom = (k: number) =>
    exceedanceTail(gains.slice(k), { quantile: QUANTILE, least: LEAST });
  let outside = Math.floor(looks / HIDERS_AMONG);
  while (outside > 0) {
    const tail = tailFrom(outside);
    if (tail && sidak(tail(gains[outside - 1]!), looks) <= options.q) break;
    outside--;
  }
  return { units, looks, tail: tailFrom(outside) ?? (() => 1) };
}

/**
 * Of the bills that repeat lists half are these to the letter, whoever of several doctors wrote them: a pathway is printed
 * and followed, with something added here and there.
 */
function isPrinted(world: World, { bills }: HouseUnit, options: RewrittenOptions): boolean {
  const { doctor } = world.settlements;
  const on = rewrittenLists(bills, options.minItems);
  let printed = 0;
  for (const list of on.lists) {
    let most = 0;
    for (const centre of list) {
      const same = list.filter((b) => jaccardOfLists(centre.items, b.items) >= options.similarity);
      if (new Set(same.map((b) => doctor[b.row]!)).size > 1) most = Math.max(most, same.length);
    }
    printed += most;
  }
  return printed > 0 && printed * 2 >= on.bills.length;
}

function expectedOf(unit: HouseUnit, { isLike }: RewrittenLists): number {
  const like = unit.elsewhere.filter(isLike).length;
  return ((like + 1) / (unit.elsewhere.length + 2)) * unit.bills.length;
}

function houseWay(
  unit: HouseUnit,
  gain: number,
  all: readonly HouseUnit[],
  { minItems, q }: RewrittenOptions,
  p: (gain: number) => number,
): HouseWay {
  const others = all.filter(
    (u) =>
      u.institution === unit.institution && u.ward === unit.ward && u.diagnosis !== unit.diagnosis,
  );
  const shown = others.filter((u) => u.bills.length >= HOUSE);
  if (shown.reduce((n, u) => n + u.bills.length, 0) >= HOUSE_ANY) {
    const most = Math.max(0, ...shown.map((u) => u.gain(u.bills)));
    // A house that keeps lists for another diagnosis may keep them for this one, and better.
    return { known: true, p: p(most) > q ? p(gain - most) : 1 };
  }
  let [bills, repeated] = [0, 0];
  for (const u of others) {
    const long = u.bills.filter((b) => b.items.length >= minItems);
    bills += Math.max(0, long.length - 1);
    repeated += rewrittenLists(long, minItems).bills.length;
  }
  return { known: false, bills, repeated };
}

/** The bills of each other house that has enough to show its way with the diagnosis. */
function otherHouses(world: World, unit: HouseUnit): HouseBill[][] {
  const of = new Map<number, HouseBill[]>();
  for (const bill of unit.elsewhere) {
    const house = world.settlements.institution[bill.row]!;
    of.set(house, [...(of.get(house) ?? []), bill]);
  }
  return [...of.values()].filter((bills) => bills.length >= HOUSE);
}

function byDay(
  world: World,
  unit: HouseUnit,
  { minRecords }: RewrittenOptions,
  p: (gain: number) => number,
) {
  const days = new Set<number>();
  const first = unit.bills.filter(({ row }) => {
    const day = world.settlements.day[row]!;
    return !days.has(day) && days.add(day);
  });
  return { days: days.size, p: days.size < minRecords ? 1 : p(unit.gain(first)) };
}
