import type { Loop, TraceSales } from './loops.js';

/** What some codes were settled again, as counts by lot and drug; and what of it one unit takes no part in judging. */
export interface Taken {
  readonly lot: Map<number, number>;
  readonly item: Map<number, number>;
  all: number;
}

export interface LotRates {
  /** Repeats expected of so many sales by lot where the unit’s own loops and sales tell nothing. */
  expected(byLot: Iterable<readonly [lot: number, sold: number]>, own: Taken): number;
  /** Repeats for each sale of any lot, as seen without the unit. */
  ofAny(sold: number, own: Taken): number;
}

/** Sales that a lot’s rate is shrunk to its drug’s with, and a drug’s to the general one. */
const LOT_PRIOR = 50;
const DRUG_PRIOR = 1000;

export const taken = (): Taken => ({ lot: new Map(), item: new Map(), all: 0 });

export function take(into: Taken, loop: Loop, repeats: number): void {
  add(into.lot, loop.lot, repeats);
  add(into.item, loop.item, repeats);
  into.all += repeats;
}

/**
 * How often codes are settled again, by lot, shrunk to the drug and to all; `repeated` are the repeats of all loops. A unit
 * is judged by what others show, so that a ring is not its own null: a lot whose maker printed codes twice has
 * repeats at places that have nothing to do with each other.
 */
export function lotRates(traced: TraceSales, repeated: Taken): LotRates {
  const { bills, lots, itemOfLot } = traced;
  const soldLot = new Float64Array(lots);
  const soldItem = new Map<number, number>();
  for (let b = 0; b < bills.count; b++) soldLot[bills.lot[b]!]!++;
  for (let lot = 0; lot < lots; lot++)
    if (soldLot[lot]! > 0) add(soldItem, itemOfLot[lot]!, soldLot[lot]!);
  const ofAny = (sold: number, own: Taken) =>
    (repeated.all - own.all + 1) / (bills.count - sold + DRUG_PRIOR);
  return {
    ofAny,
    expected(byLot, own) {
      let all = 0;
      for (const [, n] of byLot) all += n;
      const any = ofAny(all, own);
      let expected = 0;
      for (const [lot, n] of byLot) {
        const item = itemOfLot[lot]!;
        const drug =
          ((repeated.item.get(item) ?? 0) - (own.item.get(item) ?? 0) + DRUG_PRIOR * any) /
          ((soldItem.get(item) ?? 0) + DRUG_PRIOR);
        // Of the codes sold elsewhere those with a twin here were taken out as well.
        const elsewhere = Math.max(0.1, 1 - n / soldLot[lot]!);
        const rate =
          (((repeated.lot.get(lot) ?? 0) - (own.lot.get(lot) ?? 0)) / elsewhere +
            LOT_PRIOR * drug) /
          (soldLot[lot]! - n + LOT_PRIOR);
        expected += n * Math.min(1, rate);
      }
      return expected;
    },
  };
}

function add(map: Map<number, number>, key: number, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}
