/**
 * One jump upward in a series of counts, for good or for a season.
 *
 * Purpose: "from some week on this place has far more than before, and its peers have not". Model:
 * y_t negative binomial with mean μ·e_t, e_t what the peers' weeks make of it, and μ greater from the
 * change to its end, which may be that of the series (the epidemic alternative of Levin & Kline 1985).
 * Statistic: the largest likelihood ratio over all changes with `margin` weeks before and within,
 * k₁ ln(k₁/E₁) + k₂ ln(k₂/E₂) − k ln(k/E) in the counts k and expectations E outside and inside, divided
 * by the dispersion (Page 1955; Hinkley 1970; quasi-likelihood after McCullagh & Nelder 1989). The dispersion
 * is taken from neighbouring weeks, which a jump touches once or twice, so that it does not hide itself.
 * Null: simulated series without a jump but with the level shifts that honest peers have, log-normal of
 * deviation `drift` from a random week, every other one to a random end; tail by Gumbel (`gumbelPredictiveP`).
 */
import { createRng, type Rng } from '../model/rng.js';
import { drawNegativeBinomial, drawNormal } from './draws.js';
import { gumbelPredictiveP } from './extremes.js';
import { empiricalP } from './tails.js';

export interface ChangeScan {
  /** First week after the change, and first week after its end. */
  readonly at: number;
  readonly until: number;
  readonly statistic: number;
  /** (k₂/E₂) ÷ (k₁/E₁); Infinity where there was nothing outside. */
  readonly ratio: number;
  /** The same against what was before it alone: a place that closed has none after its usual weeks, and these are no jump. */
  readonly rise: number;
  /** Count within the change, and what the level outside would give. */
  readonly after: number;
  readonly expected: number;
}

/** Variance ÷ mean of one week, ≥ 1: mean squared difference of neighbouring weeks over its Poisson value. */
export function weeklyDispersion(counts: ArrayLike<number>, expected: ArrayLike<number>): number {
  const values: number[] = [];
  const level = rate(counts, expected, 0, counts.length);
  for (let t = 1; t < counts.length; t++) {
    const [a, b] = [level * expected[t - 1]!, level * expected[t]!];
    if (a + b <= 0) continue;
    const step = counts[t]! - counts[t - 1]! - (b - a);
    values.push((step * step) / (a + b));
  }
  if (values.length === 0) return 1;
  // The greatest tenth may hold the jump itself.
  values.sort((x, y) => x - y);
  const kept = values.slice(0, Math.max(1, Math.ceil(values.length * 0.9)));
  // Squares of a normal lose 44 % of their mean with their greatest tenth.
  return Math.max(1, kept.reduce((x, y) => x + y, 0) / kept.length / 0.56);
}

/**
 * Counts without their `events` busiest weeks: these are cut to the rate of the next busiest. A change
 * lasts; a check-up day or a promotion does not.
 */
export function withoutEvents(
  counts: ArrayLike<number>,
  expected: ArrayLike<number>,
  events: number,
): Float64Array {
  const rates = Array.from({ length: counts.length }, (_, t) =>
    expected[t]! > 0 ? counts[t]! / expected[t]! : 0,
  ).sort((x, y) => y - x);
  const cap = rates[Math.min(events, rates.length - 1)] ?? 0;
  return Float64Array.from({ length: counts.length }, (_, t) =>
    Math.min(counts[t]!, cap * expected[t]!),
  );
}

/** The best change; undefined where the series is too short or empty. */
export function scanChange(
  counts: ArrayLike<number>,
  expected: ArrayLike<number>,
  margin: number,
  dispersion: number,
): ChangeScan | undefined {
  const n = counts.length;
  const [sumK, sumE] = [new Float64Array(n + 1), new Float64Array(n + 1)];
  for (let t = 0; t < n; t++) {
    sumK[t + 1] = sumK[t]! + counts[t]!;
    sumE[t + 1] = sumE[t]! + expected[t]!;
  }
  const [k, e] = [sumK[n]!, sumE[n]!];
  if (k <= 0 || e <= 0) return undefined;
  let best: ChangeScan | undefined;
  for (let at = margin; at <= n - margin; at++)
    for (let until = at + margin; until <= n; until++) {
      const k2 = sumK[until]! - sumK[at]!;
      const e2 = sumE[until]! - sumE[at]!;
      const [k1, e1] = [k - k2, e - e2];
      if (e1 <= 0 || e2 <= 0 || k2 / e2 <= k1 / e1) continue;
      const statistic = (term(k1, e1) + term(k2, e2) - term(k, e)) / dispersion;
      if (best && statistic <= best.statistic) continue;
      best = {
        ...{ at, until, statistic, after: k2, expected: (k1 / e1) * e2 },
        ratio: k1 > 0 ? k2 / e2 / (k1 / e1) : Infinity,
        rise: sumK[at]! > 0 ? k2 / e2 / (sumK[at]! / sumE[at]!) : Infinity,
      };
    }
  return best;
}

export interface ChangeNull {
  readonly margin: number;
  /** Variance ÷ mean of a week; the statistic was divided by it. */
  readonly dispersion: number;
  /** Standard deviation of the log of honest level shifts. */
  readonly drift: number;
  readonly worlds: number;
  readonly seed: number;
}

/** P that a series without a jump has a change point as good as `statistic`. */
export function changeP(
  counts: ArrayLike<number>,
  expected: ArrayLike<number>,
  statistic: number,
  options: ChangeNull,
): number {
  const rng = createRng(options.seed);
  const level = rate(counts, expected, 0, counts.length);
  const scan = changeScanner(expected, options.margin);
  const best = Float64Array.from({ length: options.worlds }, () => {
    const drawn = simulate(expected, level, options, rng);
    const dispersion = Math.max(options.dispersion, weeklyDispersion(drawn, expected));
    return scan(drawn) / dispersion;
  });
  const exceeding = best.filter((b) => b >= statistic).length;
  const empirical = empiricalP(exceeding, options.worlds);
  return exceeding > 0 ? empirical : Math.min(empirical, gumbelPredictiveP(best, statistic));
}

/**
 * The statistic of the best change of whole counts, 0 where there is none, before it is divided by the dispersion: what
 * `scanChange` finds, with the logarithms of the expectations taken once for all series.
 */
export function changeScanner(
  expected: ArrayLike<number>,
  margin: number,
): (counts: ArrayLike<number>) => number {
  const n = expected.length;
  const sumE = new Float64Array(n + 1);
  for (let t = 0; t < n; t++) sumE[t + 1] = sumE[t]! + expected[t]!;
  const e = sumE[n]!;
  const stretches: Array<{ at: number; until: number; e1: number; e2: number }> = [];
  for (let at = margin; at <= n - margin; at++)
    for (let until = at + margin; until <= n; until++) {
      const e2 = sumE[until]! - sumE[at]!;
      if (e - e2 > 0 && e2 > 0) stretches.push({ at, until, e1: e - e2, e2 });
    }
  const ats = Int32Array.from(stretches, (x) => x.at);
  const untils = Int32Array.from(stretches, (x) => x.until);
  const odds = Float64Array.from(stretches, (x) => x.e2 / x.e1);
  const log1 = Float64Array.from(stretches, (x) => Math.log(x.e1));
  const log2 = Float64Array.from(stretches, (x) => Math.log(x.e2));
  const sumK = new Int32Array(n + 1);
  let weighed = new Float64Array(1);
  return (counts) => {
    for (let t = 0; t < n; t++) sumK[t + 1] = sumK[t]! + counts[t]!;
    const k = sumK[n]!;
    if (k <= 0 || e <= 0) return 0;
    // k ln k of whole numbers, as far as they were met.
    if (weighed.length <= k) weighed = Float64Array.from({ length: 2 * k }, (_, i) => term(i, 1));
    const all = term(k, e);
    let best = 0;
    for (let i = 0; i < ats.length; i++) {
      const k2 = sumK[untils[i]!]! - sumK[ats[i]!]!;
      const k1 = k - k2;
      if (k2 <= k1 * odds[i]!) continue;
      const statistic = weighed[k1]! - k1 * log1[i]! + weighed[k2]! - k2 * log2[i]! - all;
      if (statistic > best) best = statistic;
    }
    return best;
  };
}

function simulate(
  expected: ArrayLike<number>,
  level: number,
  { dispersion, drift }: ChangeNull,
  rng: Rng,
): Float64Array {
  const at = rng.int(expected.length);
  const until = rng.int(2) === 0 ? expected.length : at + rng.int(expected.length - at + 1);
  const shift = Math.exp(drift * drawNormal(rng));
  return Float64Array.from(expected, (e, t) => {
    const mean = level * e * (t >= at && t < until ? shift : 1);
    // Variance = dispersion · mean at the usual level.
    const size = dispersion > 1 ? (level * e) / (dispersion - 1) : Infinity;
    return mean > 0 ? drawNegativeBinomial(mean, Math.max(size, 1e-3), rng) : 0;
  });
}

function rate(
  counts: ArrayLike<number>,
  expected: ArrayLike<number>,
  from: number,
  to: number,
): number {
  let [k, e] = [0, 0];
  for (let t = from; t < to; t++) {
    k += counts[t]!;
    e += expected[t]!;
  }
  return e > 0 ? k / e : 0;
}

const term = (k: number, e: number) => (k > 0 ? k * Math.log(k / e) : 0);
