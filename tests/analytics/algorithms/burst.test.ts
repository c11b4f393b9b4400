import { describe, expect, it } from 'vitest';
import { burstBaseline, scanBursts } from '../../../analytics/algorithms/burst.js';
import {
  drawGamma,
  drawNegativeBinomial,
  drawPoisson,
} from '../../../analytics/algorithms/draws.js';
import { createRng, type Rng } from '../../../analytics/model/rng.js';
import { atMost } from './worlds.js';

const WEEKS = 52;

/** A year of a shop open from eight to eight, busier before noon and on Saturdays. */
function year(perHour: number, size: number, rng: Rng): Int32Array {
  const counts = new Int32Array(WEEKS * 168);
  for (let t = 0; t < counts.length; t++) {
    const hour = t % 24;
    const weekday = Math.floor(t / 24) % 7;
    const open = hour >= 8 && hour < 20 ? 1 : 0;
    const mean = perHour * open * (hour < 12 ? 1.4 : 0.8) * (weekday === 5 ? 1.5 : 1);
    counts[t] = drawNegativeBinomial(mean, size, rng);
  }
  return counts;
}

describe('burst scan', () => {
  it('rejects no more than nominal in honest years, quiet, busy and overdispersed', () => {
    const rng = createRng(17);
    const rejected = new Map([
      [0.05, 0],
      [0.01, 0],
      [0.001, 0],
    ]);
    let places = 0;
    for (const [perHour, size] of [
      [0.3, Infinity],
      [2, Infinity],
      [2, 4],
      [12, 8],
    ] as const) {
      for (let k = 0; k < 60; k++, places++) {
        const { p } = scanBursts(year(perHour, size, rng), { worlds: 39, seed: k });
        for (const [level, count] of rejected) if (p <= level) rejected.set(level, count + 1);
      }
    }
    for (const [level, count] of rejected) expect(count).toBeLessThanOrEqual(atMost(places, level));
  });

  it('finds a burst, its hours and its size, and a swarm of cards in closed hours', () => {
    const rng = createRng(4);
    const counts = year(2, 10, rng);
    const day = 30 * 168 + 2 * 24;
    for (const hour of [14, 15]) counts[day + hour]! += 16;
    counts[40 * 168 + 3]! += 8;
    const scan = scanBursts(counts, { seed: 1 });
    expect(scan.p).toBeLessThan(0.005);
    expect(scan.bursts.some((b) => b.from <= day + 14 && b.from + b.hours >= day + 16)).toBe(true);
    expect(scan.bursts.some((b) => b.from <= 40 * 168 + 3 && b.from + b.hours > 40 * 168 + 3)).toBe(
      true,
    );
    for (const b of scan.bursts) expect(b.count).toBeGreaterThan(b.expected);
  });

  it('a busy market day every Saturday is no burst', () => {
    const rng = createRng(9);
    const counts = year(2, Infinity, rng);
    for (let w = 0; w < WEEKS; w++) counts[w * 168 + 5 * 24 + 9]! += drawPoisson(25, rng);
    expect(scanBursts(counts).p).toBeGreaterThan(0.05);
  });

  it('the baseline follows the hours and is not raised by the burst', () => {
    const rng = createRng(2);
    const counts = year(4, Infinity, rng);
    counts[10 * 168 + 9]! += 300;
    const { mean, size } = burstBaseline(counts);
    expect(mean[10 * 168 + 9]! / (4 * 1.4)).toBeGreaterThan(0.75);
    expect(mean[10 * 168 + 9]! / (4 * 1.4)).toBeLessThan(1.25);
    expect(mean[10 * 168 + 2]!).toBeLessThan(0.1);
    expect(size).toBeGreaterThan(20);
  });

  it('is seeded, takes empty places, and stops when told to', () => {
    const counts = year(2, 10, createRng(4));
    counts[5000]! += 30;
    expect(scanBursts(counts, { seed: 3 })).toEqual(scanBursts(counts, { seed: 3 }));
    expect(scanBursts(new Int32Array(0)).p).toBe(1);
    expect(scanBursts(new Int32Array(168)).bursts).toEqual([]);
    expect(() => scanBursts(counts, { signal: AbortSignal.abort() })).toThrow('Cancelled');
  });
});

describe('draws', () => {
  it('have the mean and variance asked for', () => {
    const rng = createRng(1);
    const check = (draw: () => number, mean: number, variance: number) => {
      const n = 40_000;
      let sum = 0;
      let square = 0;
      for (let i = 0; i < n; i++) {
        const x = draw();
        sum += x;
        square += x * x;
      }
      const m = sum / n;
      expect(Math.abs(m - mean)).toBeLessThan(4 * Math.sqrt(variance / n));
      expect((square / n - m * m) / variance).toBeGreaterThan(0.93);
      expect((square / n - m * m) / variance).toBeLessThan(1.07);
    };
    for (const mean of [0.2, 7, 64]) check(() => drawPoisson(mean, rng), mean, mean);
    for (const shape of [0.5, 3]) check(() => drawGamma(shape, rng), shape, shape);
    for (const [mean, size] of [
      [2, 1.5],
      [50, 6],
    ] as const)
      check(() => drawNegativeBinomial(mean, size, rng), mean, mean + (mean * mean) / size);
  });
});
