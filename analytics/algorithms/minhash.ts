/**
 * Sets that are nearly the same, without comparing all pairs.
 *
 * MinHash (Broder 1997): the share of equal minima under k random orders estimates the Jaccard
 * similarity; bands of r minima (Leskovec, Rajaraman & Ullman, ch. 3) make two sets candidates with chance
 * 1 − (1 − sʳ)^b, here r = 4, b = 16: .999997 at s = .9, .10 at .3. Candidates are compared exactly, so a
 * pair that is reported is right, and one of s ≥ .9 is missed three times in a million.
 */
import { push } from '../model/multimap.js';
import { createRng } from '../model/rng.js';

const BANDS = 16;
const ROWS = 4;

export interface MinHashOptions {
  /** Least Jaccard similarity, at least .5. */
  readonly similarity: number;
  readonly seed: number;
}

/**
 * Calls `found` for each pair i < j of sets with |A ∩ B| / |A ∪ B| ≥ similarity, once. Set i is
 * `tokens[start[i]] … tokens[start[i + 1] − 1]`, ascending and distinct, tokens ≥ 0; empty sets are like nothing.
 */
export function similarPairs(
  start: ArrayLike<number>,
  tokens: ArrayLike<number>,
  options: MinHashOptions,
  found: (i: number, j: number, similarity: number) => void,
): void {
  const n = start.length - 1;
  const rng = createRng(options.seed);
  const orders = BANDS * ROWS;
  const salt = Int32Array.from({ length: orders }, () => rng.int(0x7fffffff) | 1);
  const minima = new Int32Array(n * orders);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < orders; k++) {
      let least = 0x7fffffff;
      for (let t = start[i]!; t < start[i + 1]!; t++)
        least = Math.min(least, scatter(tokens[t]!, salt[k]!));
      minima[i * orders + k] = least;
    }
  const seen = new Set<number>();
  for (let band = 0; band < BANDS; band++) {
    const buckets = new Map<string, number[]>();
    for (let i = 0; i < n; i++) {
      if (start[i] === start[i + 1]) continue;
      const at = i * orders + band * ROWS;
      const key = minima.subarray(at, at + ROWS).join();
      push(buckets, key, i);
    }
    for (const bucket of buckets.values())
      for (let x = 0; x < bucket.length; x++)
        for (let y = x + 1; y < bucket.length; y++) {
          const pair = bucket[x]! * n + bucket[y]!;
          if (seen.has(pair)) continue;
          seen.add(pair);
          const similarity = jaccard(start, tokens, bucket[x]!, bucket[y]!);
          if (similarity >= options.similarity) found(bucket[x]!, bucket[y]!, similarity);
        }
  }
}

/** 31 bits that look random, for each salt others. */
function scatter(token: number, salt: number): number {
  let h = Math.imul(token ^ salt, 0x9e3779b1) ^ (salt >>> 7);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) & 0x7fffffff;
}

/** Of two ascending lists. */
export function jaccard(
  start: ArrayLike<number>,
  tokens: ArrayLike<number>,
  i: number,
  j: number,
): number {
  return similarity(tokens, start[i]!, start[i + 1]!, tokens, start[j]!, start[j + 1]!);
}

/** The same of two ascending lists. */
export function jaccardOfLists(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return similarity(x, 0, x.length, y, 0, y.length);
}

/** Of `x[from] … x[to − 1]` and `y[start] … y[end − 1]`, both ascending without repeats. */
function similarity(
  x: ArrayLike<number>,
  from: number,
  to: number,
  y: ArrayLike<number>,
  start: number,
  end: number,
): number {
  let a = from;
  let b = start;
  let both = 0;
  while (a < to && b < end) {
    const mine = x[a]!;
    const theirs = y[b]!;
    if (mine === theirs) both++;
    if (mine <= theirs) a++;
    if (theirs <= mine) b++;
  }
  const all = to - from + (end - start) - both;
  return all === 0 ? 0 : both / all;
}
