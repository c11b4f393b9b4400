/**
 * Louvain (Blondel, Guillaume, Lambiotte & Lefebvre 2008, "Fast unfolding of communities in large
 * networks"): local moving, aggregation of the communities, again until nothing moves. Local moving
 * visits by queue (Ozaki, Tezuka & Inaba 2016). Kept as the yardstick of Leiden: communities may be
 * disconnected inside, so detectors use `leiden`.
 */
import { throwIfAborted } from '../model/errors.js';
import { createRng } from '../model/rng.js';
import type { Csr } from './csr.js';
import { type Communities, type CommunityOptions, firstLevel } from './leiden.js';
import { aggregate, createScratch, localMove, renumber } from './level.js';
import { cpmQuality, modularity } from './quality.js';

export function louvain(
  graph: Csr,
  options: Omit<CommunityOptions, 'iterations' | 'initial'> = {},
): Communities {
  const { objective = 'modularity', resolution = 1 } = options;
  const rng = createRng(options.seed ?? 1);
  const first = firstLevel(graph, objective, resolution);
  const scratch = createScratch(graph.n);
  let level = first.level;
  const membership = Int32Array.from({ length: graph.n }, (_, i) => i);
  let rounds = 0;
  for (;;) {
    throwIfAborted(options.signal);
    const current = Int32Array.from({ length: level.n }, (_, i) => i);
    rounds++;
    if (localMove(level, current, first.gamma, rng, scratch) === 0) break;
    const groups = renumber(current, level.n, scratch.members);
    for (let i = 0; i < graph.n; i++) membership[i] = current[membership[i]!]!;
    if (groups === level.n) break;
    level = aggregate(level, current, groups, scratch);
  }
  const count = renumber(membership, graph.n, scratch.members);
  const quality =
    objective === 'cpm'
      ? cpmQuality(graph, membership, resolution)
      : modularity(graph, membership, resolution);
  return { membership, count, quality, rounds };
}
