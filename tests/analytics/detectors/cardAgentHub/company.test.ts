import { describe, expect, it } from 'vitest';
import { logNegativeBinomialTail } from '../../../../analytics/algorithms/tails.js';
import {
  companyTail,
  joinedBy,
  type PlaceUse,
} from '../../../../analytics/detectors/cardAgentHub/company.js';
import { createRng, type Rng } from '../../../../analytics/model/rng.js';

/** Everybody on days of his own, of `open` days: times that one joined another, and the place. */
function alone(rng: Rng, days: readonly number[], open: number): [number, PlaceUse] {
  const on = new Set<number>();
  for (const n of days) {
    const own = new Set<number>();
    while (own.size < n) own.add(rng.int(open));
    for (const day of own) on.add(day);
  }
  const visits = days.reduce((x, y) => x + y, 0);
  return [visits - on.size, { share: 1 / open, days }];
}

describe('company at a place', () => {
  it('expects what people who come on days of their own show, few or many', () => {
    const rng = createRng(7);
    for (const [days, open] of [
      [[2, 3, 1], 30],
      [Array(9).fill(16), 96],
      [[40, 30, 25, 3], 60],
    ] as Array<[number[], number]>) {
      let sum = 0;
      for (let n = 0; n < 4000; n++) sum += alone(rng, days, open)[0];
      const [, place] = alone(rng, days, open);
      expect(joinedBy([place], 1) / (sum / 4000)).toBeGreaterThan(0.95);
      expect(joinedBy([place], 1) / (sum / 4000)).toBeLessThan(1.1);
    }
  });

  it('rejects honest people no more often than it says', () => {
    const rng = createRng(8);
    for (const days of [Array(9).fill(16), Array(5).fill(3)] as number[][]) {
      let rejected = 0;
      for (let n = 0; n < 2000; n++) {
        const [joined, place] = alone(rng, days, 96);
        if (companyTail(joined, [place], 1e9) <= 0.05) rejected++;
      }
      expect(rejected / 2000).toBeLessThan(0.055);
    }
  });

  it('is the negative binomial of the pairs where visits are few', () => {
    const place = { share: 1 / 3000, days: [5, 6, 4, 7] };
    const pairs = (22 ** 2 - (25 + 36 + 16 + 49)) / 2 / 3000;
    for (const joined of [1, 2]) {
      const known = Math.exp(logNegativeBinomialTail(joined, pairs, 3));
      expect(companyTail(joined, [place], 3) / known).toBeGreaterThan(0.85);
      expect(companyTail(joined, [place], 3) / known).toBeLessThan(1.02);
    }
  });

  it('tells cards that always come together though most days are theirs', () => {
    // Nine cards, sixteen days each: on days of their own they would join each other 72 times of 129.
    const place = { share: 1 / 96, days: Array(9).fill(16) as number[] };
    expect(companyTail(118, [place], 8)).toBeLessThan(1e-4);
    expect(companyTail(80, [place], 8)).toBeGreaterThan(0.1);
  });

  it('cannot have more than all', () => {
    const place = { share: 1 / 96, days: [4, 4] };
    expect(joinedBy([place], 1e9)).toBe(4);
    expect(companyTail(0, [place], 1)).toBe(1);
  });
});
