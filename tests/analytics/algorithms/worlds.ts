import type { VisitColumns } from '../../../analytics/algorithms/visits.js';
import { createRng, type Rng } from '../../../analytics/model/rng.js';
import { DAY_S, startOfDay } from '../../../analytics/model/time.js';

export interface VisitRow {
  patient: number;
  place: number;
  day: number;
  clock: number;
}

export const FIRST_DAY = 20_089; // 2025-01-01

export function columnsOf(
  rows: readonly VisitRow[],
  patients: number,
  places: number,
): VisitColumns {
  return {
    patient: Int32Array.from(rows, (r) => r.patient),
    place: Int32Array.from(rows, (r) => r.place),
    time: Float64Array.from(rows, (r) => startOfDay(r.day) + r.clock),
    placeType: new Int32Array(places),
    patients,
  };
}

/** A day's clock with two humps, 08:00–20:00, shifted a little from place to place. */
export function clockOf(place: number, rng: Rng): number {
  const hump = rng.next() < 0.6 ? 9.5 + (place % 4) * 0.3 : 16 + (place % 3) * 0.4;
  const hours = hump + (rng.next() + rng.next() + rng.next() - 1.5) * 3;
  return Math.min(Math.max(Math.floor(hours * 3600), 0), DAY_S - 1);
}

/**
 * Patients 2k and 2k + 1 go to one place on the same `days` of a year; when they come is up to the
 * place and, with `habit`, to the hour each of them prefers.
 */
export function pairedWorld(
  pairs: number,
  places: number,
  days: number,
  habit: boolean,
  seed: number,
): VisitRow[] {
  const rng = createRng(seed);
  const rows: VisitRow[] = [];
  for (let k = 0; k < pairs; k++) {
    const place = rng.int(places);
    const preferred = [clockOf(place, rng), clockOf(place, rng)];
    for (let d = 0; d < days; d++) {
      const day = FIRST_DAY + rng.int(365);
      for (const who of [0, 1]) {
        const free = clockOf(place, rng);
        const kept = preferred[who]! + Math.floor((rng.next() - 0.5) * 5400);
        const clock = habit && rng.next() < 0.7 ? Math.min(Math.max(kept, 0), DAY_S - 1) : free;
        rows.push({ patient: 2 * k + who, place, day, clock });
      }
    }
  }
  return rows;
}

/** Kolmogorov–Smirnov distance of a sample to the uniform. */
export function ksUniform(sample: number[]): number {
  const sorted = [...sample].sort((a, b) => a - b);
  let most = 0;
  sorted.forEach((p, i) => {
    most = Math.max(most, (i + 1) / sorted.length - p, p - i / sorted.length);
  });
  return most;
}

/** Most rejections that a binomial with this rate shows but once in about 3,000 tries. */
export function atMost(n: number, rate: number): number {
  return n * rate + 3.4 * Math.sqrt(n * rate) + 1;
}
