import { describe, expect, it } from 'vitest';
import {
  changeP,
  scanChange,
  weeklyDispersion,
} from '../../../analytics/algorithms/changePoint.js';
import { drawNegativeBinomial, drawNormal } from '../../../analytics/algorithms/draws.js';
import { logPoisson } from '../../../analytics/algorithms/tails.js';
import { createRng } from '../../../analytics/model/rng.js';

function series(seed: number, jump: number, at = 30, drift = 0): { y: number[]; e: number[] } {
  const rng = createRng(seed);
  const turn = rng.int(52);
  const shift = Math.exp(drift * drawNormal(rng));
  const e = Array.from({ length: 52 }, (_, t) => 1 + 0.3 * Math.sin(t / 8));
  const y = e.map((x, t) => {
    const mean = 20 * x * (t >= at ? jump : 1) * (t >= turn ? shift : 1);
    return drawNegativeBinomial(mean, 20, rng);
  });
  return { y, e };
}

const p = ({ y, e }: { y: number[]; e: number[] }, drift = 0, seed = 1) => {
  const dispersion = weeklyDispersion(y, e);
  const scan = scanChange(y, e, 4, dispersion);
  if (!scan) return 1;
  return changeP(y, e, scan.statistic, { margin: 4, dispersion, drift, worlds: 99, seed });
};

describe('a change point', () => {
  it('is the best of all divisions by likelihood', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { y, e } = series(seed, 1.5);
      const sum = (a: number[], from: number, to: number) =>
        a.slice(from, to).reduce((x, z) => x + z, 0);
      const likelihood = (from: number, to: number) => {
        const level = sum(y, from, to) / sum(e, from, to);
        return y
          .slice(from, to)
          .reduce((total, k, i) => total + logPoisson(k, level * e[from + i]!), 0);
      };
      let best = -Infinity;
      let at = -1;
      for (let c = 4; c <= 48; c++) {
        const up = sum(y, c, 52) / sum(e, c, 52) > sum(y, 0, c) / sum(e, 0, c);
        const ratio = likelihood(0, c) + likelihood(c, 52) - likelihood(0, 52);
        if (up && ratio > best) [best, at] = [ratio, c];
      }
      const scan = scanChange(y, e, 4, 1);
      expect(scan?.at).toBe(at);
      expect(scan!.statistic).toBeCloseTo(best, 6);
    }
  });

  it('is found where it is, with its size', () => {
    const { y, e } = series(3, 2.5);
    const scan = scanChange(y, e, 4, weeklyDispersion(y, e))!;
    expect(Math.abs(scan.at - 30)).toBeLessThanOrEqual(1);
    expect(scan.ratio).toBeGreaterThan(2);
    expect(scan.ratio).toBeLessThan(3);
    expect(scan.after / scan.expected).toBeCloseTo(scan.ratio, 9);
    expect(p(series(3, 2.5))).toBeLessThan(1e-4);
  });

  it('is not found more often than the level says where there is none, drift allowed for', () => {
    for (const drift of [0, 0.15]) {
      let rejected = 0;
      for (let seed = 0; seed < 200; seed++)
        if (p(series(1000 + seed, 1, 30, drift), drift, seed) <= 0.05) rejected++;
      // 200 at .05: 10 on average, sd 3.1.
      expect(rejected).toBeLessThan(20);
    }
  });

  it('has the dispersion of its weeks, which a jump hardly moves', () => {
    const many = (jump: number) => {
      let sum = 0;
      for (let seed = 0; seed < 60; seed++) {
        const { y, e } = series(seed, jump);
        sum += weeklyDispersion(y, e) / 60;
      }
      return sum;
    };
    // Variance ÷ mean of NB(20, size 20) is 2.
    expect(many(1)).toBeGreaterThan(1.6);
    expect(many(1)).toBeLessThan(2.5);
    expect(many(3)).toBeLessThan(2 * many(1));
  });

  it('says nothing of an empty series', () => {
    expect(scanChange([0, 0, 0, 0], [1, 1, 1, 1], 1, 1)).toBeUndefined();
    expect(scanChange([], [], 1, 1)).toBeUndefined();
  });
});
