/**
 * Dense blocks of a sparse tensor (patients × institutions × drugs × weeks), one after another.
 *
 * M-Zoom (Shin, Hooi & Faloutsos 2016; D-Cube 2017 for tensors beyond memory): of a block with mass M, the sum
 * of its entries' weights, and values V_k in mode k, the density is ρ = M ÷ (Σ_k |V_k| / modes). The value of
 * whatever mode that adds least is removed again and again, and the best block on the way is kept: its ρ is at least
 * 1/modes of the optimum, for any weights ≥ 0. A block is then taken out and the rest peeled again.
 *
 * With equal weights the plain density likes what is popular and large. Weights are therefore the caller's
 * measure of suspicion: an entry that the popularity of its values explains weighs nothing (FRAUDAR, Hooi et
 * al. 2016, weighs by the logarithm of a column's degree; `detectors/unknownPattern` by the excess of its cell).
 *
 * Time O(entries · modes · log values) a block, by one tournament tree a mode.
 */
import { throwIfAborted } from '../model/errors.js';
import { createTournament } from './peel.js';

export interface Tensor {
  /** Number of values of each mode. */
  readonly sizes: readonly number[];
  /** Value of each entry in each mode; entries of equal values add up. */
  readonly at: readonly Int32Array[];
  /** Weight of each entry, ≥ 0. */
  readonly weights: Float64Array;
}

export interface TensorBlock {
  /** Values of each mode, ascending. */
  readonly values: readonly Int32Array[];
  /** Σ of the weights inside. */
  readonly mass: number;
  /** ρ of the block. */
  readonly score: number;
}

export interface TensorBlockOptions {
  /** Blocks wanted at most; 1 by default. */
  readonly blocks?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes that the peel needs beside its input. */
export function tensorMemory(sizes: readonly number[], entries: number): number {
  const values = sizes.reduce((x, y) => x + y, 0);
  return values * (8 + 4 * 4) + entries * (sizes.length * 4 + 4);
}

/** Blocks in the order found; none of mass 0. */
export function tensorBlocks(tensor: Tensor, options: TensorBlockOptions = {}): TensorBlock[] {
  const out: TensorBlock[] = [];
  let rest = Int32Array.from(tensor.weights, (_, e) => e).filter((e) => tensor.weights[e]! > 0);
  while (out.length < (options.blocks ?? 1) && rest.length > 0) {
    const block = densest(tensor, rest, options.signal);
    out.push(block);
    const inside = block.values.map((values, k) => {
      const flags = new Uint8Array(tensor.sizes[k]!);
      for (const v of values) flags[v] = 1;
      return flags;
    });
    rest = rest.filter((e) => tensor.at.some((of, k) => inside[k]![of[e]!] === 0));
  }
  return out;
}

/** One mode's values: the entries of each, in CSR, and the tree over their masses. */
interface Mode {
  readonly start: Int32Array;
  readonly entries: Int32Array;
  /** Mass of each value; Infinity once removed, or where it never had an entry. */
  readonly mass: Float64Array;
  readonly tree: { least(): number; update(i: number): void };
  readonly removedAt: Int32Array;
  alive: number;
}

function densest({ sizes, at, weights }: Tensor, entries: Int32Array, signal?: AbortSignal) {
  const modes = sizes.map((size, k): Mode => modeOf(size, at[k]!, weights, entries));
  const gone = new Uint8Array(weights.length);
  let mass = 0;
  for (const e of entries) mass += weights[e]!;
  let values = modes.reduce((sum, m) => sum + m.alive, 0);
  let best = (mass * modes.length) / values;
  let bestStep = 0;
  let bestMass = mass;
  for (let step = 0; ; step++) {
    if ((step & 0xfff) === 0) throwIfAborted(signal);
    // The last value of a mode stays: without it the block is empty.
    let mode: Mode | undefined;
    let least = Infinity;
    for (const m of modes) {
      if (m.alive <= 1) continue;
      const d = m.mass[m.tree.least()]!;
      if (d < least) {
        least = d;
        mode = m;
      }
    }
    if (!mode) break;
    const v = mode.tree.least();
    mode.removedAt[v] = step;
    mode.mass[v] = Infinity;
    mode.tree.update(v);
    mode.alive--;
    values--;
    for (let x = mode.start[v]!; x < mode.start[v + 1]!; x++) {
      const e = mode.entries[x]!;
      if (gone[e]) continue;
      gone[e] = 1;
      mass -= weights[e]!;
      for (let k = 0; k < modes.length; k++) {
        const m = modes[k]!;
        if (m === mode) continue;
        const u = at[k]![e]!;
        m.mass[u]! -= weights[e]!;
        m.tree.update(u);
      }
    }
    const score = (mass * modes.length) / values;
    // A hair's margin: equal densities, apart by rounding only, keep the larger block.
    if (score > best * (1 + 1e-12) + 1e-12) {
      best = score;
      bestStep = step + 1;
      bestMass = mass;
    }
  }
  return {
    values: modes.map((m) => {
      const kept: number[] = [];
      m.removedAt.forEach((step, v) => {
        if (step >= bestStep) kept.push(v);
      });
      return Int32Array.from(kept);
    }),
    mass: bestMass,
    score: best,
  };
}

function modeOf(size: number, at: Int32Array, weights: Float64Array, entries: Int32Array): Mode {
  const start = new Int32Array(size + 1);
  for (const e of entries) start[at[e]! + 1]!++;
  for (let v = 0; v < size; v++) start[v + 1]! += start[v]!;
  const cursor = start.slice(0, size);
  const sorted = new Int32Array(entries.length);
  const mass = new Float64Array(size);
  for (const e of entries) {
    sorted[cursor[at[e]!]!++] = e;
    mass[at[e]!]! += weights[e]!;
  }
  const removedAt = new Int32Array(size).fill(2 ** 31 - 1);
  let alive = 0;
  for (let v = 0; v < size; v++) {
    if (start[v] !== start[v + 1]) {
      alive++;
      continue;
    }
    mass[v] = Infinity;
    removedAt[v] = -1;
  }
  return { start, entries: sorted, mass, tree: createTournament(mass), removedAt, alive };
}
