/**
 * Undirected weighted graphs as compressed sparse rows.
 *
 * `buildCsr` is a counting sort followed by a transposition: scattering row i into the rows of its
 * neighbours in ascending i leaves every row sorted (Gustavson 1978). O(n + m), no comparison of
 * edges. The result does not depend on the order of the edges: rows are sorted, and parallel edges
 * are added smallest weight first, so the sums are the same to the bit.
 */

/**
 * An undirected graph on nodes 0 … n − 1. Each edge stands in both rows; rows ascend and hold no
 * repeats and no self loops.
 */
export interface Csr {
  readonly n: number;
  /** Distinct edges, self loops not counted. `targets` has twice as many entries. */
  readonly edges: number;
  /** Row i is `targets[offsets[i]] … targets[offsets[i + 1] − 1]`; length n + 1. */
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  /** Weight of each entry, ≥ 0. */
  readonly weights: Float64Array;
  /** Weight of the self loop of each node: parallel loops added up, each counted once. */
  readonly loops: Float64Array;
  /** Σ of all edge weights, each edge and each loop once. Modularity's m. */
  readonly totalWeight: number;
}

/**
 * Builds the graph of edges sources[e] – targets[e]. Parallel edges (either direction) become one
 * with the summed weight; without `weights` each edge weighs 1, so the weight of a merged edge is
 * its multiplicity. Weights must be ≥ 0.
 */
export function buildCsr(
  n: number,
  sources: Int32Array,
  targets: Int32Array,
  weights?: Float64Array,
): Csr {
  const m = sources.length;
  const start = new Int32Array(n + 1);
  const looped: number[] = [];
  for (let e = 0; e < m; e++) {
    const s = sources[e]!;
    const t = targets[e]!;
    if (s === t) looped.push(e);
    else {
      start[s + 1]!++;
      start[t + 1]!++;
    }
  }
  for (let i = 0; i < n; i++) start[i + 1]! += start[i]!;
  const entries = start[n]!;

  // First scatter: rows complete, entries in edge order.
  const cursor = start.slice(0, n);
  const loose = new Int32Array(entries);
  const looseWeights = weights ? new Float64Array(entries) : undefined;
  for (let e = 0; e < m; e++) {
    const s = sources[e]!;
    const t = targets[e]!;
    if (s === t) continue;
    const a = cursor[s]!++;
    const b = cursor[t]!++;
    loose[a] = t;
    loose[b] = s;
    if (looseWeights) {
      looseWeights[a] = weights![e]!;
      looseWeights[b] = weights![e]!;
    }
  }

  // Transposition: the matrix is symmetric, so only the order inside the rows changes.
  cursor.set(start.subarray(0, n));
  let sorted = new Int32Array(entries);
  let sortedWeights = new Float64Array(entries);
  for (let i = 0; i < n; i++) {
    for (let e = start[i]!; e < start[i + 1]!; e++) {
      const at = cursor[loose[e]!]!++;
      sorted[at] = i;
      if (looseWeights) sortedWeights[at] = looseWeights[e]!;
    }
  }
  if (!weights) sortedWeights.fill(1);

  const offsets = new Int32Array(n + 1);
  const kept = mergeRepeats(n, start, sorted, sortedWeights, offsets);
  if (kept < entries) {
    const cut = new Int32Array(kept);
    cut.set(sorted.subarray(0, kept));
    sorted = cut;
    const cutWeights = new Float64Array(kept);
    cutWeights.set(sortedWeights.subarray(0, kept));
    sortedWeights = cutWeights;
  }
  const loops = new Float64Array(n);
  if (looped.length > 0) addLoops(loops, looped, sources, weights);
  return {
    n,
    edges: kept / 2,
    offsets,
    targets: sorted,
    weights: sortedWeights,
    loops,
    totalWeight: totalWeightOf(sortedWeights, loops),
  };
}

/** Joins equal neighbours of sorted rows in place, fills `offsets`, returns the entries left. */
function mergeRepeats(
  n: number,
  start: Int32Array,
  targets: Int32Array,
  weights: Float64Array,
  offsets: Int32Array,
): number {
  let out = 0;
  for (let i = 0; i < n; i++) {
    offsets[i] = out;
    const end = start[i + 1]!;
    for (let e = start[i]!; e < end; ) {
      const t = targets[e]!;
      let f = e + 1;
      while (f < end && targets[f] === t) f++;
      let w = weights[e]!;
      if (f > e + 1) {
        const group = weights.slice(e, f).sort();
        w = 0;
        for (let g = 0; g < group.length; g++) w += group[g]!;
      }
      targets[out] = t;
      weights[out++] = w;
      e = f;
    }
  }
  offsets[n] = out;
  return out;
}

function addLoops(
  loops: Float64Array,
  edges: number[],
  at: Int32Array,
  weights: Float64Array | undefined,
): void {
  const weigh = (e: number) => (weights ? weights[e]! : 1);
  edges.sort((a, b) => at[a]! - at[b]! || weigh(a) - weigh(b));
  for (const e of edges) loops[at[e]!]! += weigh(e);
}

function totalWeightOf(weights: Float64Array, loops: Float64Array): number {
  let twice = 0;
  for (let e = 0; e < weights.length; e++) twice += weights[e]!;
  let total = twice / 2;
  for (let i = 0; i < loops.length; i++) total += loops[i]!;
  return total;
}

/** Σ of weights at each node; a self loop counts twice, as in modularity. */
export function strengths(graph: Csr): Float64Array {
  const { n, offsets, weights, loops } = graph;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 2 * loops[i]!;
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) sum += weights[e]!;
    out[i] = sum;
  }
  return out;
}
