import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  logChi2Tail,
  logChoose,
  logGamma,
  logNormalTail,
} from '../../../analytics/algorithms/gamma.js';
import {
  logGroupedPoissonBinomialTail,
  logPoissonBinomialTail,
} from '../../../analytics/algorithms/poissonBinomial.js';
import {
  logBinomialTail,
  logNegativeBinomialTail,
  logPoissonTail,
} from '../../../analytics/algorithms/tails.js';
import { close } from './close.js';

describe('special functions', () => {
  it('ln Γ matches factorials and Γ(½) = √π', () => {
    let f = 0;
    for (let n = 1; n < 170; n++) {
      close(logGamma(n), f, 1e-12);
      f += Math.log(n);
    }
    close(logGamma(0.5), Math.log(Math.sqrt(Math.PI)), 1e-12);
  });
  it('normal and χ² tails match printed values', () => {
    close(Math.exp(logNormalTail(1.959963984540054)), 0.025, 1e-9);
    close(Math.exp(logNormalTail(-1)), 0.8413447460685429, 1e-9);
    close(logNormalTail(40), -804.608442013754, 1e-9); // R: pnorm(40, lower = FALSE, log = TRUE)
    close(Math.exp(logChi2Tail(3.841458820694124, 1)), 0.05, 1e-9);
    close(Math.exp(logChi2Tail(18.307038053275146, 10)), 0.05, 1e-9);
  });
});

describe('count tails equal direct sums', () => {
  const direct = (mass: (j: number) => number, from: number, to: number) => {
    let sum = 0;
    for (let j = to; j >= from; j--) sum += mass(j);
    return sum;
  };
  it('Poisson', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 60, noNaN: true }), fc.nat(90), (mean, k) => {
        const mass = (j: number) => Math.exp(j * Math.log(mean) - mean - logGamma(j + 1));
        close(Math.exp(logPoissonTail(k, mean)), direct(mass, k, 400), 1e-9);
      }),
    );
    // Far below the smallest double: ln P(X ≥ 400), mean 1, dominated by its first term.
    const first = -1 - logGamma(401);
    close(logPoissonTail(400, 1), first + Math.log(1 + (1 + (1 + 1 / 403) / 402) / 401), 1e-11);
    close(Math.exp(logPoissonTail(1_000_000, 1_000_000)), 0.500133, 1e-5);
  });
  it('binomial', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.nat(60),
        (n, p, k) => {
          const mass = (j: number) =>
            Math.exp(logChoose(n, j) + j * Math.log(p) + (n - j) * Math.log1p(-p));
          close(Math.exp(logBinomialTail(k, n, p)), direct(mass, k, n), 1e-9);
        },
      ),
    );
  });
  it('negative binomial, and Poisson as its limit', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 30, noNaN: true }),
        fc.double({ min: 0.2, max: 20, noNaN: true }),
        fc.nat(80),
        (mean, size, k) => {
          const mass = (j: number) =>
            Math.exp(
              logGamma(j + size) -
                logGamma(size) -
                logGamma(j + 1) +
                j * Math.log(mean / (mean + size)) +
                size * Math.log(size / (mean + size)),
            );
          close(Math.exp(logNegativeBinomialTail(k, mean, size)), direct(mass, k, 20_000), 1e-8);
        },
      ),
      { numRuns: 40 },
    );
    close(logNegativeBinomialTail(9, 4, 1e12), logPoissonTail(9, 4));
  });
});

describe('Poisson-binomial tail', () => {
  const chances = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: 1,
    maxLength: 12,
  });
  it('equals the enumeration of all outcomes', () => {
    fc.assert(
      fc.property(chances, fc.nat(13), (c, k) => {
        let want = 0;
        for (let mask = 0; mask < 1 << c.length; mask++) {
          let p = 1;
          let hits = 0;
          for (let i = 0; i < c.length; i++) {
            const hit = (mask >> i) & 1;
            hits += hit;
            p *= hit ? c[i]! : 1 - c[i]!;
          }
          if (hits >= k) want += p;
        }
        const got = Math.exp(logPoissonBinomialTail(c, c.length, k));
        expect(Math.abs(got - want)).toBeLessThan(1e-12 + 1e-10 * want);
      }),
    );
  });
  it('grouped, flat and binomial agree, also far below the smallest double', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 1e-4, max: 0.9, noNaN: true }), fc.nat(30)), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.nat(60),
        (groups, k) => {
          const p = groups.map((g) => g[0]);
          const counts = groups.map((g) => g[1]);
          const flat = groups.flatMap(([c, n]) => Array<number>(n).fill(c));
          const got = logGroupedPoissonBinomialTail(p, counts, p.length, k);
          const want = logPoissonBinomialTail(flat, flat.length, k);
          if (want === -Infinity) expect(got).toBe(-Infinity);
          else expect(Math.abs(got - want)).toBeLessThan(1e-8 * Math.max(1, Math.abs(want)));
        },
      ),
    );
    for (const [n, k, p] of [
      [500, 200, 1e-3],
      [3000, 400, 0.004],
      [300, 300, 0.01],
      [300, 299, 0.01],
    ] as const) {
      const flat = new Float64Array(n).fill(p);
      const want = logBinomialTail(k, n, p);
      expect(want).toBeLessThan(-645);
      close(logPoissonBinomialTail(flat, n, k), want, 1e-10);
    }
  });
  it('stops early only when the tail is above the bound', () => {
    const c = new Float64Array(200).fill(0.3);
    expect(logPoissonBinomialTail(c, 200, 20, 1e-3)).toBeGreaterThan(Math.log(1e-3));
    close(logPoissonBinomialTail(c, 200, 120, 1e-3), logPoissonBinomialTail(c, 200, 120));
  });
});
