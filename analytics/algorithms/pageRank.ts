/**
 * Personalised PageRank of an undirected weighted graph: how often a walker passes each node who steps
 * to a neighbour (by weight) with probability d and else begins again at a seed,
 *   x = (1 − d)·v + d·(W·S⁻¹·x + dangling(x)·v),   S the strengths, v where it begins, Σv = Σx = 1.
 *
 * Page, Brin, Motwani & Winograd 1999, "The PageRank citation ranking"; with few seeds, Andersen, Chung &
 * Lang 2006, "Local graph partitioning using PageRank vectors", who divide by what a node's size alone would
 * bring before they compare nodes. `pageRankFrom` gives the PageRank of a walker who begins anywhere to
 * divide by: a hospital that everybody visits is passed often, and as often without the seeds.
 *
 * Power iteration, every row summed in the order of its neighbours: the same bits whatever the machine's load.
 * A step shrinks the error by d at least, so what is left is at most change·d/(1 − d) (in Σ|·|).
 */
import { throwIfAborted } from '../model/errors.js';
import type { Csr } from './csr.js';

export interface PageRankOptions {
  /** d, the probability of walking on. 0.85 when absent. */
  readonly damping?: number;
  /** Largest error of the answer, Σ|·|. 1e-9 when absent. */
  readonly tolerance?: number;
  readonly signal?: AbortSignal | undefined;
}

const DAMPING = 0.85;
const TOLERANCE = 1e-9;

/** Peak bytes of one PageRank beside the graph. */
export function pageRankMemory(nodes: number): number {
  return nodes * 8 * 5;
}

/**
 * Shares of the walker's time, summing to 1. `restart` has a weight ≥ 0 for each node, in any unit, at least
 * one above 0; without it all nodes alike. Self loops are left out; who has no neighbour begins again.
 */
export function pageRank(
  graph: Csr,
  restart?: Float64Array,
  options: PageRankOptions = {},
): Float64Array {
  const { n, offsets, targets, weights } = graph;
  const { damping = DAMPING, tolerance = TOLERANCE } = options;
  const begin = normalised(n, restart);
  const perWeight = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let strength = 0;
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) strength += weights[e]!;
    perWeight[i] = strength > 0 ? 1 / strength : 0;
  }
  let x = begin.slice();
  let next = new Float64Array(n);
  const given = new Float64Array(n);
  for (;;) {
    throwIfAborted(options.signal);
    let dangling = 0;
    for (let i = 0; i < n; i++) {
      given[i] = x[i]! * perWeight[i]!;
      if (perWeight[i] === 0) dangling += x[i]!;
    }
    const again = 1 - damping + damping * dangling;
    let change = 0;
    for (let i = 0; i < n; i++) {
      let came = 0;
      for (let e = offsets[i]!; e < offsets[i + 1]!; e++) came += weights[e]! * given[targets[e]!]!;
      next[i] = again * begin[i]! + damping * came;
      change += Math.abs(next[i]! - x[i]!);
    }
    [x, next] = [next, x];
    if (change * damping <= tolerance * (1 - damping)) return x;
  }
}

/**
 * `near`: the PageRank from the seeds. `came`: of it, how often the walker came there and did not begin there, so
 * that seeds can be compared with others. `anywhere`: the PageRank of one who begins anywhere, which is what a
 * node's size explains.
 */
export function pageRankFrom(
  graph: Csr,
  restart: Float64Array,
  options: PageRankOptions = {},
): Readonly<Record<'near' | 'came' | 'anywhere', Float64Array>> {
  const near = pageRank(graph, restart, options);
  const anywhere = pageRank(graph, undefined, options);
  const { n, offsets } = graph;
  const begin = normalised(n, restart);
  const damping = options.damping ?? DAMPING;
  let dangling = 0;
  for (let i = 0; i < n; i++) if (offsets[i] === offsets[i + 1]) dangling += near[i]!;
  const began = 1 - damping + damping * dangling;
  return { near, came: near.map((x, i) => x - began * begin[i]!), anywhere };
}

function normalised(n: number, restart: Float64Array | undefined): Float64Array {
  if (!restart) return new Float64Array(n).fill(1 / n);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += restart[i]!;
  return restart.map((w) => w / sum);
}
