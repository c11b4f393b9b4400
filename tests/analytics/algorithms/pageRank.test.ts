import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageRank, pageRankFrom, pageRankMemory } from '../../../analytics/algorithms/pageRank.js';
import { wilson } from '../../../analytics/algorithms/wilson.js';
import { resource } from '../../../analytics/model/resources.js';
import { graphOf } from './graphs.js';

interface Fixture {
  readonly nodes: number;
  readonly edges: number[][];
  readonly seeds: Array<[number, number]>;
  readonly anywhere: number[];
  readonly seeded: number[];
}

/** Made by networkx; the file says how. */
const karate = JSON.parse(
  readFileSync(resource('tests/fixtures/pageRank/karate.json'), 'utf8'),
) as Fixture;

function distance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.abs(x[i]! - y[i]!);
  return sum;
}

/** (I − d·W·S⁻¹)·x = (1 − d)·v + d·dangling(x)·v as one dense system, by Gauss with pivots. */
function dense(n: number, edges: ReadonlyArray<readonly number[]>, v: Float64Array, d: number) {
  const w = Array.from({ length: n }, () => new Float64Array(n));
  for (const [a, b, weight] of edges as number[][])
    if (a !== b) {
      w[a!]![b!]! += weight!;
      w[b!]![a!]! += weight!;
    }
  const strength = w.map((row) => row.reduce((sum, x) => sum + x, 0));
  const rows = w.map((row, i) => [
    ...Array.from(row, (x, j) => {
      const step = strength[j] === 0 ? v[i]! : x / strength[j]!;
      return (i === j ? 1 : 0) - d * step;
    }),
    (1 - d) * v[i]!,
  ]);
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c; r < n; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[pivot]![c]!)) pivot = r;
    [rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!];
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const factor = rows[r]![c]! / rows[c]![c]!;
      for (let k = c; k <= n; k++) rows[r]![k]! -= factor * rows[c]![k]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

const worlds = fc.integer({ min: 2, max: 9 }).chain((n) =>
  fc.record({
    n: fc.constant(n),
    edges: fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: n - 1 }),
        fc.integer({ min: 0, max: n - 1 }),
        fc.integer({ min: 1, max: 9 }),
      ),
      { minLength: 1, maxLength: 20 },
    ),
    restart: fc
      .array(fc.integer({ min: 0, max: 3 }), { minLength: n, maxLength: n })
      .filter((w) => w.some((x) => x > 0)),
    damping: fc.constantFrom(0.3, 0.85, 0.95),
  }),
);

describe('PageRank', () => {
  it('agrees with networkx, from anywhere and from seeds', () => {
    const graph = graphOf(karate.nodes, karate.edges);
    const restart = new Float64Array(karate.nodes);
    for (const [node, weight] of karate.seeds) restart[node] = weight;
    expect(distance(pageRank(graph), karate.anywhere)).toBeLessThan(1e-9);
    expect(distance(pageRank(graph, restart), karate.seeded)).toBeLessThan(1e-9);
  });

  it('solves its equations, nodes without neighbours and loops included', () => {
    fc.assert(
      fc.property(worlds, ({ n, edges, restart, damping }) => {
        const total = restart.reduce((a, b) => a + b, 0);
        const v = Float64Array.from(restart, (w) => w / total);
        const x = pageRank(graphOf(n, edges), Float64Array.from(restart), { damping });
        expect(distance(x, dense(n, edges, v, damping))).toBeLessThan(1e-8);
        expect(x.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      }),
      { numRuns: 200 },
    );
  });

  it('has the same bits whatever the order of the edges', () => {
    const there = pageRank(graphOf(karate.nodes, karate.edges));
    const back = pageRank(graphOf(karate.nodes, [...karate.edges].reverse()));
    expect(back).toEqual(there);
  });

  it('takes what size brings out of what is near', () => {
    // 0 is the seed; 1 is joined to it alone; 2 is a hub of which 0 is one of fifty neighbours.
    const edges = [[0, 1, 1], [0, 2, 1], ...Array.from({ length: 50 }, (_, i) => [2, 3 + i, 1])];
    const restart = new Float64Array(53);
    restart[0] = 1;
    const { came, anywhere } = pageRankFrom(graphOf(53, edges), restart);
    const over = came.map((x, i) => x / anywhere[i]!);
    expect(came[2]!).toBeGreaterThan(came[1]!);
    expect(over[1]!).toBeGreaterThan(5 * over[2]!);
    // Who begins there has not come there.
    const alone = pageRankFrom(graphOf(3, [[1, 2, 1]]), Float64Array.of(1, 1, 0));
    expect(alone.near[0]!).toBeGreaterThan(0.1);
    expect(alone.came[0]!).toBeCloseTo(0, 9);
    expect(alone.came[2]!).toBeCloseTo(alone.near[2]!, 9);
  });

  it('stops when it is told to, and names its memory', () => {
    const graph = graphOf(karate.nodes, karate.edges);
    const signal = AbortSignal.abort();
    expect(() => pageRank(graph, undefined, { signal })).toThrow('Cancelled');
    expect(pageRankMemory(1_000_000)).toBeGreaterThanOrEqual(5 * 8_000_000);
  });
});

describe('the interval of a share', () => {
  it('is Wilson’s', () => {
    const eight = wilson(8, 10);
    expect(eight.share).toBe(0.8);
    expect(eight.low).toBeCloseTo(0.4902, 4);
    expect(eight.high).toBeCloseTo(0.9433, 4);
    expect(wilson(0, 10)).toEqual({ share: 0, low: 0, high: expect.closeTo(0.2775, 4) });
    expect(wilson(10, 10).high).toBe(1);
    expect(wilson(0, 0)).toEqual({ share: null, low: 0, high: 1 });
  });
});
