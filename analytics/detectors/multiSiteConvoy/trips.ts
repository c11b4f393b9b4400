import type { Trip } from '../../algorithms/convoys.js';
import { secondOfDay } from '../../model/time.js';
import { settlementsByPatient } from '../../projection/indexes.js';
import type { World } from '../../projection/world.js';
import { isPharmacySwipe } from '../visits.js';

export interface Rounds {
  readonly trips: readonly Trip[];
  /** Settlements of each trip. */
  readonly rows: ReadonlyArray<readonly number[]>;
}

/** Days on which one card was at two pharmacies or more, with clock times. */
export function pharmacyRounds(world: World): Rounds {
  const s = world.settlements;
  const index = settlementsByPatient(world);
  const trips: Trip[] = [];
  const rows: number[][] = [];
  for (let p = 0; p + 1 < index.start.length; p++) {
    let day: number[] = [];
    const close = () => {
      if (day.length > 1 && day.some((i) => s.institution[i] !== s.institution[day[0]!])) {
        trips.push({
          patient: p,
          day: s.day[day[0]!]!,
          area: world.patients.region[p]!,
          places: day.map((i) => s.institution[i]!),
          seconds: day.map((i) => secondOfDay(s.time[i]!)),
        });
        rows.push(day);
      }
      day = [];
    };
    for (let k = index.start[p]!; k < index.start[p + 1]!; k++) {
      const i = index.rows[k]!;
      if (!isPharmacySwipe(world, i) || s.cancelled[i] || !s.hasClock[i]) continue;
      if (day.length > 0 && s.day[i] !== s.day[day[0]!]) close();
      day.push(i);
    }
    close();
  }
  return { trips, rows };
}
