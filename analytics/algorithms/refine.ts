/**
 * Refinement of Leiden (Traag, Waltman & van Eck 2019, "From Louvain to Leiden", algorithm A.2):
 * inside each community nodes start alone and merge only into groups that are well connected to the
 * rest of it, so every group stays connected and badly joined communities can fall apart. A group R
 * of community C is well connected when w(R, C − R) ≥ γ·s_R·(s_C − s_R). The target is drawn with
 * weight exp(gain/θ), θ in units of the mean weight, so that the unit of weights does not matter.
 */
import type { Rng } from '../model/rng.js';
import { fillOrder, type Level, type Scratch } from './level.js';

const THETA = 0.01;

/** Returns the group of each node; a label is the number of some node, not renumbered. */
export function refine(
  level: Level,
  membership: Int32Array,
  gamma: number,
  rng: Rng,
  scratch: Scratch,
): Int32Array {
  const { n, offsets, targets, weights, size } = level;
  const { near, list, queue, queued, members, gains } = scratch;
  const group = new Int32Array(n);
  const groupSize = size.slice(0, n);
  // w(R, C − R) of each group; of each node at first.
  const outward = new Float64Array(n);
  const entries = offsets[n]!;
  let sum = 0;
  for (let e = 0; e < entries; e++) sum += weights[e]!;
  const theta = (THETA * sum) / Math.max(entries, 1) + 1e-300;

  // Community by community, so that its rows are in the cache; random order inside each.
  const start = new Int32Array(n + 1);
  for (let v = 0; v < n; v++) start[membership[v]! + 1]!++;
  for (let c = 0; c < n; c++) start[c + 1]! += start[c]!;
  fillOrder(queue, n, rng);
  const cursor = start.slice(0, n);
  for (let i = 0; i < n; i++) {
    const v = queue[i]!;
    members[cursor[membership[v]!]!++] = v;
    group[v] = v;
  }
  // `queued` marks nodes that are no longer alone.
  queued.fill(0, 0, n);
  for (let c = 0; c < n; c++) {
    const first = start[c]!;
    const last = start[c + 1]!;
    if (last - first < 2) continue;
    let whole = 0;
    for (let i = first; i < last; i++) {
      const v = members[i]!;
      whole += size[v]!;
      let inside = 0;
      for (let e = offsets[v]!; e < offsets[v + 1]!; e++) {
        if (membership[targets[e]!] === c) inside += weights[e]!;
      }
      outward[v] = inside;
    }
    for (let i = first; i < last; i++) {
      const v = members[i]!;
      if (queued[v] === 1) continue;
      const pull = gamma * size[v]!;
      if (outward[v]! < pull * (whole - size[v]!)) continue;
      let found = 0;
      for (let e = offsets[v]!; e < offsets[v + 1]!; e++) {
        const u = targets[e]!;
        if (membership[u] !== c) continue;
        const g = group[u]!;
        const w = near[g]!;
        if (w === 0) list[found++] = g;
        near[g] = w + weights[e]!;
      }
      let best = -1;
      let bestGain = 0;
      for (let k = 0; k < found; k++) {
        const g = list[k]!;
        const s = groupSize[g]!;
        const gain = near[g]! - pull * s;
        gains[k] = outward[g]! >= gamma * s * (whole - s) ? gain : -1;
        if (gains[k]! > bestGain || (gains[k]! >= 0 && best < 0)) {
          bestGain = gain;
          best = k;
        }
      }
      if (best >= 0) {
        const chosen = list[draw(gains, found, best, theta, rng)]!;
        outward[chosen]! += outward[v]! - 2 * near[chosen]!;
        groupSize[chosen]! += size[v]!;
        group[v] = chosen;
        queued[v] = 1;
        queued[chosen] = 1;
      }
      for (let k = 0; k < found; k++) near[list[k]!] = 0;
    }
  }
  return group;
}

/** Index drawn with weight exp(gain/θ) among gains ≥ 0; the best one when no other comes near. */
function draw(gains: Float64Array, found: number, best: number, theta: number, rng: Rng): number {
  const top = gains[best]!;
  const floor = Math.max(top - 40 * theta, 0);
  let rivals = 0;
  for (let k = 0; k < found; k++) if (gains[k]! >= floor) rivals++;
  if (rivals < 2) return best;
  let sum = 0;
  for (let k = 0; k < found; k++) {
    if (gains[k]! >= floor) sum += Math.exp((gains[k]! - top) / theta);
  }
  let left = rng.next() * sum;
  for (let k = 0; k < found; k++) {
    if (gains[k]! < floor) continue;
    left -= Math.exp((gains[k]! - top) / theta);
    if (left < 0) return k;
  }
  return best;
}
