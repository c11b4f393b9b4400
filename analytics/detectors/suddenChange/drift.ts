import { weeklyDispersion } from '../../algorithms/changePoint.js';
import { quantileSorted } from '../../algorithms/robust.js';
import type { Weeks } from './weeks.js';

/** Deviation of the log of the change between the halves of the period, beyond chance, over all institutions. */
export function driftOf(
  { weeks, counts, expected, clustering }: Weeks,
  places: readonly number[],
  least: number,
): number {
  const half = weeks >> 1;
  const moves: number[] = [];
  const chance: number[] = [];
  for (const h of places) {
    const part = (from: number, to: number) => {
      let [k, e] = [0, 0];
      for (let t = from; t < to; t++) {
        k += counts[h * weeks + t]!;
        e += expected[h * weeks + t]!;
      }
      return { k, e };
    };
    const [a, b] = [part(0, half), part(half, weeks)];
    if (a.k < 10 || b.k < 10) continue;
    moves.push(Math.log(b.k / b.e / (a.k / a.e)));
    const dispersion = weeklyDispersion(
      counts.subarray(h * weeks, (h + 1) * weeks),
      expected.subarray(h * weeks, (h + 1) * weeks),
    );
    chance.push(Math.max(clustering[h]!, dispersion) * (1 / a.k + 1 / b.k));
  }
  if (moves.length < 8) return least;
  const median = quantileSorted(
    moves.sort((x, y) => x - y),
    0.5,
  );
  const spread = moves.map((m) => Math.abs(m - median)).sort((x, y) => x - y);
  const variance = (1.4826 * quantileSorted(spread, 0.5)) ** 2;
  const sampling = quantileSorted(
    chance.sort((x, y) => x - y),
    0.5,
  );
  return Math.max(least, Math.sqrt(Math.max(0, variance - sampling)));
}
