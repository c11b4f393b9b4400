import { describe, expect, it } from 'vitest';
import {
  exceedanceP,
  fitGeneralisedPareto,
  fitGumbel,
  fitGumbelLMoments,
  generalisedParetoTail,
  gumbelPredictiveP,
  gumbelTail,
  maximumP,
} from '../../../analytics/algorithms/extremes.js';
import { fences, weightedMedian } from '../../../analytics/algorithms/robust.js';
import { createRng } from '../../../analytics/model/rng.js';

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
  it('of searches that mostly find nothing, the largest values say how far a score is, where Gumbel errs', () => {
    // A world in ten finds something, exponential beyond 2.
    const draw = (rng: { next(): number }) => (rng.next() < 0.1 ? 2 - Math.log(1 - rng.next()) : 0);
    let [gumbel, used] = [0, 0];
    const tables = 4000;
    for (let seed = 0; seed < tables; seed++) {
      const rng = createRng(seed + 1);
      const sample = Float64Array.from({ length: 60 }, () => draw(rng));
      const next = draw(rng);
      if (gumbelPredictiveP(sample, next) <= 0.001) gumbel++;
      if (maximumP(sample, next) <= 0.001) used++;
    }
    expect(gumbel / tables).toBeGreaterThan(0.005);
    expect(used / tables).toBeLessThanOrEqual(0.002);
  });
  it('the tail of the largest values falls with the score and says 1 in n + 1 of nothing', () => {
    expect(exceedanceP(new Float64Array(60), 5)).toBeCloseTo(1 / 61, 12);
    const sample = Float64Array.from({ length: 60 }, (_, i) => (i < 57 ? 0 : i - 56));
    // Three positive values 1, 2, 3: (3/60)·(1 + 6/6)^−3.
    expect(exceedanceP(sample, 6)).toBeCloseTo(0.05 / 8, 12);
    expect(exceedanceP(sample, 60)).toBeLessThan(exceedanceP(sample, 6));
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
