/**
 * Tails of maxima: what the best group of an honest world scores (DETECTORS.md, N2).
 *
 * - Gumbel by maximum likelihood, started from L-moments (Hosking 1990; Prescott & Walden 1980).
 * - `gumbelPredictiveP`: the plug-in tail of a fit to 50 worlds is too small far out, because the fit
 *   itself is uncertain. (T − μ̂)/β̂ is a pivot whose law depends on n only, so averaging the tail over
 *   refitted standard samples gives the exact p for Gumbel maxima (Lawless 2003, §5; predictive
 *   distributions after Barndorff-Nielsen & Cox 1996).
 * - `exceedanceP`: maxima of a search that mostly finds nothing are no Gumbel sample, and a fit to zeros makes
 *   anything look impossible. Beyond a high threshold the law is exponential whatever it is below (Pickands 1975 with
 *   shape 0), and with the scale integrated out (prior ∝ 1/scale) the tail is that of a Lomax law.
 * - Generalised Pareto of exceedances by probability-weighted moments (Hosking & Wallis 1987).
 */
import { createRng } from '../model/rng.js';

const EULER = 0.5772156649015329;

export interface Gumbel {
  readonly location: number;
  readonly scale: number;
}

/** L-moment (= probability-weighted moment) fit. Needs ≥ 2 values that are not all equal. */
export function fitGumbelLMoments(sample: ArrayLike<number>): Gumbel {
  const x = Float64Array.from(sample).sort();
  const n = x.length;
  let b0 = 0;
  let b1 = 0;
  for (let i = 0; i < n; i++) {
    b0 += x[i]!;
    b1 += (i / Math.max(n - 1, 1)) * x[i]!;
  }
  b0 /= n;
  b1 /= n;
  const scale = Math.max((2 * b1 - b0) / Math.LN2, 1e-12 * (1 + Math.abs(b0)));
  return { location: b0 - EULER * scale, scale };
}

/** Maximum-likelihood fit: β solves β = x̄ − Σx·e^{−x/β} / Σe^{−x/β} (Newton, L-moment start). */
export function fitGumbel(sample: ArrayLike<number>): Gumbel {
  const first = fitGumbelLMoments(sample);
  const n = sample.length;
  let least = Infinity;
  let mean = 0;
  for (let i = 0; i < n; i++) {
    least = Math.min(least, sample[i]!);
    mean += sample[i]! / n;
  }
  let beta = first.scale;
  for (let step = 0; step < 100; step++) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    for (let i = 0; i < n; i++) {
      const d = sample[i]! - least;
      const e = Math.exp(-d / beta);
      s0 += e;
      s1 += d * e;
      s2 += d * d * e;
    }
    const g = mean - least - s1 / s0 - beta;
    const slope = -(s2 / s0 - (s1 / s0) ** 2) / (beta * beta) - 1;
    const next = Math.max(beta - g / slope, beta / 4);
    const done = Math.abs(next - beta) < 1e-12 * beta;
    beta = next;
    if (done) break;
  }
  if (!(beta > 0)) return first;
  let s0 = 0;
  for (let i = 0; i < n; i++) s0 += Math.exp(-(sample[i]! - least) / beta);
  return { location: least - beta * Math.log(s0 / n), scale: beta };
}

/** P(X ≥ x) of a Gumbel maximum. */
export function gumbelTail(fit: Gumbel, x: number): number {
  return -Math.expm1(-Math.exp(-(x - fit.location) / fit.scale));
}

const pivots = new Map<string, { location: Float64Array; scale: Float64Array }>();
const REFITS = 500;

/** Standard Gumbel samples of size n, refitted by L-moments: the law of the estimator, kept per n. */
function standardFits(n: number, seed: number) {
  const key = `${n}:${seed}`;
  const known = pivots.get(key);
  if (known) return known;
  const rng = createRng(seed);
  const location = new Float64Array(REFITS);
  const scale = new Float64Array(REFITS);
  const draw = new Float64Array(n);
  for (let r = 0; r < REFITS; r++) {
    for (let i = 0; i < n; i++) draw[i] = -Math.log(-Math.log(rng.next() + 2 ** -33));
    const fit = fitGumbelLMoments(draw);
    location[r] = fit.location;
    scale[r] = fit.scale;
  }
  const made = { location, scale };
  pivots.set(key, made);
  return made;
}

/**
 * P that one more Gumbel maximum reaches x, given only the `sample` (the uncertainty of the fit is
 * inside). Never below 0; for few worlds far larger than the plug-in tail.
 */
export function gumbelPredictiveP(sample: ArrayLike<number>, x: number, seed = 1): number {
  const fit = fitGumbelLMoments(sample);
  const t = (x - fit.location) / fit.scale;
  const fits = standardFits(sample.length, seed);
  let sum = 0;
  for (let r = 0; r < REFITS; r++) {
    sum += -Math.expm1(-Math.exp(-(fits.location[r]! + fits.scale[r]! * t)));
  }
  return sum / REFITS;
}

/** So many of the largest say how the tail falls. */
const LARGEST = 10;

/**
 * P that one more maximum reaches x, beyond the `sample`, by its k largest positive values only, k at most `LARGEST`:
 * (k/n)·(1 + y/S)^−k with y the excess of x over the next largest value (0 where there is none) and S the sum of the
 * k excesses. 1/(n + 1) where no value is positive.
 */
export function exceedanceP(sample: ArrayLike<number>, x: number): number {
  const n = sample.length;
  const sorted = Float64Array.from(sample).sort().reverse();
  const positive = sorted.findIndex((v) => v <= 0);
  const k = Math.min(LARGEST, n - 1, positive < 0 ? n : positive);
  if (k === 0) return 1 / (n + 1);
  const threshold = sorted[k]!;
  let excess = 0;
  for (let i = 0; i < k; i++) excess += sorted[i]! - threshold;
  if (!(excess > 0)) return k / n;
  return (k / n) * (1 + Math.max(0, x - threshold) / excess) ** -k;
}

/** P that one more maximum reaches x: the heavier of the Gumbel tail and that of the largest values. */
export function maximumP(sample: ArrayLike<number>, x: number): number {
  return Math.max(gumbelPredictiveP(sample, x), exceedanceP(sample, x));
}

export interface GeneralisedPareto {
  readonly threshold: number;
  readonly scale: number;
  /** ξ: > 0 heavy tail, 0 exponential, < 0 bounded. */
  readonly shape: number;
  /** Share of the sample above the threshold. */
  readonly rate: number;
}

/** Fit to the exceedances of the sample over its own `quantile` (0 … 1). */
export function fitGeneralisedPareto(
  sample: ArrayLike<number>,
  quantile: number,
): GeneralisedPareto {
  const x = Float64Array.from(sample).sort();
  const n = x.length;
  const first = Math.min(Math.max(Math.floor(n * quantile), 1), n - 2);
  const threshold = x[first - 1]!;
  const count = n - first;
  let a0 = 0;
  let a1 = 0;
  for (let i = 0; i < count; i++) {
    const y = x[first + i]! - threshold;
    a0 += y / count;
    a1 += (y * ((count - 1 - i) / Math.max(count - 1, 1))) / count;
  }
  const spread = a0 - 2 * a1;
  if (!(spread > 0)) return { threshold, scale: Math.max(a0, 1e-300), shape: 0, rate: count / n };
  return { threshold, scale: (2 * a0 * a1) / spread, shape: 2 - a0 / spread, rate: count / n };
}

/** P(X ≥ x) for x at or above the threshold. */
export function generalisedParetoTail(fit: GeneralisedPareto, x: number): number {
  const y = (x - fit.threshold) / fit.scale;
  if (y <= 0) return fit.rate;
  if (Math.abs(fit.shape) < 1e-9) return fit.rate * Math.exp(-y);
  const base = 1 + fit.shape * y;
  return base <= 0 ? 0 : fit.rate * base ** (-1 / fit.shape);
}
