import { testPeers } from '../../algorithms/peerCounts.js';
import type { World } from '../../projection/world.js';
import type { Loop, TraceSales } from './loops.js';

/** One institution’s repeats against what its lots, its drugs and all codes would show elsewhere. */
export interface Site {
  readonly institution: number;
  readonly loops: readonly Loop[];
  /** Loops but of lots that repeat at more than `BATCH_PLACES` institutions; all where no other is. */
  readonly own: readonly Loop[];
  /** Its sales of codes that had been sold before, here or elsewhere; at most one for each bill. */
  readonly repeats: number;
  readonly sales: number;
  /** Repeats expected of its lots, and of as many codes of any lot. */
  readonly expected: number;
  readonly expectedOfAny: number;
  /** ln of the tail of the repeats by lots; and with only one explanation, or none, taken away. */
  readonly logP: number;
  readonly logPByLot: number;
  readonly logPRebilled: number;
  readonly logPNaive: number;
  readonly rebilled: number;
}

/** Sales that a lot’s rate is shrunk to its drug’s with, and a drug’s to the general one. */
const LOT_PRIOR = 50;
const DRUG_PRIOR = 1000;
/** A lot whose codes repeat at more institutions has a few codes for all its packs: it ties nobody to anybody. */
const BATCH_PLACES = 5;
/**
 * Expectations are counts already; sites scan with more or less care. Hardly any honest site repeats a code at
 * all: a few that are full of repeats must not hide each other.
 */
const HONEST = { prior: 1, priorExposure: 5, spread: 0.3, aside: 0.25 };

/**
 * Every institution with traced sales. The rates that judge it are taken without the codes that it
 * sold itself, so that a ring is not its own null; a lot whose maker printed codes twice has repeats at
 * sites that have nothing to do with each other.
 */
export function traceSites(world: World, traced: TraceSales): Site[] {
  const { loops, sales, lots } = traced;
  const institutionOf = (row: number) => world.settlements.institution[row]!;
  const soldLot = new Float64Array(lots);
  const soldItem = new Map<number, number>();
  const soldBy = new Map<number, Array<[lot: number, sold: number]>>();
  let sold = 0;
  for (const [key, n] of sales) {
    const lot = key % lots;
    const institution = Math.floor(key / lots);
    soldLot[lot]! += n;
    add(soldItem, traced.itemOfLot[lot]!, n);
    sold += n;
    const list = soldBy.get(institution);
    if (list) list.push([lot, n]);
    else soldBy.set(institution, [[lot, n]]);
  }
  const repeatsLot = new Float64Array(lots);
  const repeatsItem = new Map<number, number>();
  let repeats = 0;
  const loopsAt = new Map<number, Loop[]>();
  const placesOfLot = new Map<number, Set<number>>();
  for (const loop of loops) {
    // Who sells a pack first has done nothing yet: the others have to explain themselves.
    const again = loop.rows.length - 1;
    repeatsLot[loop.lot]! += again;
    add(repeatsItem, loop.item, again);
    repeats += again;
    const ofLot = placesOfLot.get(loop.lot) ?? new Set<number>();
    placesOfLot.set(loop.lot, ofLot);
    for (const h of new Set(loop.rows.map(institutionOf))) {
      ofLot.add(h);
      const list = loopsAt.get(h);
      if (list) list.push(loop);
      else loopsAt.set(h, [loop]);
    }
  }
  const made = [...soldBy].sort((x, y) => x[0] - y[0]);
  const plain = made.map(([institution, byLot]) => {
    const mine = loopsAt.get(institution) ?? [];
    const takenLot = new Map<number, number>();
    const takenItem = new Map<number, number>();
    let taken = 0;
    let count = 0;
    const bills = new Set<number>();
    for (const loop of mine) {
      add(takenLot, loop.lot, loop.rows.length - 1);
      add(takenItem, loop.item, loop.rows.length - 1);
      taken += loop.rows.length - 1;
      const here = loop.rows.slice(1).filter((r) => institutionOf(r) === institution);
      for (const row of here) bills.add(row);
      count += here.length;
    }
    const mineSold = byLot.reduce((sum, [, n]) => sum + n, 0);
    const any = (repeats - taken + 1) / (sold - mineSold + DRUG_PRIOR);
    let expected = 0;
    for (const [lot, n] of byLot) {
      const item = traced.itemOfLot[lot]!;
      const drug =
        ((repeatsItem.get(item) ?? 0) - (takenItem.get(item) ?? 0) + DRUG_PRIOR * any) /
        ((soldItem.get(item) ?? 0) + DRUG_PRIOR);
      // Of the codes sold elsewhere those with a twin here were taken out as well.
      const elsewhere = Math.max(0.1, 1 - n / soldLot[lot]!);
      const rate =
        ((repeatsLot[lot]! - (takenLot.get(lot) ?? 0)) / elsewhere + LOT_PRIOR * drug) /
        (soldLot[lot]! - n + LOT_PRIOR);
      expected += n * Math.min(1, rate);
    }
    const unexplained = mine.filter((l) => placesOfLot.get(l.lot)!.size <= BATCH_PLACES);
    const again = traced.rebilled.get(institution)?.length ?? 0;
    return {
      institution,
      loops: mine,
      own: unexplained.length > 0 ? unexplained : mine,
      // A bill entered for somebody else brings all its packs along: it is one mistake.
      repeats: Math.min(count, bills.size),
      sales: mineSold,
      expected,
      expectedOfAny: mineSold * Math.min(1, any),
      rebilled: again,
    };
  });
  const test = (
    k: (s: (typeof plain)[number]) => number,
    e: (s: (typeof plain)[number]) => number,
  ) =>
    testPeers(
      plain.map((s) => ({ k: k(s), exposure: e(s), stratum: 0 })),
      HONEST,
    );
  type Plain = (typeof plain)[number];
  const repeatsOf = (s: Plain) => s.repeats;
  const withBills = (s: Plain) => s.repeats + s.rebilled;
  const ofLots = (s: Plain) => s.expected;
  const ofAny = (s: Plain) => s.expectedOfAny;
  const both = test(repeatsOf, ofLots);
  const byLot = test(withBills, ofLots).logP;
  const byBills = test(repeatsOf, ofAny).logP;
  const naive = test(withBills, ofAny).logP;
  return plain.map((s, i) => ({
    ...s,
    expected: both.expected[i]!,
    logP: both.logP[i]!,
    logPByLot: byLot[i]!,
    logPRebilled: byBills[i]!,
    logPNaive: naive[i]!,
  }));
}

function add<K>(map: Map<K, number>, key: K, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}
