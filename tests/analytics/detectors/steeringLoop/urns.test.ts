import { describe, expect, it } from 'vitest';
import { logNegativeBinomialTail } from '../../../../analytics/algorithms/tails.js';
import { logUrnTail, type Urn } from '../../../../analytics/detectors/steeringLoop/urns.js';
import { createRng, type Rng } from '../../../../analytics/model/rng.js';

const tail = (urns: readonly Urn[], k: number, spread: number) =>
  Math.exp(logUrnTail(urns, k, spread));

/** Hits of all urns, each drawn from as Pólya does: a ball that is drawn comes back with one like it. */
function drawn(urns: readonly Urn[], rng: Rng): number {
  let hits = 0;
  for (const { draws, chance, ties } of urns)
    for (let n = 0, own = 0; n < draws; n++)
      if (rng.next() < (chance * ties + own) / (ties + n)) {
        own++;
        hits++;
      }
  return hits;
}

describe('logUrnTail', () => {
  it('is the tail of a thousand drawn worlds', () => {
    const rng = createRng(5);
    const urns = Array.from({ length: 12 }, (_, i) => ({
      ...{ draws: 1 + (i % 4), chance: 0.05 + 0.02 * i, ties: 0.5 + (i % 3) },
    }));
    const worlds = Array.from({ length: 20_000 }, () => drawn(urns, rng));
    for (const k of [1, 4, 8, 12, 16]) {
      const seen = worlds.filter((n) => n >= k).length / worlds.length;
      expect(Math.abs(tail(urns, k, 0) - seen)).toBeLessThan(0.012);
    }
  });

  it('is binomial for single draws without a spread', () => {
    const urns = Array.from({ length: 5 }, () => ({ draws: 1, chance: 0.3, ties: 1 }));
    expect(tail(urns, 5, 0)).toBeCloseTo(0.3 ** 5, 12);
    expect(tail(urns, 1, 0)).toBeCloseTo(1 - 0.7 ** 5, 12);
    expect(tail(urns, 0, 0)).toBe(1);
    expect(tail(urns, 6, 0)).toBeLessThan(1e-200);
  });

  it('nears the negative binomial where chances are small', () => {
    const urns = Array.from({ length: 4000 }, () => ({ draws: 1, chance: 0.001, ties: 1 }));
    for (const k of [4, 10, 16])
      expect(logUrnTail(urns, k, 0.1)).toBeCloseTo(logNegativeBinomialTail(k, 4, 10), 1);
  });

  it('lets habit explain that one person always goes to one place', () => {
    const tied = [{ draws: 10, chance: 0.1, ties: 0.5 }];
    const free = [{ draws: 10, chance: 0.1, ties: 500 }];
    expect(tail(tied, 10, 0)).toBeGreaterThan(0.01);
    expect(tail(free, 10, 0)).toBeLessThan(1e-8);
  });

  it('takes a chance of one for what it is', () => {
    expect(tail([{ draws: 3, chance: 1, ties: 1 }], 3, 0.1)).toBeGreaterThan(0.999);
  });
});
