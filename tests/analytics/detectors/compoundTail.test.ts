import { describe, expect, it } from 'vitest';
import { compoundTail } from '../../../analytics/detectors/inventory/compoundTail.js';
import { createRng } from '../../../analytics/model/rng.js';

describe('compoundTail', () => {
  it('is the chance of any event where the smallest is seen', () => {
    const law = { mean: 0.3, spread: 2 };
    expect(compoundTail(0, 0, law)).toBe(1);
    expect(compoundTail(1, 0, law)).toBeCloseTo(1 - (1 + 2 * 0.3) ** -0.5, 9);
  });

  it('rejects as often as it says where numbers differ and sizes are exponential', () => {
    const rng = createRng(7);
    const law = { mean: 0.8, spread: 2 };
    const ratio = (law.spread * law.mean) / (1 + law.spread * law.mean);
    let [hits, worlds] = [0, 0];
    for (; worlds < 20_000; worlds++) {
      // Negative binomial by inversion.
      let [k, mass, u] = [0, (1 - ratio) ** (1 / law.spread), rng.next()];
      for (; u > mass && k < 200; k++) {
        u -= mass;
        mass *= ((k + 1 / law.spread) / (k + 1)) * ratio;
      }
      let sizes = 0;
      for (let i = 0; i < k; i++) sizes -= Math.log(1 - rng.next());
      if (compoundTail(k, sizes, law) <= 0.05) hits++;
    }
    expect(hits / worlds).toBeGreaterThan(0.044);
    expect(hits / worlds).toBeLessThan(0.056);
  });

  it('counts both more events and larger ones', () => {
    const law = { mean: 0.1, spread: 4 };
    expect(compoundTail(3, 30, law)).toBeLessThan(compoundTail(3, 3, law) / 1e6);
    expect(compoundTail(7, 3, law)).toBeLessThan(compoundTail(3, 3, law) / 10);
  });
});
