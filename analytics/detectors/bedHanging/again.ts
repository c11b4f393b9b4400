import { logNegativeBinomialTail } from '../../algorithms/tails.js';
import type { Clash, Stay } from './clashes.js';

/** Stays of one hospital in which the patient was seen elsewhere more than once. */
export interface Again {
  readonly stays: number;
  readonly expected: number;
  readonly p: number;
}

/** Stays with a second visit, and the exposure that they are worth, before looking at any. */
const PRIOR = { stays: 1, exposure: 5 };
/** Exposure of a stay that habit does not give: a cause, once there, may come twice. */
const BESIDES = 0.1;
/** Overdispersion φ of honest hospitals in this share. */
const SPREAD = 0.15;

/** Seen on two days, or at two places. */
export function isAgain(stay: Stay, counts: (c: Clash) => boolean): boolean {
  const seen = stay.clashes.filter(counts);
  return seen.some((c) => c.day !== seen[0]!.day || c.place !== seen[0]!.place);
}

/**
 * Of the stays with a clash, how many have a second one? A wrong date puts one visit into a stay; who lives at home goes out
 * as usual, again and again. Given the number of stays with a clash, whatever makes a house have many of them cancels.
 *
 * Formula: k ~ negative binomial of mean r·Σ(e + `BESIDES`) over the hospital's stays with a clash, e the visits
 * that habit would put on a stay, r the rate of the other hospitals; variance mean + (φ + 1/events of the others)·mean².
 */
export function againTests(
  hospitals: ReadonlyArray<{ readonly stays: readonly Stay[] }>,
  counts: (c: Clash) => boolean,
): Again[] {
  const own = hospitals.map(({ stays }) => {
    const seen = stays.filter((x) => x.clashes.some(counts));
    return {
      stays: seen.filter((x) => isAgain(x, counts)).length,
      exposure: seen.reduce((sum, x) => sum + x.exposure + BESIDES, 0),
    };
  });
  const all = own.reduce(
    (sum, x) => ({ stays: sum.stays + x.stays, exposure: sum.exposure + x.exposure }),
    PRIOR,
  );
  return own.map((x) => {
    const events = all.stays - x.stays;
    const expected = (events / (all.exposure - x.exposure)) * x.exposure;
    const size = 1 / (SPREAD + 1 / events);
    const p = x.stays === 0 ? 1 : Math.exp(logNegativeBinomialTail(x.stays, expected, size));
    return { stays: x.stays, expected, p };
  });
}
