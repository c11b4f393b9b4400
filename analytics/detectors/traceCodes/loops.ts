import { DAY_S } from '../../model/time.js';
import type { World } from '../../projection/world.js';

/** One trace code that was settled more than once, what was returned or billed anew set aside. */
export interface Loop {
  readonly code: number;
  readonly lot: number;
  readonly item: number;
  /** Settlements in order of time. */
  readonly rows: readonly number[];
}

export interface TraceSales {
  /** Codes settled twice or more. */
  readonly loops: readonly Loop[];
  /** Sales by institution · lot, as `institution * lots + lot`. */
  readonly sales: ReadonlyMap<number, number>;
  readonly lots: number;
  readonly itemOfLot: Int32Array;
  /** Repeats by institution that only a bill written anew accounts for, with their settlements. */
  readonly rebilled: ReadonlyMap<number, readonly number[]>;
}

/**
 * Sales that stand: not cancelled, not returned (a return takes back the latest sale before it to the same
 * person at the same place), and one of those that the same person has at the same place within
 * `rebillDays`, which are one bill written again.
 */
export function traceSales(world: World, rebillDays: number): TraceSales {
  const { traces } = world;
  let lots = 1;
  for (const lot of traces.lot) lots = Math.max(lots, lot + 1);
  const itemOfLot = new Int32Array(lots).fill(-1);
  for (let i = 0; i < traces.count; i++) itemOfLot[traces.lot[i]!] = traces.item[i]!;
  const loops: Loop[] = [];
  const sales = new Map<number, number>();
  const rebilled = new Map<number, number[]>();
  for (let from = 0, to = 0; from < traces.count; from = to) {
    while (to < traces.count && traces.code[to] === traces.code[from]) to++;
    const stand = standing(world, from, to);
    const bills: number[] = [];
    for (const i of stand) {
      const again = bills.find(
        (j) =>
          traces.patient[j] === traces.patient[i] &&
          traces.institution[j] === traces.institution[i] &&
          traces.time[i]! - traces.time[j]! <= rebillDays * DAY_S,
      );
      if (again === undefined) bills.push(i);
      else push(rebilled, traces.institution[i]!, traces.settlement[i]!);
    }
    for (const i of bills) {
      const key = traces.institution[i]! * lots + traces.lot[i]!;
      sales.set(key, (sales.get(key) ?? 0) + 1);
    }
    if (bills.length >= 2)
      loops.push({
        code: traces.code[from]!,
        lot: traces.lot[bills[0]!]!,
        item: traces.item[bills[0]!]!,
        rows: bills.map((i) => traces.settlement[i]!),
      });
  }
  return { loops, sales, lots, itemOfLot, rebilled };
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

export function push<K>(map: Map<K, number[]>, key: K, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
