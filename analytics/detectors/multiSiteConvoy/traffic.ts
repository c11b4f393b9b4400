import type { Traffic, Trip } from '../../algorithms/convoys.js';
import { push } from '../../model/multimap.js';
import { weekdayOf } from '../../model/time.js';
import type { World } from '../../projection/world.js';
import { isPharmacySwipe } from '../visits.js';

/** Visits of others on a weekday from which a place has a profile of its own. */
const OWN = 15;
/** Pairs of visits that a place's chance of one day for both is shrunk with, to one day in so many. */
const PRIOR_PAIRS = 300;

/** What people who make no rounds do at the pharmacies. */
export function pharmacyTraffic(world: World, trips: readonly Trip[]): Traffic {
  const s = world.settlements;
  const goesRound = new Set(trips.map((t) => t.patient));
  const byPlace = new Map<number, number[]>();
  const byArea = new Map<number, number[]>();
  const perDay = new Map<number, Map<number, number>>();
  for (let i = 0; i < s.count; i++) {
    const patient = s.patient[i]!;
    if (!isPharmacySwipe(world, i) || s.cancelled[i] || goesRound.has(patient)) continue;
    const [place, day] = [s.institution[i]!, s.day[i]!];
    push(byPlace, place * 7 + weekdayOf(day), day);
    push(byArea, world.patients.region[patient]! * 7 + weekdayOf(day), day);
    const days = perDay.get(place) ?? new Map<number, number>();
    perDay.set(place, days.set(day, (days.get(day) ?? 0) + 1));
  }
  const collisions = new Map<number, number>();
  return {
    days(place, weekday) {
      const own = byPlace.get(place * 7 + weekday) ?? [];
      return own.length >= OWN ? own : [];
    },
    areaDays: (area, weekday) => byArea.get(area * 7 + weekday) ?? [],
    collision(place) {
      let known = collisions.get(place);
      if (known === undefined) {
        let visits = 0;
        let pairs = 0;
        for (const n of perDay.get(place)?.values() ?? []) {
          visits += n;
          pairs += n * (n - 1);
        }
        known = (pairs + 1) / (visits * (visits - 1) + PRIOR_PAIRS);
        collisions.set(place, known);
      }
      return known;
    },
  };
}
