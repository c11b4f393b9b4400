/**
 * Leiden (Traag, Waltman & van Eck 2019, "From Louvain to Leiden: guaranteeing well-connected
 * communities"): local moving, refinement, aggregation of the refined groups, again until nothing
 * moves; then the whole once more from the partition found, until it stops improving.
 *
 * Objectives: `modularity` with resolution γ (weights count) or `cpm` with γ the density that a
 * community must exceed. Every community of the result is connected: one that fell apart when a
 * node moved out of it is split at the end, which never lowers either objective.
 */
import { throwIfAborted } from '../model/errors.js';
import { createRng } from '../model/rng.js';
import { splitDisconnected } from './components.js';
import { type Csr, strengths } from './csr.js';
import {
  aggregate,
  createScratch,
  type Level,
  localMove,
  renumber,
  type Scratch,
} from './level.js';
import { cpmQuality, modularity } from './quality.js';
import { refine } from './refine.js';

export interface CommunityOptions {
  readonly objective?: 'modularity' | 'cpm';
  /** γ; 1 by default. */
  readonly resolution?: number;
  readonly seed?: number;
  /** At most so many rounds over the whole graph; Infinity (default) goes on until it is stable. */
  readonly iterations?: number;
  /** Start from this partition (labels 0 … n − 1) instead of from single nodes. */
  readonly initial?: Int32Array;
  readonly signal?: AbortSignal;
}

export interface Communities {
  /** Community of each node, numbered by smallest node. */
  readonly membership: Int32Array;
  readonly count: number;
  /** The objective's value, computed afresh from the graph. */
  readonly quality: number;
  /** Rounds over the whole graph. */
  readonly rounds: number;
}

/** The first level and γ of the gain formula. */
export function firstLevel(graph: Csr, objective: 'modularity' | 'cpm', resolution: number) {
  const size = objective === 'cpm' ? new Float64Array(graph.n).fill(1) : strengths(graph);
  const gamma = objective === 'cpm' ? resolution : resolution / (2 * graph.totalWeight || 1);
  const { n, offsets, targets, weights } = graph;
  const level: Level = { n, offsets, targets, weights, size };
  return { level, gamma };
}

export function leiden(graph: Csr, options: CommunityOptions = {}): Communities {
  const { objective = 'modularity', resolution = 1, iterations = Infinity } = options;
  const rng = createRng(options.seed ?? 1);
  const { level, gamma } = firstLevel(graph, objective, resolution);
  const scratch = createScratch(graph.n);
  const quality = (m: Int32Array) =>
    objective === 'cpm' ? cpmQuality(graph, m, resolution) : modularity(graph, m, resolution);

  const start = options.initial ?? Int32Array.from({ length: graph.n }, (_, i) => i);
  let best = splitDisconnected(graph, start).membership;
  let bestQuality = quality(best);
  let rounds = 0;
  while (rounds < iterations) {
    throwIfAborted(options.signal);
    const membership = best.slice();
    const moved = round(level, membership, gamma, rng, scratch, options.signal);
    rounds++;
    const split = splitDisconnected(graph, membership);
    const now = quality(split.membership);
    if (now > bestQuality + 1e-10 * Math.max(1, Math.abs(bestQuality))) {
      bestQuality = now;
      best = split.membership;
    } else break;
    if (!moved) break;
  }
  const count = renumber(best, graph.n, scratch.members);
  return { membership: best, count, quality: quality(best), rounds };
}

/** One pass from the original nodes up; `membership` becomes the result. True when a node moved. */
function round(
  first: Level,
  membership: Int32Array,
  gamma: number,
  rng: ReturnType<typeof createRng>,
  scratch: Scratch,
  signal: AbortSignal | undefined,
): boolean {
  let level = first;
  let current = membership;
  // Node of the current level that each original node has become.
  let path: Int32Array | undefined;
  let moved = false;
  for (;;) {
    throwIfAborted(signal);
    if (localMove(level, current, gamma, rng, scratch) > 0) moved = true;
    const communities = renumber(current, level.n, scratch.members);
    if (communities === level.n) break;
    const group = refine(level, current, gamma, rng, scratch);
    const groups = renumber(group, level.n, scratch.members);
    if (groups === level.n) break;
    const next = aggregate(level, group, groups, scratch);
    const above = new Int32Array(groups);
    for (let v = 0; v < level.n; v++) above[group[v]!] = current[v]!;
    if (path) for (let i = 0; i < first.n; i++) path[i] = group[path[i]!]!;
    else path = group;
    level = next;
    current = above;
  }
  if (path) for (let i = 0; i < first.n; i++) membership[i] = current[path[i]!]!;
  return moved;
}
