import { logGamma } from '../../algorithms/gamma.js';
import { jaccardOfLists, similarPairs } from '../../algorithms/minhash.js';
import { sidak } from '../../algorithms/multiplicity.js';
import { quantileSorted } from '../../algorithms/robust.js';
import { logBinomialTail } from '../../algorithms/tails.js';
import { push } from '../../model/multimap.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';

/** A house that gives one list, to the unit, to patients of several departments and several kinds of disease. */
export interface Crossing {
  readonly institution: number;
  /** Bills of the list, and how many the house has in all. */
  readonly rows: readonly number[];
  readonly of: number;
  /** Bills of the list expected by other hospitals. */
  readonly expected: number;
  /** Family-wise. */
  readonly p: number;
  /** The most likely of a list for everybody, of mistaken diagnoses, and of what those diseases demand elsewhere. */
  readonly house: number;
}

export interface CrossingOptions {
  readonly minRecords: number;
  readonly minItems: number;
  readonly seed: number;
  readonly q: number;
}

/** Jaccard similarity of two bills, and of a bill and its list, item and amount together. */
const LIKE = 0.75;
/** The same of items, whatever their amounts, from which a bill elsewhere shows that its disease demands the list. */
const DEMANDED = 0.5;
/** What nineteen of twenty other houses do not exceed is a habit; so many houses with so many bills tell it. */
const HABIT = 0.95;
const PEERS = 4;
const PEER_BILLS = 5;
/** Characters of a category of the ICD-10. */
const CATEGORY = 3;
/** Share of bills that name a disease of another chapter and department by mistake, at most. */
const MISCODED = 0.05;

/** One bill: its items with their amounts, ascending. */
interface Bill {
  readonly row: number;
  readonly tokens: readonly number[];
  readonly items: readonly number[];
}

/** The bills of one list, and those of them that belong to another department and another chapter than most. */
interface List {
  readonly core: readonly number[];
  readonly bills: readonly Bill[];
  readonly away: readonly Bill[];
  /** Bills of the house, on the list or not, that are as far from most of the list's. */
  readonly awayOf: number;
}

/**
 * A set of orders belongs to a disease or a department; it does not fix how much a patient of another one
 * needs. Of each house the list of in-patient bills, items and amounts together, that most bills of another department
 * *and* another chapter of the ICD than most of its own repeat. Whether k of the house's n such bills do is
 * binomial with the larger of other hospitals' share of such bills and what hardly any other house does itself; a union
 * bound pays for the choice of the list, `searches` for the other ways in which one looks.
 */
export function crossingLists(
  world: World,
  options: CrossingOptions,
  searches: number,
): Crossing[] {
  const houses = [...billsByHouse(world)].sort((x, y) => x[0] - y[0]);
  const looked = houses.filter(([, bills]) => bills.length >= PEER_BILLS);
  const lists = looked.map(([, bills]) => listOf(world, bills, options));
  const shares = lists.map((list) =>
    list && list.awayOf > 0 ? list.away.length / list.awayOf : 0,
  );
  const looks = looked.filter(([, bills]) => bills.length >= options.minRecords).length;
  const found = looked.flatMap(([institution, bills], i) => {
    const list = lists[i];
    if (!list || list.bills.length < options.minRecords || list.away.length === 0) return [];
    const others = houses.flatMap(([h, own]) => (h === institution ? [] : own));
    const like = others.filter((bill) => isLike(list.core, bill)).length;
    const habits = Float64Array.from(shares.filter((_, k) => k !== i)).sort();
    const habit = habits.length >= PEERS ? quantileSorted(habits, HABIT) : 0;
    const chance = Math.max((like + 1) / (others.length + 2), habit);
    const tail = bills.length * Math.exp(logBinomialTail(list.away.length, list.awayOf, chance));
    const p = Math.min(1, searches * sidak(Math.min(1, tail), looks));
    if (p > options.q) return [];
    const rows = list.bills.map((bill) => bill.row);
    const [of, expected] = [bills.length, chance * bills.length];
    return { institution, rows, of, expected, p, list, bills, others };
  });
  return found.map(({ list, bills, others, ...rest }) => {
    const whatever = Math.min(1, found.length * everybodyP(world, bills, list));
    const mistaken = Math.exp(logBinomialTail(list.away.length, list.bills.length, MISCODED));
    const demanded = demandedP(world, bills, list, others);
    return { ...rest, house: Math.max(whatever, mistaken, demanded) };
  });
}

const isLike = (core: readonly number[], bill: Bill) => jaccardOfLists(core, bill.tokens) >= LIKE;

/** In-patient bills whose amounts are known, one of each patient, by house. */
function billsByHouse(world: World): Map<number, Bill[]> {
  const { lines, settlements: s } = world;
  const numberOf = new Map<string, number>();
  const out = new Map<number, Bill[]>();
  const seen = new Set<string>();
  for (let row = 0; row < s.count; row++) {
    if (s.cancelled[row] || s.class[row] !== CLASS_INPATIENT || s.diagnosis[row]! < 0) continue;
    const units = new Map<number, number>();
    for (let i = lines.start[row] ?? 0; i < (lines.start[row + 1] ?? 0); i++)
      units.set(lines.item[i]!, (units.get(lines.item[i]!) ?? 0) + lines.units[i]!);
    if (units.size === 0 || [...units.values()].some(Number.isNaN)) continue;
    const [house, patient] = [s.institution[row]!, s.patient[row]!];
    if (seen.has(`${house}|${patient}`)) continue;
    seen.add(`${house}|${patient}`);
    const tokens = [...units].map(([item, n]) => {
      const key = `${item}|${n}`;
      const token = numberOf.get(key) ?? numberOf.size;
      numberOf.set(key, token);
      return token;
    });
    const items = [...units.keys()].sort((x, y) => x - y);
    push(out, house, { row, tokens: tokens.sort((x, y) => x - y), items });
  }
  return out;
}

/** p of as many of the house's bills of the far diseases on the list, when other hospitals' bills of these show how many belong there. */
function demandedP(
  world: World,
  bills: readonly Bill[],
  { away, bills: on }: List,
  others: readonly Bill[],
): number {
  const { diagnosis } = world.settlements;
  const diseases = new Set(away.map(({ row }) => diagnosis[row]!));
  const ofThese = (some: readonly Bill[]) =>
    some.filter(({ row }) => diseases.has(diagnosis[row]!));
  const items = inHalfOf(on.map((bill) => bill.items));
  const same = ofThese(others);
  const like = same.filter((bill) => jaccardOfLists(items, bill.items) >= DEMANDED).length;
  const chance = (like + 1) / (same.length + 2);
  return Math.exp(logBinomialTail(away.length, ofThese(bills).length, chance));
}

/** The list of a house that crosses most. */
function listOf(
  world: World,
  bills: readonly Bill[],
  { minItems, seed }: CrossingOptions,
): List | undefined {
  const forms = new Map<string, Bill[]>();
  for (const bill of bills) {
    if (bill.tokens.length < minItems) continue;
    push(forms, bill.tokens.join(), bill);
  }
  const groups = [...forms.values()];
  const start = [0];
  for (const [bill] of groups) start.push(start[start.length - 1]! + bill!.tokens.length);
  const like: number[][] = groups.map((_, i) => [i]);
  const tokens = groups.flatMap(([bill]) => bill!.tokens);
  similarPairs(start, tokens, { similarity: LIKE, seed }, (i, j) => {
    like[i]!.push(j);
    like[j]!.push(i);
  });
  let best: readonly Bill[] = [];
  let most = 0;
  for (const near of like) {
    const own = near.flatMap((form) => groups[form]!);
    if (own.length <= most) continue;
    const n = awayFrom(world, own)(own).length;
    if (n > most) [best, most] = [own, n];
  }
  const core = inHalfOf(best.map((bill) => bill.tokens));
  if (core.length < minItems) return undefined;
  const on = bills.filter((bill) => isLike(core, bill));
  const away = awayFrom(world, on);
  return { core, bills: on, away: away(on), awayOf: away(bills).length };
}

/** What half of the lists have in common, ascending. */
function inHalfOf(lists: ReadonlyArray<readonly number[]>): number[] {
  const count = new Map<number, number>();
  for (const list of lists) for (const x of list) count.set(x, (count.get(x) ?? 0) + 1);
  return [...count]
    .filter(([, n]) => n * 2 >= lists.length)
    .map(([x]) => x)
    .sort((x, y) => x - y);
}

/** Bills of another department and another chapter than the commonest of `on`; an unknown department is no other one. */
function awayFrom(world: World, on: readonly Bill[]): (bills: readonly Bill[]) => Bill[] {
  const { department } = world.settlements;
  const count = new Map<string, number>();
  let [home, most]: [number, number] = [-1, 0];
  for (const { row } of on) {
    const key = `${department[row]}|${chapterOf(world, row)}`;
    const n = (count.get(key) ?? 0) + 1;
    count.set(key, n);
    if (n > most) [home, most] = [row, n];
  }
  if (home < 0) return () => [];
  const chapter = chapterOf(world, home);
  return (bills) =>
    bills.filter(
      ({ row }) =>
        department[row]! >= 0 &&
        department[row] !== department[home] &&
        chapterOf(world, row) !== chapter,
    );
}

/** Chapter of the ICD-10, by the letter; infections have two, neoplasms and blood as well. */
function chapterOf(world: World, row: number): string {
  const letter = world.settlements.diagnoses[world.settlements.diagnosis[row]!]![0]!;
  return letter === 'B' ? 'A' : letter === 'D' ? 'C' : letter;
}

/**
 * p of a list that the house gives whatever the disease: 1 ÷ e, with e the likelihood of the diseases’ own shares
 * (Krichevsky & Trofimov 1981) over the best of one share for all, an e-value (Wasserman, Ramdas & Balakrishnan 2020).
 */
function everybodyP(world: World, bills: readonly Bill[], { core }: List): number {
  const { diagnosis, diagnoses } = world.settlements;
  const of = new Map<string, [on: number, off: number]>();
  for (const bill of bills) {
    const category = diagnoses[diagnosis[bill.row]!]!.slice(0, CATEGORY);
    const [on, off] = of.get(category) ?? [0, 0];
    of.set(category, isLike(core, bill) ? [on + 1, off] : [on, off + 1]);
  }
  const half = 2 * logGamma(0.5);
  let [own, on, off] = [0, 0, 0];
  for (const [k, l] of of.values()) {
    own += logGamma(k + 0.5) + logGamma(l + 0.5) - logGamma(k + l + 1) - half;
    on += k;
    off += l;
  }
  const part = (n: number) => (n > 0 ? n * Math.log(n / (on + off)) : 0);
  return Math.min(1, Math.exp(part(on) + part(off) - own));
}
