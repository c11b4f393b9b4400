/**
 * The chance that two visitors of a place come within Δ of each other, from nothing but when people
 * come there (DETECTORS.md, N1): c = Σ_b g(b)·Σ_d w(d)·g(b + d), with g the profile over 5-minute
 * bins of the place's weekday and w(d) = P(|5d + 5(U − U′)| ≤ Δ), the exact share of two bins d apart
 * whose times, uniform inside, lie within Δ.
 *
 * Thin profiles are shrunk twice, to the whole place and to the places of its kind:
 * g = (n·ĝ + κ·g₀)/(n + κ).
 */
import { weekdayOf } from '../model/time.js';
import type { VisitWorld } from './visits.js';

const BIN_S = 300;
const BINS = 86_400 / BIN_S;
const SHRINK = 200;

/** CDF of the difference of two uniforms. */
function triangle(v: number): number {
  if (v <= -1) return 0;
  if (v >= 1) return 1;
  return v <= 0 ? ((1 + v) * (1 + v)) / 2 : 1 - ((1 - v) * (1 - v)) / 2;
}

/** w(0), w(1), … until it vanishes. */
function kernel(deltaSeconds: number): Float64Array {
  const x = deltaSeconds / BIN_S;
  const out: number[] = [];
  for (let d = 0; d <= x + 1; d++) out.push(triangle(x - d) - triangle(-x - d));
  return Float64Array.from(out);
}

function chanceOf(profile: Float64Array, at: number, weights: Float64Array): number {
  let sum = 0;
  for (let b = 0; b < BINS; b++) {
    const g = profile[at + b]!;
    if (g === 0) continue;
    let near = weights[0]! * g;
    for (let d = 1; d < weights.length; d++) {
      if (b + d < BINS) near += weights[d]! * profile[at + b + d]!;
      if (b >= d) near += weights[d]! * profile[at + b - d]!;
    }
    sum += g * near;
  }
  return Math.min(sum, 1);
}

/** (counts + κ·prior) / (n + κ), into `out` at `to`. */
function shrink(
  counts: Float64Array,
  from: number,
  prior: Float64Array,
  priorAt: number,
  out: Float64Array,
  to: number,
): void {
  let n = 0;
  for (let b = 0; b < BINS; b++) n += counts[from + b]!;
  for (let b = 0; b < BINS; b++)
    out[to + b] = (counts[from + b]! + SHRINK * prior[priorAt + b]!) / (n + SHRINK);
}

/** Greatest common divisor of all clock times: 60 where the source keeps minutes only. */
function resolution(clock: Int32Array): number {
  let g = 0;
  for (let i = 0; i < clock.length && g !== 1; i++) {
    let a = clock[i]!;
    let b = g;
    while (b > 0) [a, b] = [b, a % b];
    g = a;
  }
  return g;
}

/**
 * c_h of each place and weekday, at [place · 7 + weekday]; `delta` by place in seconds, negative
 * where the place is left out (chance 1).
 */
export function meetingChances(world: VisitWorld, delta: Int32Array): Float64Array {
  const { places, placeType, placeStart, clock, cell, cellDay } = world;
  let types = 1;
  for (let h = 0; h < places; h++) types = Math.max(types, placeType[h]! + 1);
  const ofType = new Float64Array(types * 7 * BINS);
  const everyone = new Float64Array(BINS);
  const flat = new Float64Array(BINS).fill(1 / BINS);
  for (let h = 0; h < places; h++) {
    for (let p = placeStart[h]!; p < placeStart[h + 1]!; p++) {
      const bin = Math.floor(clock[p]! / BIN_S);
      ofType[(placeType[h]! * 7 + weekdayOf(cellDay[cell[p]!]!)) * BINS + bin]!++;
      everyone[bin]!++;
    }
  }
  shrink(everyone, 0, flat, 0, everyone, 0);
  for (let t = 0; t < types * 7; t++) shrink(ofType, t * BINS, everyone, 0, ofType, t * BINS);

  // Times kept to the minute meet "within Δ" up to half a minute further out.
  const slack = resolution(clock) / 2;
  const chances = new Float64Array(places * 7);
  const counts = new Float64Array(8 * BINS);
  const prior = new Float64Array(BINS);
  const profile = new Float64Array(BINS);
  for (let h = 0; h < places; h++) {
    if (delta[h]! < 0) {
      chances.fill(1, h * 7, h * 7 + 7);
      continue;
    }
    const weights = kernel(delta[h]! + slack);
    counts.fill(0);
    for (let p = placeStart[h]!; p < placeStart[h + 1]!; p++) {
      const bin = Math.floor(clock[p]! / BIN_S);
      counts[weekdayOf(cellDay[cell[p]!]!) * BINS + bin]!++;
      counts[7 * BINS + bin]!++;
    }
    for (let day = 0; day < 7; day++) {
      shrink(counts, 7 * BINS, ofType, (placeType[h]! * 7 + day) * BINS, prior, 0);
      shrink(counts, day * BINS, prior, 0, profile, 0);
      chances[h * 7 + day] = chanceOf(profile, 0, weights);
    }
  }
  return chances;
}
