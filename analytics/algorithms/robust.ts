/**
 * Robust summaries for comparing peers (DETECTORS.md, N3): quartiles, the far fence Q3 + 3·IQR
 * (Tukey 1977), weighted medians. Quantiles interpolate linearly (Hyndman & Fan 1996, type 7).
 */

export interface Fences {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  /** Q3 + 3·IQR. */
  readonly far: number;
}

/** Arithmetic mean; 0 when empty. */
export function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((x, y) => x + y, 0) / Math.max(1, values.length);
}

/** Quantile of an ascending array; NaN when empty. */
export function quantileSorted(sorted: ArrayLike<number>, p: number): number {
  const n = sorted.length;
  if (n === 0) return Number.NaN;
  const at = (n - 1) * p;
  const low = Math.floor(at);
  const high = Math.min(low + 1, n - 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}

/** NaN when empty. */
export function median(values: ArrayLike<number>): number {
  return quantileSorted(Float64Array.from(values).sort(), 0.5);
}

export function fences(values: ArrayLike<number>): Fences {
  const sorted = Float64Array.from(values).sort();
  const q1 = quantileSorted(sorted, 0.25);
  const q3 = quantileSorted(sorted, 0.75);
  return { q1, median: quantileSorted(sorted, 0.5), q3, far: q3 + 3 * (q3 - q1) };
}

/** Smallest value at which half of the weight is reached; NaN when there is no weight. */
export function weightedMedian(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  const n = values.length;
  const order = new Uint32Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) {
    order[i] = i;
    total += weights[i]!;
  }
  if (!(total > 0)) return Number.NaN;
  order.sort((a, b) => values[a]! - values[b]! || a - b);
  let sum = 0;
  for (const i of order) {
    sum += weights[i]!;
    if (sum >= total / 2) return values[i]!;
  }
  return values[order[n - 1]!]!;
}
