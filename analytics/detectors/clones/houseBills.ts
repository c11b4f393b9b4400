import {
  CLASS_CHRONIC,
  CLASS_INPATIENT,
  CLASS_OUTPATIENT,
  type World,
} from '../../projection/world.js';

/** One bill with its list of different items, ascending. */
export interface HouseBill {
  readonly row: number;
  readonly items: readonly number[];
}

/** All bills of one house with one diagnosis (−1: not told), whoever wrote them, by the bed or at the counter. */
export interface HouseUnit {
  readonly ward: boolean;
  readonly institution: number;
  readonly diagnosis: number;
  /** One of each patient. */
  readonly bills: readonly HouseBill[];
  /** Bills of other houses with the diagnosis, by the bed or at the counter. */
  readonly elsewhere: readonly HouseBill[];
  /** Nats a bill that the list of these `bills` (of the unit) tells beyond `chance`; see `HouseBills`. */
  readonly gain: (bills: readonly HouseBill[], known?: readonly HouseBill[]) => number;
}

/** Lists of fewer items are alike by chance. */
const SHORT = 3;
/** Bills elsewhere, by the bed and at the counter, that show what a diagnosis demands. */
const COMMON = 15;
/** Bills that the shares of a few bills are shrunk with. */
const SHRINK = 5;
/** What is on one bill only tells nothing of a list. */
const AGAIN = 2;
/** Nothing is so usual that it would always be there. */
const USUAL = 0.98;

/**
 * Houses and diagnoses with the information that the house’s list holds: with f the share of its bills with an item, and p the
 * largest share among other houses’ bills with the diagnosis, by the bed or at the counter, and among the house’s own bills of
 * other diagnoses, Σ f·ln(f/p) + (1 − f)·ln((1 − f)/(1 − p)) over the items of two bills or more with f > p, in nats a bill (Kullback & Leibler
 * 1951), less what as many items would show by chance, items/2 · (1/n + 1/(bills elsewhere + SHRINK)) (Miller 1955).
 * What the diagnosis demands and what the house does for everybody thus tells nothing. Diagnoses that hardly anybody
 * else treats are left out.
 */
export function houseUnits(world: World, onDiagnosis: () => void): HouseUnit[] {
  const sides = [true, false].map((ward) => sideOf(world, ward));
  const out: HouseUnit[] = [];
  for (const side of sides) {
    const other = sides[side.ward ? 1 : 0]!;
    for (const [diagnosis, ofHouse] of side.of) {
      onDiagnosis();
      const otherHouses = diagnosis < 0 ? undefined : other.of.get(diagnosis);
      const all = [...ofHouse.values()].flat();
      const others = [...(otherHouses?.values() ?? [])].flat();
      const counts = { all: countOf(all), others: countOf(others) };
      for (const [institution, bills] of ofHouse) {
        const away = otherHouses?.get(institution) ?? [];
        const elsewhere = all.length - bills.length;
        const elsewhereOther = others.length - away.length;
        if (elsewhere + elsewhereOther < COMMON) continue;
        const house = side.houses.get(institution)!;
        const own = countOf(bills);
        const ofAway = countOf(away);
        const at = (count: ReadonlyMap<number, number>, item: number) => count.get(item) ?? 0;
        const chance = (item: number) => {
          const mine = at(own, item);
          const base = (at(side.count, item) - mine + 1) / (side.bills - bills.length + 2);
          const share = (n: number, of: number) => (n + SHRINK * base) / (of + SHRINK);
          return Math.max(
            share(at(counts.all, item) - mine, elsewhere),
            elsewhereOther < COMMON
              ? 0
              : (at(counts.others, item) - at(ofAway, item)) / elsewhereOther,
            share(at(house.count, item) - mine, house.bills - bills.length),
          );
        };
        const width = 1 / (Math.max(elsewhere, elsewhereOther) + SHRINK);
        out.push({
          ...{ ward: side.ward, institution, diagnosis, bills },
          get elsewhere() {
            return [...ofHouse, ...(otherHouses ?? [])].flatMap(([h, list]) =>
              h === institution ? [] : list,
            );
          },
          gain: (some, known = []) => {
            const usual = countOf(known);
            const p = (item: number) =>
              Math.min(USUAL, Math.max(chance(item), at(usual, item) / (known.length + 1)));
            return gainOf(countOf(some), some.length, p, width);
          },
        });
      }
    }
  }
  return out;
}

function gainOf(
  count: ReadonlyMap<number, number>,
  n: number,
  chance: (item: number) => number,
  width: number,
): number {
  let [nats, items] = [0, 0];
  for (const [item, k] of count) {
    if (k < AGAIN) continue;
    items++;
    const [f, p] = [k / n, chance(item)];
    if (f <= p) continue;
    nats += f * Math.log(f / p) + (f < 1 ? (1 - f) * Math.log((1 - f) / (1 - p)) : 0);
  }
  return nats - (items / 2) * (1 / n + width);
}

/** Bills by the bed, or at the counter. */
interface Side {
  readonly ward: boolean;
  /** Diagnosis → house → bills, in order. */
  readonly of: ReadonlyMap<number, ReadonlyMap<number, readonly HouseBill[]>>;
  readonly bills: number;
  readonly count: ReadonlyMap<number, number>;
  readonly houses: ReadonlyMap<
    number,
    { readonly bills: number; readonly count: ReadonlyMap<number, number> }
  >;
}

function sideOf(world: World, ward: boolean): Side {
  const { lines, settlements: s } = world;
  const of = new Map<number, Map<number, HouseBill[]>>();
  const seen = new Map<string, Set<number>>();
  const ofHouse = new Map<number, HouseBill[]>();
  for (let row = 0; row < s.count; row++) {
    if (s.cancelled[row] || !isWanted(world, row, ward)) continue;
    const own = lines.item.subarray(lines.start[row] ?? 0, lines.start[row + 1] ?? 0);
    if (own.length < SHORT) continue;
    const items = [...new Set(own)].sort((x, y) => x - y);
    if (items.length < SHORT) continue;
    const [diagnosis, house] = [s.diagnosis[row]!, s.institution[row]!];
    const people = at(seen, `${diagnosis}|${house}`, () => new Set<number>());
    if (people.has(s.patient[row]!)) continue;
    people.add(s.patient[row]!);
    const bill = { row, items };
    const houses = at(of, diagnosis, () => new Map<number, HouseBill[]>());
    at(houses, house, () => []).push(bill);
    at(ofHouse, house, () => []).push(bill);
  }
  const all = [...ofHouse.values()].flat();
  return {
    ward,
    of: new Map([...of].sort((x, y) => x[0] - y[0])),
    bills: all.length,
    count: countOf(all),
    houses: new Map(
      [...ofHouse].map(([h, bills]) => [h, { bills: bills.length, count: countOf(bills) }]),
    ),
  };
}

function isWanted(world: World, row: number, ward: boolean): boolean {
  const { class: kind, diagnosis, doctor, dialysis } = world.settlements;
  if (ward) return kind[row] === CLASS_INPATIENT && diagnosis[row]! >= 0;
  const counter = kind[row] === CLASS_OUTPATIENT || kind[row] === CLASS_CHRONIC;
  return counter && doctor[row]! >= 0 && !dialysis[row];
}

function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** How many bills have an item. */
export function countOf(bills: readonly HouseBill[]): Map<number, number> {
  const out = new Map<number, number>();
  for (const { items } of bills) for (const x of items) out.set(x, (out.get(x) ?? 0) + 1);
  return out;
}
