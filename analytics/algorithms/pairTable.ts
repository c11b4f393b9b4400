/**
 * Counts of pairs in an open-addressing hash table over typed arrays: linear probing, at most half
 * full, multiplicative hashing (Knuth, TAOCP 3, §6.4).
 */
import { pairHash } from './pairIds.js';

/** A pair a < b counts once per cell: `last` holds the cell that counted it last. */
export interface PairTable {
  size: number;
  mask: number;
  a: Int32Array;
  b: Int32Array;
  count: Int32Array;
  last: Int32Array;
}

export function createPairTable(expected = 1 << 12): PairTable {
  let capacity = 1 << 12;
  while (capacity < expected * 2) capacity *= 2;
  return {
    size: 0,
    mask: capacity - 1,
    a: new Int32Array(capacity).fill(-1),
    b: new Int32Array(capacity),
    count: new Int32Array(capacity),
    last: new Int32Array(capacity),
  };
}

function slotOf(table: PairTable, a: number, b: number): number {
  let i = pairHash(a, b) & table.mask;
  while (table.a[i] !== -1 && (table.a[i] !== a || table.b[i] !== b)) i = (i + 1) & table.mask;
  return i;
}

/** Counts the pair (in either order) unless `cell` was the last to count it. */
export function addPair(table: PairTable, x: number, y: number, cell: number): void {
  const a = Math.min(x, y);
  const b = Math.max(x, y);
  const i = slotOf(table, a, b);
  if (table.a[i] === -1) {
    table.a[i] = a;
    table.b[i] = b;
    table.count[i] = 1;
    table.last[i] = cell;
    if (++table.size * 2 > table.mask) grow(table);
  } else if (table.last[i] !== cell) {
    table.count[i]!++;
    table.last[i] = cell;
  }
}

function grow(table: PairTable): void {
  const { a, b, count, last } = table;
  const bigger = createPairTable(a.length);
  for (let i = 0; i < a.length; i++) {
    if (a[i] === -1) continue;
    const j = slotOf(bigger, a[i]!, b[i]!);
    bigger.a[j] = a[i]!;
    bigger.b[j] = b[i]!;
    bigger.count[j] = count[i]!;
    bigger.last[j] = last[i]!;
  }
  Object.assign(table, { ...bigger, size: table.size });
}

export interface PairCounts {
  readonly size: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly count: Int32Array;
}

/** Pairs counted at least `least` times, ordered by (a, b). */
export function pairsAtLeast(table: PairTable, least: number): PairCounts {
  let size = 0;
  let most = 0;
  for (let i = 0; i <= table.mask; i++) {
    if (table.a[i] === -1 || table.count[i]! < least) continue;
    size++;
    if (table.b[i]! > most) most = table.b[i]!;
  }
  // a·(most + 1) + b stays below 2^53 for ninety million patients, so one numeric sort will do.
  const keys = new Float64Array(size);
  let at = 0;
  for (let i = 0; i <= table.mask; i++) {
    if (table.a[i] === -1 || table.count[i]! < least) continue;
    keys[at++] = table.a[i]! * (most + 1) + table.b[i]!;
  }
  keys.sort();
  const a = new Int32Array(size);
  const b = new Int32Array(size);
  const count = new Int32Array(size);
  for (let k = 0; k < size; k++) {
    a[k] = Math.floor(keys[k]! / (most + 1));
    b[k] = keys[k]! - a[k]! * (most + 1);
    count[k] = table.count[slotOf(table, a[k]!, b[k]!)]!;
  }
  return { size, a, b, count };
}
