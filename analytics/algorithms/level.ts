/**
 * The two moves that Louvain and Leiden share: local moving and aggregation, over one level of the
 * hierarchy.
 *
 * Both objectives are one formula: moving node v into community C gains
 * w(v, C) − γ·s_v·S_C, where s is the strength and γ = resolution/2m for modularity, and s is the
 * number of original nodes and γ the resolution for CPM (Traag, Waltman & van Eck 2019).
 */
import type { Rng } from '../model/rng.js';

/** A graph of one level. Self loops need no storage: they never change the gain of a move. */
export interface Level {
  readonly n: number;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float64Array;
  /** s of the formula above. */
  readonly size: Float64Array;
}

/** Arrays reused over levels and iterations; sized for the first level. */
export interface Scratch {
  readonly near: Float64Array;
  readonly gains: Float64Array;
  readonly list: Int32Array;
  readonly queue: Int32Array;
  readonly queued: Uint8Array;
  readonly total: Float64Array;
  readonly members: Int32Array;
  readonly empty: Int32Array;
}

export function createScratch(n: number): Scratch {
  return {
    near: new Float64Array(n),
    gains: new Float64Array(n),
    list: new Int32Array(n),
    queue: new Int32Array(n),
    queued: new Uint8Array(n),
    total: new Float64Array(n),
    members: new Int32Array(n),
    empty: new Int32Array(n + 1),
  };
}

/** Nodes with at most so many neighbours gather them in a table of 256 slots. */
const SMALL = 128;
const keys = new Int32Array(256).fill(-1);
const sums = new Float64Array(256);
const slots = new Int32Array(256);
const around = new Int32Array(SMALL);

/** 0 … n − 1 in random order. */
export function fillOrder(queue: Int32Array, n: number, rng: Rng): void {
  for (let i = 0; i < n; i++) queue[i] = i;
  for (let i = n - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    const held = queue[i]!;
    queue[i] = queue[j]!;
    queue[j] = held;
  }
}

/**
 * Moves nodes to their best community until none wants to move, visiting only those whose
 * neighbourhood changed (the queue of Leiden, swept in one random order). Changes `membership` in
 * place, labels staying in 0 … n − 1; returns the number of moves.
 */
export function localMove(
  level: Level,
  membership: Int32Array,
  gamma: number,
  rng: Rng,
  scratch: Scratch,
): number {
  const { n, offsets, targets, weights, size } = level;
  const { near, list, queue, queued, total, empty } = scratch;
  total.fill(0, 0, n);
  queued.fill(1, 0, n);
  const count = scratch.members;
  count.fill(0, 0, n);
  for (let v = 0; v < n; v++) {
    const c = membership[v]!;
    total[c]! += size[v]!;
    count[c]!++;
  }
  let empties = 0;
  for (let c = n - 1; c >= 0; c--) if (count[c] === 0) empty[empties++] = c;
  // Visiting runs of neighbouring rows costs a fraction of the cache misses of a full shuffle; small
  // levels, which fit the cache anyway, are shuffled node by node.
  const shift = n > 1 << 15 ? 6 : 0;
  const runs = n > 0 ? ((n - 1) >> shift) + 1 : 0;
  fillOrder(queue, runs, rng);
  let waiting = n;
  let moves = 0;
  let run = 0;
  let v = 0;
  let end = 0;
  while (waiting > 0) {
    if (v === end) {
      v = queue[run]! << shift;
      end = Math.min(n, v + (1 << shift));
      run = run + 1 === runs ? 0 : run + 1;
    }
    const at = v++;
    if (queued[at] === 0) continue;
    queued[at] = 0;
    waiting--;
    const from = offsets[at]!;
    const to = offsets[at + 1]!;
    const own = membership[at]!;
    const pull = gamma * size[at]!;
    let best = own;
    let bestGain = -pull * (total[own]! - size[at]!);
    let stay = bestGain;
    let found = 0;
    if (to - from <= SMALL) {
      // Few neighbours: a table that stays in the first-level cache, filled from labels gathered
      // beforehand so that their loads overlap.
      const degree = to - from;
      for (let k = 0; k < degree; k++) around[k] = membership[targets[from + k]!]!;
      for (let k = 0; k < degree; k++) {
        const c = around[k]!;
        const w = weights[from + k]!;
        if (c === own) {
          stay += w;
          continue;
        }
        let h = Math.imul(c, 0x9e3779b1) >>> 24;
        while (keys[h] !== c && keys[h] !== -1) h = (h + 1) & 255;
        if (keys[h] === -1) {
          keys[h] = c;
          sums[h] = w;
          slots[found++] = h;
        } else sums[h]! += w;
      }
      bestGain = stay;
      for (let i = 0; i < found; i++) {
        const h = slots[i]!;
        const w = sums[h]!;
        // A gain is never above the weight: most candidates need not be weighed against their size.
        if (w > bestGain) {
          const gain = w - pull * total[keys[h]!]!;
          if (gain > bestGain) {
            bestGain = gain;
            best = keys[h]!;
          }
        }
        keys[h] = -1;
      }
    } else {
      for (let e = from; e < to; e++) {
        const c = membership[targets[e]!]!;
        const w = near[c]!;
        if (w === 0) list[found++] = c;
        near[c] = w + weights[e]!;
      }
      stay += near[own]!;
      near[own] = 0;
      bestGain = stay;
      for (let i = 0; i < found; i++) {
        const c = list[i]!;
        const w = near[c]!;
        near[c] = 0;
        if (w <= bestGain || w === 0) continue;
        const gain = w - pull * total[c]!;
        if (gain > bestGain) {
          bestGain = gain;
          best = c;
        }
      }
    }
    if (bestGain < -1e-12 && count[own]! > 1) {
      best = empty[empties - 1]!;
      bestGain = 0;
    }
    if (best === own || bestGain <= stay + 1e-12 * (1 + Math.abs(stay))) continue;
    moves++;
    if (count[best] === 0) empties--;
    total[own]! -= size[at]!;
    if (--count[own]! === 0) {
      total[own] = 0;
      empty[empties++] = own;
    }
    total[best]! += size[at]!;
    count[best]!++;
    membership[at] = best;
    if (to - from <= SMALL) {
      const degree = to - from;
      for (let k = 0; k < degree; k++) {
        const u = targets[from + k]!;
        // 1 where the neighbour's community is another and it does not wait yet; without a branch,
        // since a mispredicted one would wait for memory.
        const d = around[k]! - best;
        const wake = ((d | -d) >>> 31) & (queued[u]! ^ 1);
        queued[u]! |= wake;
        waiting += wake;
      }
      continue;
    }
    for (let e = from; e < to; e++) {
      const u = targets[e]!;
      if (queued[u] === 0 && membership[u] !== best) {
        queued[u] = 1;
        waiting++;
      }
    }
  }
  return moves;
}

/** Renumbers labels 0 … by first appearance, in place; `map` is scratch of length ≥ n. */
export function renumber(membership: Int32Array, n: number, map: Int32Array): number {
  map.fill(-1, 0, n);
  let next = 0;
  for (let v = 0; v < n; v++) {
    const c = membership[v]!;
    const known = map[c]!;
    membership[v] = known < 0 ? next : known;
    if (known < 0) map[c] = next++;
  }
  return next;
}

/** The level whose nodes are the groups 0 … groups − 1 of `membership`. */
export function aggregate(
  level: Level,
  membership: Int32Array,
  groups: number,
  scratch: Scratch,
): Level {
  const { n, offsets, targets, weights, size } = level;
  const { near, list, members } = scratch;
  const start = new Int32Array(groups + 1);
  for (let v = 0; v < n; v++) start[membership[v]! + 1]!++;
  for (let g = 0; g < groups; g++) start[g + 1]! += start[g]!;
  const cursor = scratch.queue;
  cursor.set(start.subarray(0, groups));
  for (let v = 0; v < n; v++) members[cursor[membership[v]!]!++] = v;

  const newOffsets = new Int32Array(groups + 1);
  const newSize = new Float64Array(groups);
  // Room for every entry that could survive; most of a good partition's entries do not.
  let room = Math.min(offsets[n]!, Math.max(1024, offsets[n]! >>> 2));
  let newTargets = new Int32Array(room);
  let newWeights = new Float64Array(room);
  let out = 0;
  for (let g = 0; g < groups; g++) {
    let found = 0;
    let total = 0;
    for (let i = start[g]!; i < start[g + 1]!; i++) {
      const v = members[i]!;
      total += size[v]!;
      for (let e = offsets[v]!; e < offsets[v + 1]!; e++) {
        const h = membership[targets[e]!]!;
        const w = near[h]!;
        if (w === 0) list[found++] = h;
        near[h] = w + weights[e]!;
      }
    }
    newSize[g] = total;
    if (out + found > room) {
      room = Math.min(offsets[n]!, Math.max(room * 2, out + found));
      const moreTargets = new Int32Array(room);
      moreTargets.set(newTargets);
      newTargets = moreTargets;
      const moreWeights = new Float64Array(room);
      moreWeights.set(newWeights);
      newWeights = moreWeights;
    }
    for (let i = 0; i < found; i++) {
      const h = list[i]!;
      if (h !== g && near[h]! > 0) {
        newTargets[out] = h;
        newWeights[out++] = near[h]!;
      }
      near[h] = 0;
    }
    newOffsets[g + 1] = out;
  }
  return {
    n: groups,
    offsets: newOffsets,
    targets: newTargets,
    weights: newWeights,
    size: newSize,
  };
}
