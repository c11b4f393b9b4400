/**
 * Worlds in which every visit is moved by whole weeks, −REDRAW_WEEKS … +REDRAW_WEEKS, each on its own: person,
 * place, weekday, hour, length and season stay, only the coincidences go.
 */
import { createRng } from '../model/rng.js';
import type { PairScreen } from './pairSums.js';

const REDRAW_WEEKS = 4;

/** A pair statistic of the observed world, and of worlds redrawn under its null. */
export interface RedrawnScreen {
  observed(): PairScreen;
  redrawn(seed: number): PairScreen;
}

/** Days by which each of `visits` visits is moved. */
export function weekShifts(visits: number, seed: number): Int32Array {
  const rng = createRng(seed);
  return new Int32Array(visits).map(() => (rng.int(2 * REDRAW_WEEKS + 1) - REDRAW_WEEKS) * 7);
}
