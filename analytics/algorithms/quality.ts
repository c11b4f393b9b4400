/**
 * What a partition is worth, computed from the graph alone (no state of any optimiser).
 *
 * - modularity Q = Σ_c [ e_c/m − γ(K_c/2m)² ] (Newman & Girvan 2004; resolution after Reichardt &
 *   Bornholdt 2006), e_c the weight inside c (loops once), K_c its strength (loops twice);
 * - CPM H = Σ_c [ e_c − γ·n_c(n_c − 1)/2 ] (Traag, Van Dooren & Nesterov 2011).
 */
import type { Csr } from './csr.js';

function inside(graph: Csr, membership: Int32Array, communities: number) {
  const { n, offsets, targets, weights, loops } = graph;
  const within = new Float64Array(communities);
  const strength = new Float64Array(communities);
  const size = new Float64Array(communities);
  for (let i = 0; i < n; i++) {
    const c = membership[i]!;
    let own = 0;
    let all = 0;
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) {
      const w = weights[e]!;
      all += w;
      if (membership[targets[e]!] === c) own += w;
    }
    within[c]! += own / 2 + loops[i]!;
    strength[c]! += all + 2 * loops[i]!;
    size[c]!++;
  }
  return { within, strength, size };
}

function labelCount(membership: Int32Array): number {
  let most = -1;
  for (let i = 0; i < membership.length; i++) if (membership[i]! > most) most = membership[i]!;
  return most + 1;
}

/** Modularity of a partition; 0 for a graph without edges. */
export function modularity(graph: Csr, membership: Int32Array, resolution = 1): number {
  const m = graph.totalWeight;
  if (m === 0) return 0;
  const { within, strength } = inside(graph, membership, labelCount(membership));
  let q = 0;
  for (let c = 0; c < within.length; c++) {
    const share = strength[c]! / (2 * m);
    q += within[c]! / m - resolution * share * share;
  }
  return q;
}

/** Constant Potts quality of a partition, in units of edge weight. */
export function cpmQuality(graph: Csr, membership: Int32Array, resolution: number): number {
  const { within, size } = inside(graph, membership, labelCount(membership));
  let h = 0;
  for (let c = 0; c < within.length; c++)
    h += within[c]! - (resolution * size[c]! * (size[c]! - 1)) / 2;
  return h;
}
