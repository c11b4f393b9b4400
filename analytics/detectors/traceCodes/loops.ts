import { push } from '../../model/multimap.js';
import { DAY_S } from '../../model/time.js';
import type { World } from '../../projection/world.js';
import { partsOfPacks } from './parts.js';

/** One trace code that was settled more than once, what was returned or billed anew set aside. */
export interface Loop {
  readonly code: number;
  readonly lot: number;
  readonly item: number;
  /** Settlements in order of time. */
  readonly rows: readonly number[];
  /** Of a lot whose codes repeat at more than `BATCH_PLACES` institutions. */
  readonly ofBatch: boolean;
}

/** A lot whose codes repeat at more institutions has a few codes for all its packs: it ties nobody to anybody. */
const BATCH_PLACES = 5;

/** A code that stands for so many drugs, none of them for most of its sales, is on no pack. */
const STAND_IN_DRUGS = 3;

export interface TraceSales {
  /** Codes settled twice or more. */
  readonly loops: readonly Loop[];
  /** Every sale that stands, of whatever code. */
  readonly bills: Bills;
  readonly lots: number;
  readonly itemOfLot: Int32Array;
  /** Repeats by institution that only a bill written anew accounts for, with their settlements. */
  readonly rebilled: ReadonlyMap<number, readonly number[]>;
  /** And those that are further parts of one pack. */
  readonly parts: ReadonlyMap<number, readonly number[]>;
  /** And the sales of codes that are on no pack: a vendor’s sample, a card beside the scanner. */
  readonly standIns: ReadonlyMap<number, readonly number[]>;
}

export interface Bills {
  readonly count: number;
  readonly institution: Int32Array;
  readonly patient: Int32Array;
  readonly lot: Int32Array;
}

/**
 * Sales that stand: not cancelled, not returned (a return takes back the latest sale before it to the same
 * person at the same place), and one of those that the same person has at the same place within
 * `rebillDays`, which are one bill written again, and one of those by which a place handed out one pack by parts. Codes
 * that are on no pack are left out.
 */
export function traceSales(world: World, rebillDays: number): TraceSales {
  const { traces } = world;
  let lots = 1;
  for (const lot of traces.lot) lots = Math.max(lots, lot + 1);
  const itemOfLot = new Int32Array(lots).fill(-1);
  for (let i = 0; i < traces.count; i++) itemOfLot[traces.lot[i]!] = traces.item[i]!;
  const loops: Array<Omit<Loop, 'ofBatch'>> = [];
  const placesOfLot = new Map<number, Set<number>>();
  const kept = new Int32Array(traces.count);
  let count = 0;
  const rebilled = new Map<number, number[]>();
  const parts = new Map<number, number[]>();
  const standIns = new Map<number, number[]>();
  const ofOnePack = partsOfPacks(world);
  for (let from = 0, to = 0; from < traces.count; from = to) {
    while (to < traces.count && traces.code[to] === traces.code[from]) to++;
    const stand = standing(world, from, to);
    if (isStandIn(world, stand)) {
      for (const i of stand) push(standIns, traces.institution[i]!, traces.settlement[i]!);
      continue;
    }
    const written: number[] = [];
    for (const i of stand) {
      const again = written.find(
        (j) =>
          traces.patient[j] === traces.patient[i] &&
          traces.institution[j] === traces.institution[i] &&
          traces.time[i]! - traces.time[j]! <= rebillDays * DAY_S,
      );
      if (again === undefined) written.push(i);
      else push(rebilled, traces.institution[i]!, traces.settlement[i]!);
    }
    const bills = written.filter((i) => {
      const here = written.filter((j) => traces.institution[j] === traces.institution[i]);
      if (here[0] === i || !ofOnePack(here)) return true;
      push(parts, traces.institution[i]!, traces.settlement[i]!);
      return false;
    });
    for (const i of bills) kept[count++] = i;
    if (bills.length < 2) continue;
    const lot = traces.lot[bills[0]!]!;
    const places = placesOfLot.get(lot) ?? new Set<number>();
    placesOfLot.set(lot, places);
    for (const i of bills) places.add(traces.institution[i]!);
    loops.push({
      code: traces.code[from]!,
      lot,
      item: traces.item[bills[0]!]!,
      rows: bills.map((i) => traces.settlement[i]!),
    });
  }
  const of = (column: Int32Array) => kept.subarray(0, count).map((i) => column[i]!);
  const bills = {
    count,
    institution: of(traces.institution),
    patient: of(traces.patient),
    lot: of(traces.lot),
  };
  return {
    loops: loops.map((l) => ({ ...l, ofBatch: placesOfLot.get(l.lot)!.size > BATCH_PLACES })),
    ...{ bills, lots, itemOfLot, rebilled, parts, standIns },
  };
}

/** Whether a code was scanned for whatever was sold: a trace code names its drug, and a pack is of one. */
function isStandIn({ traces }: World, sales: readonly number[]): boolean {
  const ofDrug = new Map<number, number>();
  for (const i of sales)
    if (traces.item[i]! >= 0) ofDrug.set(traces.item[i]!, (ofDrug.get(traces.item[i]!) ?? 0) + 1);
  return ofDrug.size >= STAND_IN_DRUGS && 2 * Math.max(...ofDrug.values()) <= sales.length;
}

/** Sales that stand of every institution or patient, by lot; in order of whose they are. */
export function soldByLot(
  whose: Int32Array,
  { bills, lots }: TraceSales,
): Array<[unit: number, byLot: Array<[lot: number, sold: number]>]> {
  const keys = new Float64Array(bills.count);
  for (let b = 0; b < bills.count; b++) keys[b] = whose[b]! * lots + bills.lot[b]!;
  keys.sort();
  const out: Array<[number, Array<[number, number]>]> = [];
  for (let from = 0, to = 0; from < keys.length; from = to) {
    const key = keys[from]!;
    while (to < keys.length && keys[to] === key) to++;
    const unit = Math.floor(key / lots);
    if (out.at(-1)?.[0] !== unit) out.push([unit, []]);
    out.at(-1)![1].push([key % lots, to - from]);
  }
  return out;
}

function standing(world: World, from: number, to: number): number[] {
  const { traces, settlements } = world;
  const out: number[] = [];
  for (let i = from; i < to; i++) {
    const row = traces.settlement[i]!;
    if (traces.sign[i]! > 0) {
      if (row >= 0 && !settlements.cancelled[row]) out.push(i);
      continue;
    }
    for (let k = out.length - 1; k >= 0; k--) {
      const same =
        traces.patient[out[k]!] === traces.patient[i] &&
        traces.institution[out[k]!] === traces.institution[i];
      if (same) {
        out.splice(k, 1);
        break;
      }
    }
  }
  return out;
}
