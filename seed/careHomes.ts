import type { Rng } from '../analytics/model/rng.js';
import {
  between,
  chance,
  normal,
  pick,
  poisson,
  sample,
  uniform,
} from '../analytics/planting/random.js';
import { DAY, DAYS, dayOfTime } from './calendar.js';
import { Kind } from './events.js';
import type { Institution } from './institutions.js';
import { note, number } from './lookalikes.js';
import { addHousehold, makeChoices, type Person } from './people.js';
import { addStay, visit, type World } from './world.js';

/** Homes for the old, each with the hospital it has a contract with and a carer who fetches the drugs. */
export function careHomes(world: World): void {
  const rng = world.stream('care-homes');
  const chronic = world.catalogue.use('chronic').filter((d) => d.ageFrom >= 35);
  for (let left = number(world, rng, 90_000); left > 0; left--) {
    const town = pick(rng, world.geo.towns);
    const village = {
      index: world.geo.villages.length,
      town: town.index,
      name: pick(rng, ['夕阳红养老院', '福寿养老院', '敬老院', '颐康养护中心', '安怡老年公寓']),
      lng: town.lng + 0.01 * normal(rng),
      lat: town.lat + 0.01 * normal(rng),
      share: 0,
      careHome: true,
    };
    world.geo.villages.push(village);
    const choices = makeChoices(village, world.institutions);
    world.choices.push(choices);
    const residents: Person[] = [];
    for (let n = between(rng, 18, 46); n > 0; n--) {
      const household = addHousehold(world, rng, {
        village: village.index,
        ages: [Math.min(98, Math.round(79 + 7 * normal(rng)))],
        ...(chance(rng, 0.8) ? { chronic: pick(rng, chronic).index } : {}),
      });
      const person = world.people[household.members[0] as number] as Person;
      person.careHome = true;
      residents.push(person);
    }
    const contract = world.institutions[choices.town.draw(rng)] as Institution;
    const shop = world.institutions[choices.pharmacy.at[0] as number] as Institution;
    homeAdmissions(world, rng, residents, contract, choices.county.draw(rng));
    homeDrugs(world, rng, residents, contract, shop);
    note(world, {
      type: 'nursing-home',
      resembles: 'patient-brokering-ring',
      patients: residents.map((p) => p.index),
      institutions: [contract.index, shop.index],
    });
  }
}

function homeAdmissions(
  world: World,
  rng: Rng,
  residents: Person[],
  contract: Institution,
  county: number,
): void {
  const low = world.catalogue.use('stay').filter((d) => d.ageFrom <= 60 && d.ageTo >= 85);
  for (const person of residents)
    for (let n = poisson(rng, 0.45); n > 0; n--)
      addStay(
        world,
        rng,
        person,
        chance(rng, 0.75) ? contract : (world.institutions[county] as Institution),
        pick(rng, low),
        world.drawDay.hospital(rng),
      );
  // A cold goes round the house: several are taken in within two days.
  const flu = low.filter((d) => d.name.includes('肺') || d.name.includes('支气管'));
  for (let waves = between(rng, 1, 3); waves > 0; waves--) {
    const day = world.drawDay.hospital(rng);
    const leave = chance(rng, 0.4) ? between(rng, 6, 10) : 0;
    for (const person of sample(rng, residents, between(rng, 3, 8)))
      addStay(
        world,
        rng,
        person,
        contract,
        pick(rng, flu.length > 0 ? flu : low),
        day + rng.int(3),
        {
          ...(leave > 0 ? { length: leave + rng.int(2) } : {}),
        },
      );
  }
}

function homeDrugs(
  world: World,
  rng: Rng,
  residents: Person[],
  contract: Institution,
  shop: Institution,
): void {
  const byRound = chance(rng, 0.55);
  const gap = byRound ? 150 : 70;
  const hour = uniform(rng, 8.6, 15.5) * 3600;
  for (let day = rng.int(28); day < DAYS; day += byRound ? 28 + rng.int(5) : 14 + rng.int(4)) {
    let clock = day * DAY + Math.round(hour + 1500 * normal(rng));
    for (const person of sample(rng, residents, residents.length)) {
      if (person.chronic.length === 0 || !chance(rng, 0.72)) continue;
      clock += between(rng, Math.round(gap * 0.4), gap * 2);
      visit(
        world,
        rng,
        person,
        byRound ? contract : shop,
        byRound ? Kind.chronic : Kind.refill,
        day,
        {
          at: Math.min(clock, (dayOfTime(clock) + 1) * DAY - 60),
          diagnosis: person.chronic[0] as number,
          dept: '内科',
          habitual: true,
        },
      );
    }
  }
}
