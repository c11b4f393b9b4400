/**
 * The long kernels by name, for worker threads (`pool.ts`). Inputs and outputs are plain data: typed
 * arrays over `SharedArrayBuffer`s are shared, all others copied.
 */
import { createRng } from '../model/rng.js';
import { type BurstOptions, type BurstScan, scanBursts } from './burst.js';
import { type Csr, csrMemory } from './csr.js';
import { type Communities, type CommunityOptions, leiden } from './leiden.js';
import { communityMemory } from './level.js';
import { type PairEvidence, type PairTest, pairTestMemory, testPairs } from './pairTest.js';
import { type BipartiteEdges, type Block, peelDensest, peelMemory } from './peel.js';
import { redrawClocks } from './redraw.js';

/** An `AbortSignal` cannot reach a busy thread: the pool ends the thread instead. */
type Posted<T> = Omit<T, 'signal'>;

export interface Kernels {
  leiden(input: { graph: Csr; options?: Posted<CommunityOptions> }): Communities;
  bursts(input: { counts: Int32Array; options?: Posted<BurstOptions> }): BurstScan;
  peel(input: { edges: BipartiteEdges; logWeighted?: boolean }): Block;
  /** The observed pairs. */
  pairs(input: { test: PairTest }): PairEvidence;
  /** The pairs of one redrawn world. */
  redrawnPairs(input: { test: PairTest; seed: number }): PairEvidence;
}

export type KernelName = keyof Kernels;
export type KernelInput<K extends KernelName> = Parameters<Kernels[K]>[0];
export type KernelOutput<K extends KernelName> = ReturnType<Kernels[K]>;

export const kernels: Kernels = {
  leiden: ({ graph, options }) => leiden(graph, options),
  bursts: ({ counts, options }) => scanBursts(counts, options),
  peel: ({ edges, logWeighted }) => peelDensest(edges, { logWeighted: logWeighted ?? true }),
  pairs: ({ test }) => testPairs(test),
  redrawnPairs: ({ test, seed }) => testPairs(test, redrawClocks(test.world, createRng(seed))),
};

/** Peak bytes of a task, its input included: to be asked before it is run. */
export const kernelMemory: { [K in KernelName]: (input: KernelInput<K>) => number } = {
  leiden: ({ graph }) => csrMemory(graph.n, graph.edges) + communityMemory(graph.n, graph.edges),
  bursts: ({ counts }) => counts.length * 8 * 8,
  peel: ({ edges }) => peelMemory(edges.rows + edges.columns, edges.row.length),
  pairs: ({ test }) => pairTestMemory(test.world.rows, test.world.patients, test.meetings),
  redrawnPairs: ({ test }) =>
    pairTestMemory(test.world.rows, test.world.patients, test.meetings) + test.world.rows * 4,
};
