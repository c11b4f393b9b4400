import type { Rng } from '../analytics/model/rng.js';
import { pick } from '../analytics/planting/random.js';
import type { Item } from './catalogue.js';
import { Kind, type Line } from './events.js';
import type { Institution } from './institutions.js';
import { note } from './lookalikes.js';
import { NEVER, type Person } from './people.js';
import { visit, type World } from './world.js';

/** What the further honest lives share (`moreLife.ts`). */

/** Lives through the whole year in an ordinary household. */
export const alive = (p: Person) => !p.careHome && !p.dialysis && p.died === NEVER;

/** Notes people (and places) as a look-alike of a type of ring. */
export function group(
  world: World,
  type: string,
  resembles: string,
  patients: readonly Person[],
  institutions: readonly number[] = [],
): void {
  note(world, { type, resembles, patients: patients.map((p) => p.index), institutions });
}

/** Packs of a drug that last about so many days. */
export function packs(world: World, item: number, days: number): Line {
  const it = world.catalogue.items[item] as Item;
  return { item, count: Math.max(1, Math.min(12, Math.round((days * it.dayDose) / it.pack))) };
}

/** So many days of each of these drugs, named twice or not. */
export const supply = (world: World, drugs: readonly number[], days: number): Line[] =>
  [...new Set(drugs)].map((item) => packs(world, item, days));

/** A drug for a chronic disease. */
export function drugFor(world: World, rng: Rng, diagnosis: number): number {
  const name = world.catalogue.diagnoses[diagnosis]?.groups[0] ?? 'htn';
  return pick(rng, world.catalogue.group(name));
}

/** One visit for a chronic disease with exactly these drugs; its event, −1 when it did not take place. */
export function prescribed(
  world: World,
  rng: Rng,
  person: Person,
  place: Institution,
  day: number,
  lines: readonly Line[],
  diagnosis: number,
): number {
  const kind = place.type === 'pharmacy' ? Kind.refill : Kind.chronic;
  const event = visit(world, rng, person, place, kind, day, {
    diagnosis,
    dept: world.catalogue.diagnoses[diagnosis]?.dept ?? '内科',
    habitual: true,
  });
  if (event >= 0) world.events.lines.set(event, lines);
  return event;
}
