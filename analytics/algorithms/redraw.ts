/**
 * Honest worlds for N2 (DETECTORS.md §1): the same people at the same places on the same days, at
 * other times of day.
 *
 * Clock times are dealt again within patient × place, so everybody keeps the habit (a shift, the
 * morning) and only the coincidences on a given day go. Dealing within place × day instead would
 * make a ring its own null. A patient with few visits to a place has no habit to keep, and dealing
 * one card changes nothing: each visit therefore takes, with chance κ/(κ + visits), the clock of a
 * random visit to that place on the same weekday.
 */
import type { Rng } from '../model/rng.js';
import { weekdayOf } from '../model/time.js';
import type { VisitWorld } from './visits.js';

const KAPPA = 2;

/** Clock times by position for one redrawn world. */
export function redrawClocks(world: VisitWorld, rng: Rng): Int32Array {
  const { visits, patientStart, place, clock, cell, cellDay, placeStart } = world;
  const out = new Int32Array(world.rows);
  for (let who = 0; who < world.patients; who++) {
    const end = patientStart[who + 1]!;
    for (let i = patientStart[who]!; i < end; ) {
      const here = place[visits[i]!]!;
      let j = i;
      while (j < end && place[visits[j]!] === here) {
        out[visits[j]!] = clock[visits[j]!]!;
        j++;
      }
      for (let k = j - 1; k > i; k--) {
        const other = visits[i + rng.int(k - i + 1)]!;
        const own = visits[k]!;
        const held = out[own]!;
        out[own] = out[other]!;
        out[other] = held;
      }
      const borrow = KAPPA / (KAPPA + j - i);
      const from = placeStart[here]!;
      const room = placeStart[here + 1]! - from;
      for (let k = i; k < j; k++) {
        if (rng.next() >= borrow) continue;
        const own = visits[k]!;
        const weekday = weekdayOf(cellDay[cell[own]!]!);
        let drawn = from + rng.int(room);
        for (let t = 0; t < 16 && weekdayOf(cellDay[cell[drawn]!]!) !== weekday; t++)
          drawn = from + rng.int(room);
        out[own] = clock[drawn]!;
      }
      i = j;
    }
  }
  return out;
}
