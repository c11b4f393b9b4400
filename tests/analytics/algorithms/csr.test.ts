import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectedComponents, createForest } from '../../../analytics/algorithms/components.js';
import { buildCsr, type Csr, strengths } from '../../../analytics/algorithms/csr.js';
import { createRng, shuffle } from '../../../analytics/model/rng.js';
import { graphOf } from './graphs.js';

const edgeList = fc.integer({ min: 1, max: 12 }).chain((n) =>
  fc.tuple(
    fc.constant(n),
    fc.array(fc.tuple(fc.nat(n - 1), fc.nat(n - 1), fc.double({ min: 0, max: 9, noNaN: true })), {
      maxLength: 60,
    }),
  ),
);

function naive(n: number, edges: ReadonlyArray<readonly [number, number, number]>) {
  const rows = Array.from({ length: n }, () => new Map<number, number>());
  const loops = new Float64Array(n);
  for (const [s, t, w] of edges) {
    if (s === t) loops[s]! += w;
    else {
      rows[s]!.set(t, (rows[s]!.get(t) ?? 0) + w);
      rows[t]!.set(s, (rows[t]!.get(s) ?? 0) + w);
    }
  }
  return { rows, loops };
}

const plain = (g: Csr) => [g.offsets, g.targets, g.weights, g.loops].map((a) => Array.from(a));

describe('buildCsr', () => {
  it('equals a naive adjacency, with rows sorted and parallel edges merged', () => {
    fc.assert(
      fc.property(edgeList, ([n, edges]) => {
        const g = buildCsr(
          n,
          Int32Array.from(edges, (e) => e[0]),
          Int32Array.from(edges, (e) => e[1]),
          Float64Array.from(edges, (e) => e[2]),
        );
        const want = naive(n, edges);
        let total = 0;
        for (let i = 0; i < n; i++) {
          const row = [...want.rows[i]!.entries()].sort((a, b) => a[0] - b[0]);
          const got = Array.from(g.targets.subarray(g.offsets[i]!, g.offsets[i + 1]!));
          expect(got).toEqual(row.map((r) => r[0]));
          let strength = 2 * want.loops[i]!;
          row.forEach(([t, w], k) => {
            expect(g.weights[g.offsets[i]! + k]).toBeCloseTo(w, 9);
            strength += w;
            if (t > i) total += w;
          });
          expect(g.loops[i]).toBeCloseTo(want.loops[i]!, 9);
          expect(strengths(g)[i]).toBeCloseTo(strength, 8);
          total += want.loops[i]!;
        }
        expect(g.totalWeight).toBeCloseTo(total, 8);
        expect(g.targets.length).toBe(2 * g.edges);
      }),
    );
  });
  it('gives the same bits whatever the order and direction of the edges', () => {
    fc.assert(
      fc.property(edgeList, fc.nat(), ([n, edges], seed) => {
        const rng = createRng(seed);
        const mixed = shuffle([...edges], rng).map(([s, t, w]) =>
          rng.next() < 0.5 ? [s, t, w] : [t, s, w],
        );
        expect(plain(graphOf(n, mixed))).toEqual(plain(graphOf(n, edges)));
      }),
    );
  });
  it('counts parallel edges when there are no weights', () => {
    const g = graphOf(3, [
      [0, 1],
      [1, 0],
      [1, 2],
      [2, 2],
      [2, 2],
    ]);
    expect(Array.from(g.weights)).toEqual([2, 2, 1, 1]);
    expect(Array.from(g.loops)).toEqual([0, 0, 2]);
    expect(g.totalWeight).toBe(5);
  });
});

describe('components', () => {
  it('equal those of a breadth-first walk, labelled by smallest node', () => {
    fc.assert(
      fc.property(edgeList, ([n, edges]) => {
        const { rows } = naive(n, edges);
        const want = new Int32Array(n).fill(-1);
        let count = 0;
        for (let i = 0; i < n; i++) {
          if (want[i]! >= 0) continue;
          const stack = [i];
          want[i] = count;
          for (let v = stack.pop(); v !== undefined; v = stack.pop())
            for (const u of rows[v]!.keys())
              if (want[u]! < 0) {
                want[u] = count;
                stack.push(u);
              }
          count++;
        }
        const got = connectedComponents(graphOf(n, edges));
        expect(Array.from(got.membership)).toEqual(Array.from(want));
        expect(got.count).toBe(count);
      }),
    );
  });
  it('the forest says whether it joined', () => {
    const forest = createForest(3);
    expect([forest.union(2, 1), forest.union(1, 2), forest.find(2)]).toEqual([true, false, 1]);
  });
});
