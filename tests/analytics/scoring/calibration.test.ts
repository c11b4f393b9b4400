import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../analytics/model/finding.js';
import { createRng } from '../../../analytics/model/rng.js';
import { NOMINAL, realised, surestP, tailOf } from '../../../analytics/scoring/calibration.js';

function finding(p: number | null, status: Finding['status'] = 'finding'): Finding {
  return {
    detector: 'd',
    detectorVersion: 1,
    kind: 'entity',
    subjects: [],
    reasons: [{ code: 'd.x', detector: 'd', measured: 1, expected: 0, unit: '', settlements: [] }],
    innocent: [],
    status,
    p,
    fundAtRisk: 0,
  };
}

/** Best scores of `worlds` worlds by `law` of a uniform number. */
function tableOf(seed: number, worlds: number, law: (u: number) => number): Float64Array {
  const rng = createRng(seed);
  return Float64Array.from({ length: worlds }, () => law(rng.next()));
}
const gumbelLaw = (u: number) => -Math.log(-Math.log(Math.max(u, 1e-12)));

describe('nominal against realised', () => {
  it('counts the worlds at or below each level, with an interval around their share', () => {
    const rates = realised([0.0005, 0.01, 0.04, 0.3, 1, 1, 1, 1, 1, 1]);
    expect(rates.map((r) => [r.nominal, r.hits])).toEqual([
      [0.001, 1],
      [0.01, 2],
      [0.05, 3],
      [0.1, 3],
      [0.2, 3],
      [0.5, 4],
    ]);
    for (const { hits, of, low, high } of rates) {
      expect(of).toBe(10);
      expect(low).toBeLessThan(hits / of);
      expect(high).toBeGreaterThan(hits / of);
    }
  });

  it('says nothing of no world', () => {
    for (const rate of realised([]))
      expect(rate).toMatchObject({ hits: 0, of: 0, low: 0, high: 1 });
  });

  it('takes the surest finding that stands: neither one explained nor one without a p', () => {
    const found = [
      finding(0.02),
      finding(0.3),
      finding(0.001, 'explained'),
      finding(null, 'review'),
    ];
    expect(surestP(found)).toBe(0.02);
    expect(surestP(found.slice(2))).toBe(1);
    expect(surestP([])).toBe(1);
  });
});

describe('tails', () => {
  it('of Gumbel maxima are beyond their own line as often as they say', () => {
    const tables = Array.from({ length: 40 }, (_, seed) => tableOf(seed, 60, gumbelLaw));
    const tail = tailOf(tables)!;
    expect(tail.tables).toBe(40);
    for (const { nominal, of, low, high } of tail.gumbel) {
      expect(of).toBe(2400);
      expect(low, String(nominal)).toBeLessThanOrEqual(nominal);
      expect(high, String(nominal)).toBeGreaterThanOrEqual(nominal);
    }
    expect(tail.gumbel.map((r) => r.nominal)).toEqual(NOMINAL.filter((level) => level < 0.25));
  });

  it('show a law that is none of theirs: far heavier ones lie beyond the line too often', () => {
    const heavy = (u: number) => (1 - u) ** -2;
    const tail = tailOf(Array.from({ length: 20 }, (_, seed) => tableOf(seed, 60, heavy)))!;
    const at = tail.gumbel.find((r) => r.nominal === 0.001)!;
    expect(at.low).toBeGreaterThan(0.001);
    // What is heavy is caught by the Pareto tail's shape.
    const pareto = tail.pareto.find((r) => r.nominal === 0.001)!;
    expect(pareto.hits).toBeLessThan(at.hits);
  });

  it('give points that fall: fewer worlds reach a higher score, and the fits agree', () => {
    const { points } = tailOf([tableOf(3, 60, gumbelLaw)])!;
    expect(points[0]!.empirical).toBeCloseTo(1 / 61, 4);
    for (const [i, point] of points.entries()) {
      const next = points[i + 1];
      if (!next) break;
      expect(next.score).toBeLessThanOrEqual(point.score);
      expect(next.empirical).toBeGreaterThan(point.empirical);
      expect(next.gumbel).toBeGreaterThanOrEqual(point.gumbel);
    }
    // A Pareto tail says nothing below its threshold.
    expect(points[0]!.pareto).toBeGreaterThan(0);
    expect(points.at(-1)!.pareto).toBeNull();
  });

  it('are not fitted to worlds that all gave the same', () => {
    expect(tailOf([new Float64Array(60)])).toBeUndefined();
    expect(tailOf([new Float64Array(60), tableOf(1, 60, gumbelLaw)])?.tables).toBe(1);
  });
});
