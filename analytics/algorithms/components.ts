/**
 * Connected components by union–find with path halving and union by smaller root (Tarjan & van
 * Leeuwen 1984). The root of a set is its smallest node, so labels do not depend on edge order.
 */
import type { Csr } from './csr.js';

/** A union–find over 0 … n − 1. */
export interface Forest {
  find(i: number): number;
  /** Joins two sets; false when they were one already. */
  union(a: number, b: number): boolean;
}

export function createForest(n: number): Forest {
  const parent = new Int32Array(n);
  for (let i = 0; i < n; i++) parent[i] = i;
  const find = (start: number) => {
    let i = start;
    while (parent[i] !== i) {
      const up = parent[parent[i]!]!;
      parent[i] = up;
      i = up;
    }
    return i;
  };
  const union = (a: number, b: number) => {
    const x = find(a);
    const y = find(b);
    if (x === y) return false;
    if (x < y) parent[y] = x;
    else parent[x] = y;
    return true;
  };
  return { find, union };
}

export interface Labels {
  /** Label of each node, 0 … count − 1, numbered by the smallest node of each set. */
  readonly membership: Int32Array;
  readonly count: number;
}

/** Components of a graph. */
export function connectedComponents(graph: Csr): Labels {
  const { n, offsets, targets } = graph;
  const forest = createForest(n);
  for (let i = 0; i < n; i++) {
    for (let e = offsets[i]!; e < offsets[i + 1]! && targets[e]! < i; e++) {
      forest.union(i, targets[e]!);
    }
  }
  return labelsOf(n, forest.find);
}

/** Components inside each community: a community that falls apart becomes several. */
export function splitDisconnected(graph: Csr, membership: Int32Array): Labels {
  const { n, offsets, targets } = graph;
  const forest = createForest(n);
  for (let i = 0; i < n; i++) {
    const own = membership[i]!;
    for (let e = offsets[i]!; e < offsets[i + 1]! && targets[e]! < i; e++) {
      if (membership[targets[e]!] === own) forest.union(i, targets[e]!);
    }
  }
  return labelsOf(n, forest.find);
}

function labelsOf(n: number, find: (i: number) => number): Labels {
  const membership = new Int32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const root = find(i);
    membership[i] = root === i ? count++ : membership[root]!;
  }
  return { membership, count };
}
