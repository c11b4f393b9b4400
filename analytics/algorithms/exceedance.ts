/**
 * How far out one unit stands among many like it, when all that is known of the law is the units
 * themselves: the empirical tail inside, a generalised Pareto one beyond (Pickands 1975; Hosking &
 * Wallis 1987, by probability-weighted moments). The tail is never taken for lighter than an
 * exponential one, and other guilty units are in the sample: both make p larger.
 */
import { fitGeneralisedPareto, generalisedParetoTail } from './extremes.js';
import { lowerBound } from './lowerBound.js';

export interface ExceedanceOptions {
  /** Share of the sample below the threshold; default .95. */
  readonly quantile?: number;
  /** Fewer values than this calibrate nothing; default 200. */
  readonly least?: number;
}

/** So many of the furthest are each held against all others; further in, one more or less is nothing. */
const LEFT_OUT = 30;

/**
 * P(value or more) of one unit of the sample, by the tail of the others: a single unit far out must
 * not be its own law. Undefined where the sample is too small.
 */
export function exceedanceTail(
  sample: ArrayLike<number>,
  options: ExceedanceOptions = {},
): ((value: number) => number) | undefined {
  const { quantile = 0.95, least = 200 } = options;
  const n = sample.length;
  if (n < least) return undefined;
  const sorted = Float64Array.from(sample).sort();
  const fitOf = (values: Float64Array) => {
    const fit = fitGeneralisedPareto(values, quantile);
    return { ...fit, shape: Math.max(0, fit.shape) };
  };
  const all = fitOf(sorted);
  const known = new Map<number, number>();
  return (value) => {
    const at = lowerBound(sorted, value);
    if (value <= all.threshold) return Math.max(all.rate, (n - at + 1) / (n + 1));
    if (at < n - LEFT_OUT) return generalisedParetoTail(all, value);
    let p = known.get(value);
    if (p === undefined) {
      const own = sorted[at] === value ? at : -1;
      p = generalisedParetoTail(own < 0 ? all : fitOf(sorted.filter((_, i) => i !== own)), value);
      known.set(value, p);
    }
    return p;
  };
}
