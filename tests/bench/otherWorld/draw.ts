import { createRng, deriveSeed, type Rng } from '../../../analytics/model/rng.js';

/** Random draws of the other world; one named stream a part, so that parts do not disturb each other. */
export interface Draw extends Rng {
  chance(p: number): boolean;
  /** Integer in [from, to], both ends included. */
  range(from: number, to: number): number;
  real(from: number, to: number): number;
  normal(mean: number, sd: number): number;
  lognormal(median: number, sigma: number): number;
  gamma(shape: number): number;
  poisson(mean: number): number;
  /** Negative binomial with the given mean; a small `shape` means heavy overdispersion. */
  negbin(mean: number, shape: number): number;
  pareto(least: number, alpha: number): number;
  pick<T>(from: readonly T[]): T;
  /** `n` different elements (fewer when there are not enough), in random order. */
  sample<T>(from: readonly T[], n: number): T[];
  /** Index by a cumulative weight table. */
  byCdf(cdf: Float64Array): number;
}

export function createDraw(seed: number, name: string): Draw {
  const rng = createRng(deriveSeed(seed, name));
  const { next, int } = rng;
  const normal = (mean: number, sd: number) =>
    mean + sd * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  // Marsaglia and Tsang 2000; shapes under 1 by the usual power of a uniform.
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * (1 - next()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal(0, 1);
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  const poisson = (mean: number): number => {
    if (mean > 60) return Math.max(0, Math.round(normal(mean, Math.sqrt(mean))));
    const stop = Math.exp(-mean);
    let n = 0;
    for (let p = next(); p > stop; p *= next()) n++;
    return n;
  };
  const sample = <T>(from: readonly T[], n: number): T[] => {
    const left = from.slice();
    const out: T[] = [];
    while (out.length < n && left.length > 0) {
      const i = int(left.length);
      out.push(left[i]!);
      left[i] = left[left.length - 1]!;
      left.pop();
    }
    return out;
  };
  return {
    ...rng,
    chance: (p) => next() < p,
    range: (from, to) => from + int(to - from + 1),
    real: (from, to) => from + next() * (to - from),
    normal,
    lognormal: (median, sigma) => median * Math.exp(normal(0, sigma)),
    gamma,
    poisson,
    negbin: (mean, shape) => poisson((mean * gamma(shape)) / shape),
    pareto: (least, alpha) => least / (1 - next()) ** (1 / alpha),
    pick: (from) => from[int(from.length)]!,
    sample,
    byCdf: (cdf) => {
      const t = next() * cdf[cdf.length - 1]!;
      let low = 0;
      let high = cdf.length - 1;
      while (low < high) {
        const mid = (low + high) >> 1;
        if (cdf[mid]! > t) high = mid;
        else low = mid + 1;
      }
      return low;
    },
  };
}

export function cumulative(weights: ArrayLike<number>): Float64Array {
  const out = new Float64Array(weights.length);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    out[i] = sum;
  }
  return out;
}
