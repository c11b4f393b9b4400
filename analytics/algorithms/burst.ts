/**
 * Bursts: an hour or a day with far more cards than the place ever has.
 *
 * A scan statistic in time (Naus 1965; Kulldorff 1997 for the maximum over windows of many lengths)
 * over the place's own hour-of-week baseline. The baseline is a trimmed mean over the weeks, so that
 * the burst itself does not raise it, times the level of the neighbouring weeks; counts vary as a
 * negative binomial whose spread is the place's own. A window of L hours scores −ln P(N ≥ observed).
 * The best window of so many is always unlikely, so its score is compared with the best windows of
 * simulated years of the same place ("recalibrated over the windows searched"). Where the Bonferroni
 * bound over all windows is already dull, that valid bound is the p and nothing is simulated.
 */
import { throwIfAborted } from '../model/errors.js';
import { createRng } from '../model/rng.js';
import { drawNegativeBinomial } from './draws.js';
import { gumbelPredictiveP } from './extremes.js';
import { empiricalP, logNegativeBinomialTail } from './tails.js';

const WEEK = 168;

export interface BurstOptions {
  /** Window lengths, hours. */
  readonly lengths?: readonly number[];
  /** Windows with fewer cards are not looked at; 5 by default. */
  readonly minCount?: number;
  /** Simulated years of a place whose bound is not dull; 99 by default, 0 leaves the bound itself as the p. */
  readonly worlds?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export interface Burst {
  /** First hour of the window, as an index of `counts`. */
  readonly from: number;
  readonly hours: number;
  readonly count: number;
  readonly expected: number;
  /** ln of the window's own tail, before recalibration. */
  readonly logTail: number;
  /** Negative-binomial size of the window's count. */
  readonly size: number;
}

export interface BurstScan {
  /** Non-overlapping windows, the least likely first; empty when none reaches `minCount`. */
  readonly bursts: readonly Burst[];
  /** p of the best window, family-wise over all windows of the place. */
  readonly p: number;
  /** Windows searched. */
  readonly windows: number;
}

export interface Baseline {
  /** Expected count of each hour. */
  readonly mean: Float64Array;
  /** Negative-binomial size of one hour; Infinity when not overdispersed. */
  readonly size: number;
}

const LENGTHS = [1, 2, 3, 4, 6, 8, 12, 24] as const;
/** Weeks of the place's mean hour that each hour of the week is shrunk with. */
const SLOT_PRIOR = 0.5;
/** Above this Bonferroni bound nothing is simulated. */
const DULL = 0.2;

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const n = values.length;
  return n === 0 ? 0 : (values[(n - 1) >> 1]! + values[n >> 1]!) / 2;
}

/** Level of each week against the median week: running median of five, within a factor of two. */
function weekLevels(counts: Int32Array, weeks: number): Float64Array {
  const totals = new Float64Array(weeks);
  for (let t = 0; t < weeks * WEEK; t++) totals[Math.floor(t / WEEK)]! += counts[t]!;
  const typical = Math.max(median([...totals]), 1);
  return totals.map((_, w) => {
    const around = [...totals.subarray(Math.max(0, w - 2), w + 3)];
    return Math.min(2, Math.max(0.5, median(around) / typical));
  });
}

/** Baseline of a place from its counts by hour; `counts[0]` is the first hour of a week. */
export function burstBaseline(counts: Int32Array): Baseline {
  const hours = counts.length;
  const weeks = Math.max(1, Math.floor(hours / WEEK));
  const levels = weekLevels(counts, Math.min(weeks, Math.ceil(hours / WEEK)));
  const levelOf = (t: number) => levels[Math.min(Math.floor(t / WEEK), levels.length - 1)]!;
  // The largest twentieth of each slot is set aside, and with it the mean it would have added.
  const slot = new Float64Array(WEEK);
  const values: number[] = [];
  let overall = 0;
  for (let s = 0; s < WEEK; s++) {
    values.length = 0;
    for (let t = s; t < hours; t += WEEK) values.push(counts[t]! / levelOf(t));
    values.sort((a, b) => a - b);
    const dropped = values.length >= 8 ? Math.ceil(values.length / 20) : 0;
    let sum = 0;
    for (let k = 0; k < values.length - dropped; k++) sum += values[k]!;
    // What an honest largest twentieth holds: as much as the largest of the rest.
    if (dropped > 0) sum += dropped * values[values.length - dropped - 1]!;
    slot[s] = sum / Math.max(values.length, 1);
    overall += slot[s]! / WEEK;
  }
  for (let s = 0; s < WEEK; s++)
    slot[s] = (slot[s]! * weeks + overall * SLOT_PRIOR) / (weeks + SLOT_PRIOR);
  const mean = new Float64Array(hours);
  for (let t = 0; t < hours; t++) mean[t] = slot[t % WEEK]! * levelOf(t);
  return { mean, size: spread(counts, mean) };
}

/** Size by moments over the hours, the largest hundredth of the squared deviations set aside. */
function spread(counts: Int32Array, mean: Float64Array): number {
  const n = counts.length;
  const excess = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    const m = mean[t]!;
    excess[t] = m > 0 ? ((counts[t]! - m) ** 2 - m) / m : 0;
  }
  const limit = Float64Array.from(excess).sort()[Math.floor(n * 0.995)]!;
  let over = 0;
  let square = 0;
  for (let t = 0; t < n; t++) {
    over += Math.min(excess[t]!, limit) * mean[t]!;
    square += mean[t]! * mean[t]!;
  }
  return over > 0 && square > 0 ? square / over : Infinity;
}

interface Sums {
  readonly mean: Float64Array;
  readonly square: Float64Array;
}

function prefix(values: ArrayLike<number>, of: (v: number) => number): Float64Array {
  const out = new Float64Array(values.length + 1);
  for (let t = 0; t < values.length; t++) out[t + 1] = out[t]! + of(values[t]!);
  return out;
}

/** Calls `visit` for each window that could matter, with its ln tail. */
function eachWindow(
  counts: ArrayLike<number>,
  baseline: Baseline,
  sums: Sums,
  lengths: readonly number[],
  minCount: number,
  visit: (burst: Burst) => void,
): void {
  const total = prefix(counts, (v) => v);
  for (const hours of lengths) {
    for (let t = 0; t + hours <= counts.length; t++) {
      const count = total[t + hours]! - total[t]!;
      if (count < minCount) continue;
      const mean = sums.mean[t + hours]! - sums.mean[t]!;
      const square = sums.square[t + hours]! - sums.square[t]!;
      const variance = mean + square / baseline.size;
      // Tails this near the mean cannot be the best of thousands.
      if (count < mean + 2 * Math.sqrt(variance)) continue;
      // Hours are independent: the sum's size matches mean and variance.
      const size = square > 0 ? (mean * mean * baseline.size) / square : Infinity;
      const logTail = logNegativeBinomialTail(count, mean, size);
      visit({ from: t, hours, count, expected: mean, logTail, size });
    }
  }
}

/** Scans one place. `counts` by hour over the period, the first hour being the first of a week. */
export function scanBursts(counts: Int32Array, options: BurstOptions = {}): BurstScan {
  const lengths = options.lengths ?? LENGTHS;
  const minCount = options.minCount ?? 5;
  const worlds = options.worlds ?? 99;
  const baseline = burstBaseline(counts);
  const sums = {
    mean: prefix(baseline.mean, (v) => v),
    square: prefix(baseline.mean, (v) => v * v),
  };
  let windows = 0;
  for (const hours of lengths) windows += Math.max(0, counts.length - hours + 1);
  const found: Burst[] = [];
  eachWindow(counts, baseline, sums, lengths, minCount, (burst) => {
    found.push(burst);
  });
  found.sort((a, b) => a.logTail - b.logTail || a.from - b.from || a.hours - b.hours);
  const bursts: Burst[] = [];
  for (const burst of found) {
    if (bursts.length >= 50 || burst.logTail + Math.log(windows) > Math.log(DULL)) break;
    if (bursts.every((b) => burst.from >= b.from + b.hours || b.from >= burst.from + burst.hours))
      bursts.push(burst);
  }
  const best = found[0];
  if (!best) return { bursts, p: 1, windows };
  const bound = Math.min(1, Math.exp(best.logTail + Math.log(windows)));
  if (bound > DULL || worlds === 0) return { bursts, p: bound, windows };

  const rng = createRng(options.seed ?? 1);
  const simulated = new Int32Array(counts.length);
  const bests = new Float64Array(worlds);
  let exceeding = 0;
  for (let w = 0; w < worlds; w++) {
    throwIfAborted(options.signal);
    for (let t = 0; t < simulated.length; t++)
      simulated[t] = drawNegativeBinomial(baseline.mean[t]!, baseline.size, rng);
    let least = 0;
    eachWindow(simulated, baseline, sums, lengths, minCount, ({ logTail }) => {
      if (logTail < least) least = logTail;
    });
    bests[w] = -least;
    if (bests[w]! >= -best.logTail) exceeding++;
  }
  if (exceeding > 0) return { bursts, p: empiricalP(exceeding, worlds), windows };
  const p = Math.min(gumbelPredictiveP(bests, -best.logTail), empiricalP(0, worlds));
  return { bursts, p, windows };
}
