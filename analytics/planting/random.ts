import type { Rng } from '../model/rng.js';

/** Draws on top of `Rng`; all deterministic for a given stream. */
export function chance(rng: Rng, p: number): boolean {
  return rng.next() < p;
}

/** Uniform integer in [low, high]. */
export function between(rng: Rng, low: number, high: number): number {
  return low + Math.floor(rng.next() * (high - low + 1));
}

/** Uniform real in [low, high). */
export function uniform(rng: Rng, low: number, high: number): number {
  return low + rng.next() * (high - low);
}

/** Standard normal (Box–Muller, one of the pair). */
export function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
}

/** Poisson count (Knuth's product for small means, a rounded normal from 40 on). */
export function poisson(rng: Rng, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(rng)));
  const floor = Math.exp(-mean);
  let count = 0;
  for (let product = rng.next(); product > floor; product *= rng.next()) count++;
  return count;
}

/** Log-normal with the given median. */
export function logNormal(rng: Rng, median: number, sigma: number): number {
  return median * Math.exp(sigma * normal(rng));
}

/** Geometric-tailed integer in [low, high] whose untruncated mean is `mean`. */
export function skewed(rng: Rng, low: number, high: number, mean: number): number {
  for (let i = 0; i < 60; i++) {
    const drawn = low + Math.floor(-Math.log(1 - rng.next()) * (mean - low + 0.5));
    if (drawn <= high) return drawn;
  }
  return low;
}

export function pick<T>(rng: Rng, items: readonly T[]): T {
  return items[Math.floor(rng.next() * items.length)] as T;
}

/** `count` distinct items (all of them when there are fewer), in random order. */
export function sample<T>(rng: Rng, items: readonly T[], count: number): T[] {
  const pool = items.slice();
  const n = Math.min(count, pool.length);
  for (let i = 0; i < n; i++) {
    const j = i + Math.floor(rng.next() * (pool.length - i));
    const held = pool[i] as T;
    pool[i] = pool[j] as T;
    pool[j] = held;
  }
  pool.length = n;
  return pool;
}

/** Draws indexes with the given weights; −1 when all weights are 0. */
export function weightedPicker(weights: ArrayLike<number>): (rng: Rng) => number {
  const cumulative = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    total += Math.max(0, weights[i] as number);
    cumulative[i] = total;
  }
  return (rng) => (total <= 0 ? -1 : drawFrom(cumulative, rng));
}

/** An index drawn by cumulative weights whose last is above 0. */
export function drawFrom(cumulative: ArrayLike<number>, rng: Rng): number {
  const at = rng.next() * (cumulative[cumulative.length - 1] as number);
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulative[middle] as number) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
