import { UndirectedGraph } from 'graphology';
import louvainModule from 'graphology-communities-louvain';
import { describe, expect, it } from 'vitest';
import { splitDisconnected } from '../../../analytics/algorithms/components.js';
import type { Csr } from '../../../analytics/algorithms/csr.js';
import { leiden } from '../../../analytics/algorithms/leiden.js';
import { louvain } from '../../../analytics/algorithms/louvain.js';
import { createRng, shuffle } from '../../../analytics/model/rng.js';
import { graphOf, plantedEdges, readRows } from './graphs.js';

/** The package is CommonJS; its types describe a module that Node does not see. */
const graphologyLouvain = louvainModule as unknown as (
  graph: UndirectedGraph,
  options: { rng: () => number },
) => Record<string, number>;

/** Σ_ij [A_ij − γ·k_i·k_j/2m]·δ/2m over all pairs: the definition, sharing no code with quality.ts. */
function slowModularity(
  n: number,
  edges: number[][],
  membership: ArrayLike<number>,
  resolution = 1,
): number {
  const k = new Float64Array(n);
  const members = new Map<number, number[]>();
  let twice = 0;
  let within = 0;
  for (const [s, t, w = 1] of edges as Array<[number, number, number?]>) {
    k[s]! += w;
    k[t]! += w;
    twice += 2 * w;
    if (membership[s] === membership[t]) within += 2 * w;
  }
  for (let i = 0; i < n; i++) {
    const c = membership[i]!;
    members.set(c, [...(members.get(c) ?? []), i]);
  }
  let expected = 0;
  for (const list of members.values()) {
    const sum = list.reduce((s, i) => s + k[i]!, 0);
    expected += (sum * sum) / twice;
  }
  return (within - resolution * expected) / twice;
}

function expectConnected(graph: Csr, membership: Int32Array, count: number) {
  expect(splitDisconnected(graph, membership).count).toBe(count);
}

/** ../shared/data/README.md; for the LFR graphs, leidenalg's best. */
const CONVERGED: ReadonlyArray<readonly [string, number, number]> = [
  ['nk_karate', 34, 0.41979],
  ['nk_lesmis', 77, 0.560008],
  ['nk_jazz', 198, 0.445144],
  ['nk_celegans_metabolic', 453, 0.448519],
  ['nk_polblogs', 1490, 0.427105],
  ['nk_power', 4941, 0.940279],
  ['nk_hep-th', 8361, 0.857142],
  ['nk_PGPgiantcompo', 10680, 0.88635],
  ['lfr_n1000_mu0.1', 1000, 0.819965],
  ['lfr_n1000_mu0.3', 1000, 0.605424],
  ['lfr_n5000_mu0.3', 5000, 0.662655],
];

describe.each(CONVERGED)('%s', (name, n, converged) => {
  const edges = readRows(`community/${name}.edges.csv`, ',');
  const graph = graphOf(n, edges);

  it('Leiden reaches the converged modularity, every community connected', () => {
    let best = -1;
    for (let seed = 1; seed <= 10; seed++) {
      const found = leiden(graph, { seed });
      expect(Math.abs(found.quality - slowModularity(n, edges, found.membership))).toBeLessThan(
        1e-9,
      );
      expectConnected(graph, found.membership, found.count);
      best = Math.max(best, found.quality);
    }
    expect(best).toBeGreaterThanOrEqual(converged - 0.002);
  });

  it('Louvain is no worse than the reference Louvain', () => {
    const reference = new UndirectedGraph();
    for (let i = 0; i < n; i++) reference.addNode(i);
    for (const [s, t] of edges) reference.addEdge(s, t);
    let theirs = -1;
    let ours = -1;
    for (let seed = 1; seed <= 12; seed++) {
      const rng = createRng(seed);
      const labels = graphologyLouvain(reference, { rng: rng.next });
      theirs = Math.max(
        theirs,
        slowModularity(
          n,
          edges,
          Array.from({ length: n }, (_, i) => labels[i]!),
        ),
      );
      const found = louvain(graph, { seed });
      expect(Math.abs(found.quality - slowModularity(n, edges, found.membership))).toBeLessThan(
        1e-9,
      );
      ours = Math.max(ours, found.quality);
    }
    expect(ours).toBeGreaterThanOrEqual(theirs - 0.004);
  });
});

describe('Leiden', () => {
  const n = 400;
  const edges = plantedEdges(20, 20, 4, 1, 9);
  const weighted = edges.map(([s, t], i) => [s!, t!, 0.25 + (i % 7) / 3]);
  const graph = graphOf(n, weighted);

  it('finds planted groups with both objectives', () => {
    for (const found of [
      leiden(graph, { seed: 2 }),
      leiden(graph, { seed: 2, objective: 'cpm', resolution: 0.1 }),
    ]) {
      const planted = new Map<string, number>();
      for (let i = 0; i < n; i++) {
        const key = `${found.membership[i]}:${Math.floor(i / 20)}`;
        planted.set(key, (planted.get(key) ?? 0) + 1);
      }
      const whole = [...planted.values()].filter((size) => size >= 19).length;
      expect(whole).toBeGreaterThanOrEqual(19);
    }
  });

  it('CPM separates cliques on a ring that modularity merges (the resolution limit)', () => {
    const ring: number[][] = [];
    for (let c = 0; c < 30; c++) {
      for (let i = 0; i < 5; i++) for (let j = i + 1; j < 5; j++) ring.push([c * 5 + i, c * 5 + j]);
      ring.push([c * 5, ((c + 1) % 30) * 5 + 1]);
    }
    const g = graphOf(150, ring);
    expect(leiden(g, { objective: 'cpm', resolution: 0.5 }).count).toBe(30);
    expect(leiden(g).count).toBeLessThan(30);
  });

  it('is a function of the graph and the seed alone', () => {
    const again = graphOf(n, shuffle([...weighted], createRng(4)));
    const a = leiden(graph, { seed: 5 });
    const b = leiden(again, { seed: 5 });
    expect(Array.from(b.membership)).toEqual(Array.from(a.membership));
    expect(b.quality).toBe(a.quality);
  });

  it('higher resolution, more communities, each connected; weights and loops count', () => {
    let last = 0;
    for (const resolution of [0.2, 1, 5, 25]) {
      const found = leiden(graph, { resolution, seed: 3 });
      expect(found.count).toBeGreaterThanOrEqual(last);
      expectConnected(graph, found.membership, found.count);
      expect(
        Math.abs(found.quality - slowModularity(n, weighted, found.membership, resolution)),
      ).toBeLessThan(1e-9);
      last = found.count;
    }
    const looped = [
      [0, 0, 50],
      [0, 1, 1],
      [1, 2, 1],
      [2, 2, 50],
    ];
    const found = leiden(graphOf(3, looped));
    expect(found.membership[0]).not.toBe(found.membership[2]);
    expect(Math.abs(found.quality - slowModularity(3, looped, found.membership))).toBeLessThan(
      1e-12,
    );
  });

  it('takes a start, splits a disconnected one, stops when told to, and copes with no edges', () => {
    const start = new Int32Array(n).map((_, i) => i % 2);
    const found = leiden(graph, { initial: start, iterations: 1 });
    expectConnected(graph, found.membership, found.count);
    expect(() => leiden(graph, { signal: AbortSignal.abort() })).toThrow('Cancelled');
    expect(leiden(graphOf(4, []))).toMatchObject({ count: 4, quality: 0 });
    expect(leiden(graphOf(0, []))).toMatchObject({ count: 0 });
  });
});
