import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitGeneralisedPareto,
  fitGumbel,
  fitGumbelLMoments,
  generalisedParetoTail,
  gumbelPredictiveP,
  gumbelTail,
} from '../../../analytics/algorithms/extremes.js';
import {
  logChi2Tail,
  logChoose,
  logGamma,
  logNormalTail,
} from '../../../analytics/algorithms/gamma.js';
import {
  benjaminiHochberg,
  cauchyCombination,
  fisherCombination,
  logBenjaminiHochberg,
  selectiveQ,
  sidak,
} from '../../../analytics/algorithms/multiplicity.js';
import {
  logGroupedPoissonBinomialTail,
  logPoissonBinomialTail,
} from '../../../analytics/algorithms/poissonBinomial.js';
import { fences, weightedMedian } from '../../../analytics/algorithms/robust.js';
import {
  logBinomialTail,
  logNegativeBinomialTail,
  logPoissonTail,
} from '../../../analytics/algorithms/tails.js';
import { createRng } from '../../../analytics/model/rng.js';

const close = (got: number, want: number, relative = 1e-10) =>
  expect(Math.abs(got - want)).toBeLessThanOrEqual(relative * Math.max(Math.abs(want), 1e-3));

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

describe('multiplicity', () => {
  it('BH equals its definition, with unseen looks as ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }),
        fc.nat(30),
        (p, more) => {
          const padded = [...p, ...Array<number>(more).fill(1)];
          const sorted = [...padded].sort((a, b) => a - b);
          const q = benjaminiHochberg(p, padded.length);
          p.forEach((value, i) => {
            let want = 1;
            sorted.forEach((other, r) => {
              if (other >= value) want = Math.min(want, (other * sorted.length) / (r + 1));
            });
            expect(Math.abs(q[i]! - want)).toBeLessThan(1e-12);
          });
        },
      ),
    );
    const logs = logBenjaminiHochberg([-2000, -1, -5], 100);
    close(logs[0]!, -2000 + Math.log(100));
  });
  it('Cauchy combination keeps one p, tiny ones too, and is led by the smallest', () => {
    for (const p of [1e-200, 1e-9, 1e-7, 0.01, 0.4, 0.9])
      close(cauchyCombination([p]) / p, 1, 1e-8);
    expect(cauchyCombination([1e-6, 0.9, 0.5])).toBeLessThan(4e-6);
    expect(cauchyCombination([1, 1])).toBeGreaterThan(0.99);
    close(sidak(1e-20, 5) / 1e-20, 5);
  });
  it('Fisher combination is the tail of a sum of exponentials', () => {
    close(fisherCombination([0.3]), 0.3);
    close(fisherCombination([0.1, 0.2]), 0.02 * (1 - Math.log(0.02)));
    const rng = createRng(11);
    let below = 0;
    for (let w = 0; w < 20_000; w++)
      if (fisherCombination([rng.next(), rng.next(), rng.next()]) <= 0.05) below++;
    expect(Math.abs(below / 20_000 - 0.05)).toBeLessThan(0.006);
  });
  it('selective q corrects for families, not again for the findings inside one', () => {
    // One family among three with a small p: Bonferroni over the families, for each of its findings.
    const alike = (...families: string[]) => new Map(families.map((f) => [f, 1]));
    const three = alike('a', 'b', 'c');
    const one = selectiveQ([1e-4, 0.01, 0.9], ['a', 'a', 'b'], three);
    close(one[0]!, 3e-4);
    close(one[1]!, 0.03);
    // All three families are selected: their findings are judged at the full level.
    const q = selectiveQ([1e-4, 0.04, 1e-5, 1e-6], ['a', 'a', 'b', 'c'], three);
    close(q[1]!, 0.04);
    close(q[0]!, 1e-4);
    // More findings in a family cost nothing.
    close(
      selectiveQ([1e-4, ...Array<number>(500).fill(0.9)], Array<string>(501).fill('a'), three)[0]!,
      3e-4,
    );
  });
  it('selective q gives a family that weighs more its share, and takes it from the others', () => {
    const weights = new Map([
      ['a', 3],
      ['b', 1],
      ['c', 1],
      ['d', 1],
    ]);
    close(selectiveQ([0.01], ['a'], weights)[0]!, 0.02);
    close(selectiveQ([0.01], ['b'], weights)[0]!, 0.06);
    // All four are selected: each at its own share of the full level.
    const q = selectiveQ([0.04, 1e-9, 1e-9, 1e-9], ['a', 'b', 'c', 'd'], weights);
    close(q[0]!, 0.02);
  });
  it.each([[[1, 1, 1, 1]], [[3, 1, 1, 1]]])(
    'selective q of honest families that weigh %j lists as few as it says',
    (weighs) => {
      const families = ['a', 'b', 'c', 'd'];
      const weights = new Map(families.map((f, i) => [f, weighs[i]!]));
      const rng = createRng(13);
      let listed = 0;
      for (let w = 0; w < 4000; w++) {
        const p = [rng.next(), rng.next(), rng.next(), rng.next()];
        if (selectiveQ(p, families, weights).some((q) => q <= 0.05)) listed++;
      }
      expect(listed / 4000).toBeLessThan(0.065);
      expect(listed / 4000).toBeGreaterThan(0.03);
    },
  );
  it('Cauchy combination of dependent nulls rejects no more than nominal in the tail', () => {
    const rng = createRng(7);
    let rejected = 0;
    const worlds = 20_000;
    for (let w = 0; w < worlds; w++) {
      const shared = rng.next();
      const p = [shared, rng.next() < 0.7 ? shared : rng.next(), rng.next()];
      if (cauchyCombination(p) <= 0.01) rejected++;
    }
    expect(rejected).toBeLessThan(0.01 * worlds * 1.2 + 3 * Math.sqrt(0.01 * worlds));
  });
});

describe('tails of maxima', () => {
  const gumbel = (rng: { next(): number }) => -Math.log(-Math.log(rng.next() + 2 ** -33));
  it('fits find the parameters of a simulated Gumbel', () => {
    const rng = createRng(3);
    const sample = Float64Array.from({ length: 20_000 }, () => 5 + 2 * gumbel(rng));
    for (const fit of [fitGumbel(sample), fitGumbelLMoments(sample)]) {
      expect(Math.abs(fit.location - 5)).toBeLessThan(0.06);
      expect(Math.abs(fit.scale - 2)).toBeLessThan(0.05);
    }
    const ml = fitGumbel(sample);
    let score = 0; // the likelihood equation of β at the fit
    let s0 = 0;
    let s1 = 0;
    let mean = 0;
    for (const x of sample) {
      const e = Math.exp(-x / ml.scale);
      s0 += e;
      s1 += x * e;
      mean += x / sample.length;
    }
    score = mean - s1 / s0 - ml.scale;
    expect(Math.abs(score)).toBeLessThan(1e-8);
  });
  it('the predictive p from 50 worlds rejects at nominal; the plug-in rejects more often', () => {
    const rng = createRng(11);
    const trials = 20_000;
    const rejects = { predictive: 0, plugIn: 0 };
    const sample = new Float64Array(50);
    for (let t = 0; t < trials; t++) {
      for (let i = 0; i < 50; i++) sample[i] = gumbel(rng);
      const x = gumbel(rng);
      if (gumbelPredictiveP(sample, x) <= 0.001) rejects.predictive++;
      if (gumbelTail(fitGumbelLMoments(sample), x) <= 0.001) rejects.plugIn++;
    }
    const sd = Math.sqrt(trials * 0.001);
    expect(rejects.predictive).toBeLessThan(trials * 0.001 + 3.5 * sd);
    expect(rejects.predictive).toBeGreaterThan(trials * 0.001 - 3.5 * sd);
    expect(rejects.plugIn).toBeGreaterThan(rejects.predictive);
  });
  it('the generalised Pareto finds shape and tail of a simulated one', () => {
    const rng = createRng(5);
    for (const shape of [-0.2, 0, 0.2]) {
      const draw = () => {
        const u = 1 - rng.next();
        return shape === 0 ? -Math.log(u) : (u ** -shape - 1) / shape;
      };
      const sample = Float64Array.from({ length: 300_000 }, draw);
      const fit = fitGeneralisedPareto(sample, 0.9);
      expect(Math.abs(fit.shape - shape)).toBeLessThan(0.08);
      const x = shape === 0 ? Math.log(1000) : (1000 ** shape - 1) / shape;
      const ratio = generalisedParetoTail(fit, x) / 0.001;
      expect(ratio).toBeGreaterThan(0.75);
      expect(ratio).toBeLessThan(1.35);
    }
  });
});

describe('robust summaries', () => {
  it('fences and weighted median', () => {
    expect(fences([1, 2, 3, 4, 5])).toEqual({ q1: 2, median: 3, q3: 4, far: 10 });
    expect(weightedMedian([10, 1, 5], [1, 1, 5])).toBe(5);
    expect(weightedMedian([10, 1], [1, 9])).toBe(1);
    expect(weightedMedian([], [])).toBeNaN();
  });
});
