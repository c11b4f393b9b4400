import type { Rng } from '../analytics/model/rng.js';
import { chance } from '../analytics/planting/random.js';
import { weekday } from './calendar.js';
import type { DiagnosisRow } from './catalogue.js';
import type { Institution } from './institutions.js';
import type { Person } from './people.js';
import { townOf, type World } from './world.js';

/** The institution at an index. */
export const at = (world: World, index: number) => world.institutions[index] as Institution;

/** The day that suits: the person's weekday, or the town's next market. */
export function suitable(world: World, rng: Rng, person: Person, day: number): number {
  const { market } = townOf(world, person);
  if (market >= 0 && chance(rng, 0.45)) return day + ((market - (day % 5) + 5) % 5);
  if (chance(rng, 0.45)) return day + ((person.weekday - weekday(Math.max(0, day)) + 7) % 7);
  return day;
}

/** Mostly the person's own hour, else whenever the place is busy. */
export function hourWish(rng: Rng, person: Person): { hour?: number; spread?: number } {
  return chance(rng, 0.62) ? { hour: person.hour, spread: 2600 } : {};
}

/** One of several diagnoses, by weight. */
export function draw(rng: Rng, from: readonly DiagnosisRow[]): DiagnosisRow {
  let total = 0;
  for (const d of from) total += d.weight;
  let left = rng.next() * total;
  for (const d of from) {
    left -= d.weight;
    if (left <= 0) return d;
  }
  return from[0] as DiagnosisRow;
}
