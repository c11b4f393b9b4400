import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { peelDensest } from '../../../analytics/algorithms/peel.js';
import { createRng, shuffle } from '../../../analytics/model/rng.js';
import { readRows } from './graphs.js';

const edgesOf = (pairs: ReadonlyArray<readonly number[]>, rows: number, columns: number) => ({
  rows,
  columns,
  row: Int32Array.from(pairs, (p) => p[0]!),
  column: Int32Array.from(pairs, (p) => p[1]!),
});

describe('densest block', () => {
  it("returns exactly the block planted in FRAUDAR's example, whatever the order of edges", () => {
    const pairs = readRows('dense-block/example.txt', ' ');
    expect(pairs.length).toBe(899);
    const block = Array.from({ length: 20 }, (_, i) => i);
    for (const edges of [pairs, shuffle([...pairs], createRng(2))]) {
      for (const logWeighted of [true, false]) {
        const found = peelDensest(edgesOf(edges, 500, 500), { logWeighted });
        expect(Array.from(found.rows)).toEqual(block);
        expect(Array.from(found.columns)).toEqual(block);
      }
    }
  });

  it('is within a factor two of the best block, and the score is that of the block', () => {
    const graph = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(graph, (pairs) => {
        const degree = new Map<number, number>();
        for (const [, c] of pairs) degree.set(c, (degree.get(c) ?? 0) + 1);
        const score = (inside: (node: number) => boolean, size: number) => {
          let sum = 0;
          for (const [r, c] of pairs)
            if (inside(r) && inside(5 + c)) sum += 1 / Math.log(degree.get(c)! + 5);
          return sum / size;
        };
        let best = 0;
        for (let mask = 1; mask < 1024; mask++) {
          const size = mask.toString(2).replaceAll('0', '').length;
          best = Math.max(
            best,
            score((node) => ((mask >> node) & 1) === 1, size),
          );
        }
        const found = peelDensest(edgesOf(pairs, 5, 5));
        const nodes = new Set([...found.rows, ...Array.from(found.columns, (c) => 5 + c)]);
        expect(found.score).toBeCloseTo(
          score((node) => nodes.has(node), nodes.size),
          9,
        );
        expect(found.score).toBeGreaterThanOrEqual(best / 2 - 1e-9);
        expect(found.score).toBeLessThanOrEqual(best + 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  it('log weighting is not fooled by popular columns', () => {
    const rng = createRng(6);
    const pairs: number[][] = [];
    for (let r = 0; r < 12; r++) for (let c = 0; c < 12; c++) pairs.push([r, c]);
    for (let r = 0; r < 2000; r++)
      for (let k = 0; k < 14; k++) pairs.push([r, 50 + Math.floor(rng.next() ** 2 * 20)]);
    const weighted = peelDensest(edgesOf(pairs, 2000, 80));
    expect(Array.from(weighted.rows)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    const plain = peelDensest(edgesOf(pairs, 2000, 80), { logWeighted: false });
    expect(plain.rows.length).toBeGreaterThan(500);
  });

  it('takes nothing and stops when told to', () => {
    expect(peelDensest(edgesOf([], 0, 0))).toMatchObject({ score: 0 });
    expect(() => peelDensest(edgesOf([[0, 0]], 1, 1), { signal: AbortSignal.abort() })).toThrow(
      'Cancelled',
    );
  });
});
