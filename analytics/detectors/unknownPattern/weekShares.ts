import type { Purchases } from './purchases.js';

/** Entries that an institution's, or a drug's, weeks are shrunk to everybody's with. */
const PRIOR = 20;

/**
 * How much of an institution × drug's purchases usually falls into each week: how busy the institution was that week
 * with everything else, times how much of the drug was bought that week everywhere else. A cold season, a
 * holiday, a discount week are in it; that some drug was bought by these people in this week is not, since the
 * week's own purchases are left out: a ring that is most of a drug's custom must not be its own habit.
 */
export interface WeekShares {
  /** Purchases of the pair that usually fall into the week. */
  expected(pair: number, institution: number, drug: number, week: number): number;
}

/** Purchases by pair · weeks + week, into `cells`. */
export function countCells({ count, pair, weeks }: Purchases, week: Int32Array, cells: Int32Array) {
  cells.fill(0);
  for (let e = 0; e < count; e++) cells[pair[e]! * weeks + week[e]!]!++;
}

/** `cells` is `countCells` of the same weeks. */
export function weekShares(purchases: Purchases, week: Int32Array, cells: Int32Array): WeekShares {
  const { count, institution, drug, weeks, sizes, ofPair } = purchases;
  const [, places, drugs] = sizes;
  const byPlace = new Int32Array(places * weeks);
  const byDrug = new Int32Array(drugs * weeks);
  const ofPlace = new Int32Array(places);
  const ofDrug = new Int32Array(drugs);
  const all = new Float64Array(weeks);
  for (let e = 0; e < count; e++) {
    const w = week[e]!;
    const h = institution[e]!;
    const d = drug[e]!;
    byPlace[h * weeks + w]!++;
    byDrug[d * weeks + w]!++;
    ofPlace[h]!++;
    ofDrug[d]!++;
    all[w]!++;
  }
  for (let w = 0; w < weeks; w++) all[w]! /= Math.max(1, count);
  return {
    expected(pair, h, d, w) {
      const share = all[w]!;
      if (share === 0) return 0;
      const own = cells[pair * weeks + w]!;
      const n = ofPair[pair]!;
      // Against everybody's week, so that the season counts once.
      const relative = (here: number, total: number) =>
        (here - own + PRIOR * share) / ((total - n + PRIOR) * share);
      return (
        n *
        share *
        relative(byPlace[h * weeks + w]!, ofPlace[h]!) *
        relative(byDrug[d * weeks + w]!, ofDrug[d]!)
      );
    },
  };
}
