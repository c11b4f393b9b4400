import { describe, expect, it } from 'vitest';
import { exceedanceTail } from '../../../analytics/algorithms/exceedance.js';
import { createRng } from '../../../analytics/model/rng.js';

const exponential = (n: number, seed: number) => {
  const rng = createRng(seed);
  return Float64Array.from({ length: n }, () => -Math.log(1 - rng.next()));
};

describe('the tail of one unit among many', () => {
  it('is that of the law where the law is known', () => {
    const tail = exceedanceTail(exponential(40_000, 1))!;
    for (const x of [1, 3, 6, 9]) expect(Math.log(tail(x)) / -x).toBeCloseTo(1, x > 5 ? 0 : 1);
  });

  it('falls, is never 0 and never above 1', () => {
    const tail = exceedanceTail(exponential(500, 2))!;
    let before = 1;
    for (let x = 0; x < 30; x += 0.05) {
      const p = tail(x);
      expect(p).toBeLessThanOrEqual(before + 1e-12);
      expect(p).toBeGreaterThan(0);
      before = p;
    }
  });

  it('rejects the best of an honest sample no more often than it says', () => {
    let rejected = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const sample = exponential(600, seed);
      const best = sample.reduce((x, y) => Math.max(x, y));
      if (600 * exceedanceTail(sample)!(best) <= 0.05) rejected++;
    }
    // 20 expected; three standard deviations are 13.
    expect(rejected).toBeLessThan(33);
  });

  it('believes no light tail', () => {
    const rng = createRng(3);
    const bounded = Float64Array.from({ length: 2000 }, () => rng.next());
    expect(exceedanceTail(bounded)!(1.2)).toBeGreaterThan(1e-6);
  });

  it('says nothing of few', () => {
    expect(exceedanceTail(exponential(199, 4))).toBeUndefined();
  });
});
