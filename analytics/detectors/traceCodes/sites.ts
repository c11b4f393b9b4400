import { testPeers } from '../../algorithms/peerCounts.js';
import { push } from '../../model/multimap.js';
import type { World } from '../../projection/world.js';
import { type Loop, soldByLot, type TraceSales } from './loops.js';
import { lotRates, take, taken } from './rates.js';

/** One institution’s repeats against what its lots, its drugs and all codes would show elsewhere. */
export interface Site {
  readonly institution: number;
  readonly loops: readonly Loop[];
  /** Loops but of batches with a few codes; all where no other is. */
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
  readonly logPParts: number;
  readonly logPStandIns: number;
  readonly logPNaive: number;
  readonly rebilled: number;
  /** Further sales of parts of one pack. */
  readonly parts: number;
  /** Sales of codes that are on no pack. */
  readonly standIns: number;
}

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
  const institutionOf = (row: number) => world.settlements.institution[row]!;
  const repeated = taken();
  const loopsAt = new Map<number, Loop[]>();
  for (const loop of traced.loops) {
    // Who sells a pack first has done nothing yet: the others have to explain themselves.
    take(repeated, loop, loop.rows.length - 1);
    for (const h of new Set(loop.rows.map(institutionOf))) push(loopsAt, h, loop);
  }
  const rates = lotRates(traced, repeated);
  const plain = soldByLot(traced.bills.institution, traced).map(([institution, byLot]) => {
    const mine = loopsAt.get(institution) ?? [];
    const own = taken();
    let count = 0;
    const bills = new Set<number>();
    for (const loop of mine) {
      take(own, loop, loop.rows.length - 1);
      const here = loop.rows.slice(1).filter((r) => institutionOf(r) === institution);
      for (const row of here) bills.add(row);
      count += here.length;
    }
    const sales = byLot.reduce((sum, [, n]) => sum + n, 0);
    const unexplained = mine.filter((l) => !l.ofBatch);
    return {
      institution,
      loops: mine,
      own: unexplained.length > 0 ? unexplained : mine,
      // A bill entered for somebody else brings all its packs along: it is one mistake.
      repeats: Math.min(count, bills.size),
      sales,
      expected: rates.expected(byLot, own),
      expectedOfAny: sales * Math.min(1, rates.ofAny(sales, own)),
      rebilled: traced.rebilled.get(institution)?.length ?? 0,
      parts: traced.parts.get(institution)?.length ?? 0,
      standIns: traced.standIns.get(institution)?.length ?? 0,
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
  const ofLots = (s: Plain) => s.expected;
  const ofAny = (s: Plain) => s.expectedOfAny;
  const both = test((s) => s.repeats, ofLots);
  const all = (s: Plain) => s.repeats + s.rebilled + s.parts + s.standIns;
  const byLot = test(all, ofLots).logP;
  const byBills = test((s) => all(s) - s.rebilled, ofAny).logP;
  const byParts = test((s) => all(s) - s.parts, ofAny).logP;
  const byStandIns = test((s) => all(s) - s.standIns, ofAny).logP;
  const naive = test(all, ofAny).logP;
  return plain.map((s, i) => ({
    ...s,
    expected: both.expected[i]!,
    logP: both.logP[i]!,
    logPByLot: byLot[i]!,
    logPRebilled: byBills[i]!,
    logPParts: byParts[i]!,
    logPStandIns: byStandIns[i]!,
    logPNaive: naive[i]!,
  }));
}
