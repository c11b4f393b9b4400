/**
 * Exact upper tails of counts, on the log scale so that 1e-400 is still a number.
 *
 * Purpose: "how unlikely are k or more in an honest world". Formula: the tail is summed term by term
 * from its largest end by the ratio of neighbouring terms (all terms positive, no cancellation);
 * below the mean the shorter lower sum is taken and complemented. The terms that matter span some
 * √variance, so the sum is short. Mass functions: Johnson, Kemp & Kotz, Univariate Discrete
 * Distributions, ch. 3–5.
 */
import { log1mExp, logChoose, logFactorial, logGamma } from './gamma.js';

const EPS = 1e-17;

/** ln P(X = k), X ~ Poisson(mean). */
export function logPoisson(k: number, mean: number): number {
  if (mean <= 0) return k === 0 ? 0 : -Infinity;
  return k * Math.log(mean) - mean - logFactorial(k);
}

/** ln P(X ≥ k), X ~ Poisson(mean). `k` is an integer; k ≤ 0 gives 0. */
export function logPoissonTail(k: number, mean: number): number {
  if (k <= 0) return 0;
  if (mean <= 0) return -Infinity;
  return sumTail(k, mean, Infinity, logPoisson, (j) => mean / (j + 1), mean);
}

/** ln P(X = k), X ~ Binomial(n, p). */
function logBinomial(k: number, n: number, p: number): number {
  if (p <= 0) return k === 0 ? 0 : -Infinity;
  if (p >= 1) return k === n ? 0 : -Infinity;
  return logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p);
}

/** ln P(X ≥ k), X ~ Binomial(n, p). */
export function logBinomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 0;
  if (k > n || p <= 0) return -Infinity;
  if (p >= 1) return 0;
  const odds = p / (1 - p);
  return sumTail(
    k,
    n * p,
    n,
    (j) => logBinomial(j, n, p),
    (j) => ((n - j) / (j + 1)) * odds,
    0,
  );
}

/** ln P(X = k), X negative binomial with the given mean and variance mean + mean²/size. */
export function logNegativeBinomial(k: number, mean: number, size: number): number {
  const q = mean / (size + mean);
  return (
    logGamma(k + size) -
    logGamma(size) -
    logFactorial(k) +
    k * Math.log(q) -
    size * Math.log1p(mean / size)
  );
}

/** ln P(X ≥ k), X negative binomial (mean, size); size = Infinity is the Poisson. */
export function logNegativeBinomialTail(k: number, mean: number, size: number): number {
  if (k <= 0) return 0;
  if (mean <= 0) return -Infinity;
  if (!(size < 1e9)) return logPoissonTail(k, mean);
  const q = mean / (size + mean);
  return sumTail(
    k,
    mean,
    Infinity,
    (j) => logNegativeBinomial(j, mean, size),
    (j) => ((j + size) / (j + 1)) * q,
    0,
  );
}

/** ln P(X ≥ k) from ln P(X = j) and the ratio P(j + 1) / P(j). */
function sumTail(
  k: number,
  mean: number,
  max: number,
  logMass: (j: number, a: number) => number,
  ratio: (j: number) => number,
  argument: number,
): number {
  if (k > mean) {
    let term = 1;
    let sum = 1;
    for (let j = k; j < max; j++) {
      const r = ratio(j);
      term *= r;
      sum += term;
      // The rest is below term · r / (1 − r) once the ratio falls.
      if (r < 1 && term * r < sum * EPS * (1 - r)) break;
    }
    return Math.min(logMass(k, argument) + Math.log(sum), 0);
  }
  let term = 1;
  let sum = 1;
  for (let j = k - 2; j >= 0; j--) {
    term /= ratio(j);
    sum += term;
    if (term < sum * EPS) break;
  }
  const below = logMass(k - 1, argument) + Math.log(sum);
  return below >= 0 ? -Infinity : log1mExp(below);
}

/**
 * A p-value of a discrete statistic made continuous: P(X > k) + u · P(X = k) with u uniform in
 * [0, 1). Uniform under the null where the plain tail is only conservative; used to *test* a null,
 * never published (DETECTORS.md, N2).
 */
export function randomisedP(tailAtK: number, tailAboveK: number, u: number): number {
  return tailAboveK + u * (tailAtK - tailAboveK);
}

/** Empirical p of one statistic against `exceeding` of `worlds` null worlds: (1 + b) / (1 + n). */
export function empiricalP(exceeding: number, worlds: number): number {
  return (1 + exceeding) / (1 + worlds);
}

/** Poisson log likelihood ratio of k hits against a mean: k·ln(k/E) − (k − E), 0 where k ≤ E. */
export function poissonLikelihoodRatio(hits: number, mean: number): number {
  const m = Math.max(mean, 1e-6);
  return hits > m ? hits * Math.log(hits / m) - (hits - m) : 0;
}
