import { describe, expect, it } from 'vitest';
import {
  changeP,
  changeScanner,
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
  it('is scored alike by the scanner of many series', () => {
    const { e } = series(1, 1);
    e[50] = 0;
    const scan = changeScanner(e, 4);
    for (let seed = 0; seed < 30; seed++) {
      const { y } = series(seed, seed % 3 ? 1 : 1.6);
      expect(scan(y)).toBeCloseTo(scanChange(y, e, 4, 1)?.statistic ?? 0, 8);
    }
    expect(scan(Array.from({ length: 52 }, () => 0))).toBe(0);
  });

  it('is the best of all stretches by likelihood', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { y, e } = series(seed, 1.5);
      const sum = (a: number[], from: number, to: number) =>
        a.slice(from, to).reduce((x, z) => x + z, 0);
      const outside = (a: number[], from: number, to: number) => sum(a, 0, 52) - sum(a, from, to);
      const likelihood = (weeks: number[], level: number) =>
        weeks.reduce((total, t) => total + logPoisson(y[t]!, level * e[t]!), 0);
      const all = Array.from({ length: 52 }, (_, t) => t);
      const none = likelihood(all, sum(y, 0, 52) / sum(e, 0, 52));
      let best = -Infinity;
      let found: number[] = [];
      for (let at = 4; at <= 48; at++)
        for (let until = at + 4; until <= 52; until++) {
          const level = sum(y, at, until) / sum(e, at, until);
          const usual = outside(y, at, until) / outside(e, at, until);
          const [inner, rest] = [all.slice(at, until), all.filter((t) => t < at || t >= until)];
          const ratio = likelihood(inner, level) + likelihood(rest, usual) - none;
          if (level > usual && ratio > best) [best, found] = [ratio, [at, until]];
        }
      const scan = scanChange(y, e, 4, 1);
      expect([scan?.at, scan?.until]).toEqual(found);
      expect(scan!.statistic).toBeCloseTo(best, 6);
    }
  });

  it('is found from where to where it is, when it passes', () => {
    const { y, e } = series(7, 1);
    const season = y.map((n, t) => (t >= 20 && t < 34 ? 3 * n : n));
    const scan = scanChange(season, e, 4, weeklyDispersion(season, e))!;
    expect(Math.abs(scan.at - 20)).toBeLessThanOrEqual(1);
    expect(Math.abs(scan.until - 34)).toBeLessThanOrEqual(1);
    expect(scan.ratio).toBeGreaterThan(2.4);
    expect(p({ y: season, e })).toBeLessThan(1e-3);
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
    const weeks = Array.from({ length: 12 }, () => 1);
    const waned = scanChange([4, 4, 4, 4, 4, 4, 4, 4, 1, 1, 1, 1], weeks, 2, 1)!;
    expect(waned).toMatchObject({ at: 2, until: 8, ratio: 2, rise: 1 });
    expect(scanChange([0, 0, 0, 0], [1, 1, 1, 1], 1, 1)).toBeUndefined();
    expect(scanChange([], [], 1, 1)).toBeUndefined();
  });
});
