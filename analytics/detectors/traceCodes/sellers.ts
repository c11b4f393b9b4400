import { testPeers } from '../../algorithms/peerCounts.js';
import { push } from '../../model/multimap.js';
import type { World } from '../../projection/world.js';
import { type Loop, soldByLot, type TraceSales } from './loops.js';
import { lotRates, take, taken } from './rates.js';

/** One pack that somebody bought and that was sold anew elsewhere, to somebody else. */
export interface Pass {
  readonly loop: Loop;
  /** The settlement that bought it and the next one. */
  readonly from: number;
  readonly to: number;
}

/** One card’s packs that were settled again, against what their lots show in other hands. */
export interface Seller {
  readonly patient: number;
  readonly passes: readonly Pass[];
  /** Passes but of batches with a few codes; all where no other is. */
  readonly own: readonly Pass[];
  /** Packs passed on; at most one for each later bill, which may have been entered for the wrong person. */
  readonly passed: number;
  readonly expected: number;
  /** ln P(so many or more). */
  readonly logP: number;
}

/** Honest people hardly ever pass a pack on; some have more bad lots in their cabinets than others. */
const HONEST = { prior: 1, priorExposure: 5, spread: 0.3, aside: 0.25 };
/** Expectations that differ by less are one: a county’s buyers are as many laws otherwise. */
const STEP = 1.1;

/**
 * Everybody who bought traced packs. A code that a maker printed twice, a carton’s code read for each pack or a bill
 * entered twice meets packs of anybody; packs that are bought to be sold come from few hands, however thinly they are spread
 * over the pharmacies that sell them once more. Only what went from one place to another and from one person to
 * another counts: a code that stays at its place tells of that place.
 */
export function traceSellers(world: World, traced: TraceSales): Seller[] {
  const repeated = taken();
  const passesOf = new Map<number, Pass[]>();
  for (const loop of traced.loops) {
    const passes = passesIn(world, loop);
    take(repeated, loop, passes.length);
    for (const pass of passes) push(passesOf, world.settlements.patient[pass.from]!, pass);
  }
  const rates = lotRates(traced, repeated);
  const plain = soldByLot(traced.bills.patient, traced).map(([patient, byLot]) => {
    const passes = passesOf.get(patient) ?? [];
    const own = taken();
    for (const { loop } of passes) take(own, loop, 1);
    return {
      patient,
      passes,
      passed: Math.min(
        new Set(passes.map((x) => x.to)).size,
        new Set(passes.map((x) => x.loop.code)).size,
      ),
      exposure: STEP ** Math.ceil(Math.log(rates.expected(byLot, own)) / Math.log(STEP)),
    };
  });
  const test = testPeers(
    plain.map((s) => ({ k: s.passed, exposure: s.exposure, stratum: 0 })),
    HONEST,
  );
  return plain.map(({ patient, passes, passed }, i) => ({
    ...{ patient, passes, passed },
    own: unexplained(passes),
    expected: test.expected[i]!,
    logP: test.logP[i]!,
  }));
}

function unexplained(passes: readonly Pass[]): readonly Pass[] {
  const own = passes.filter((x) => !x.loop.ofBatch);
  return own.length > 0 ? own : passes;
}

/** Every way of a pack from one place and person to another. */
export function passesIn(world: World, loop: Loop): Pass[] {
  const { patient, institution } = world.settlements;
  return loop.rows.slice(1).flatMap((to, k) => {
    const from = loop.rows[k]!;
    const went = patient[from] !== patient[to] && institution[from] !== institution[to];
    return went ? [{ loop, from, to }] : [];
  });
}
