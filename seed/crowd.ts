import { chance, pick } from '../analytics/planting/random.js';
import { Kind } from './events.js';
import { fitting } from './life.js';
import { ageOf } from './people.js';
import { visit, type World } from './world.js';

/** Of all settlements: 3,000 visits a day where a prefecture has 5.9 million a year. */
export const CROWD_SHARE = (3000 * 365) / 5_900_000;

/**
 * One hospital of the city that a fifth of all visits goes to, from everywhere and all day long: so many pass
 * its counters within a minute that people meet there again and again by chance alone. They come with what has
 * just befallen them: whoever has his monthly drugs from elsewhere is not given them twice.
 */
export function crowdedHospital(world: World): void {
  const rng = world.stream('crowd');
  const [hospital] = world.institutions
    .filter((i) => i.type === 'hospital' && i.level === 3)
    .sort((a, b) => b.pull - a.pull || a.index - b.index);
  const people = world.people.filter((p) => !p.careHome && !p.dialysis && p.died >= 0);
  if (!hospital || people.length === 0) return;
  const acute = world.catalogue.use('acute');
  const wanted = world.events.count + Math.round(world.settlements * CROWD_SHARE);
  while (world.events.count < wanted) {
    const person = pick(rng, people);
    const illness = fitting(world, rng, person, ageOf(person), acute);
    const wish = { diagnosis: illness.index, dept: illness.dept };
    const kind = chance(rng, 0.06) ? Kind.emergency : Kind.outpatient;
    visit(world, rng, person, hospital, kind, world.drawDay.hospital(rng), wish);
  }
}
