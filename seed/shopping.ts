import type { Rng } from '../analytics/model/rng.js';
import { between, chance, pick, poisson, uniform } from '../analytics/planting/random.js';
import { DAY, DAYS, dayOfMonth } from './calendar.js';
import { Kind } from './events.js';
import { at, hourWish, suitable } from './habits.js';
import { ageOf, type Choices, type Household, type Person } from './people.js';
import { inStay, visit, type World } from './world.js';

/** What one person buys over the counter. */
export function shopping(world: World, rng: Rng, person: Person): void {
  const age = ageOf(person);
  if (age < 12) return;
  const choices = world.choices[person.village] as Choices;
  const rate = (person.employee ? 1.9 : 0.62) * Math.min(2.5, 0.4 + 0.6 * person.frailty);
  for (let left = poisson(rng, rate); left > 0; left--) {
    const r = rng.next();
    const where = at(
      world,
      r < 0.58
        ? person.pharmacy
        : r < 0.75
          ? person.secondPharmacy
          : r < 0.97
            ? choices.pharmacy.draw(rng)
            : rng.int(world.institutions.length),
    );
    if (where.type !== 'pharmacy') continue;
    visit(
      world,
      rng,
      person,
      where,
      Kind.otc,
      suitable(world, rng, person, world.drawDay.pharmacy(rng)),
      hourWish(rng, person),
    );
  }
  // Accounts are spent before the year closes.
  if (person.employee && chance(rng, 0.13))
    visit(
      world,
      rng,
      person,
      at(world, person.pharmacy),
      Kind.promotion,
      318 + Math.floor(46 * Math.sqrt(rng.next())),
      hourWish(rng, person),
    );
  const chain = at(world, person.pharmacy).chain;
  if (chain >= 0 && chance(rng, 0.1)) memberDays(world, rng, person, chain);
}

/** Regulars of a chain come on its discount day, most of them early. */
function memberDays(world: World, rng: Rng, person: Person, chain: number): void {
  const { memberDay } = world.staff.chains[chain] as { memberDay: number };
  const keen = uniform(rng, 0.2, 0.75);
  for (let day = 0; day < DAYS; day++)
    if (dayOfMonth[day] === memberDay && chance(rng, keen))
      visit(world, rng, person, at(world, person.pharmacy), Kind.promotion, day, {
        hour: (chance(rng, 0.65) ? 9.1 : 17.5) * 3600,
        spread: 3300,
      });
}

/** Some families do their shopping together and pay one after the other. */
export function familyTrips(world: World, rng: Rng, household: Household): void {
  const members = household.members.filter((m) => {
    const p = world.people[m] as Person;
    return p.died > DAYS && ageOf(p) >= 1;
  });
  if (members.length < 2) return;
  const lead = world.people[members[0] as number] as Person;
  const shop = at(world, lead.pharmacy);
  const keen = uniform(rng, 0.45, 0.95);
  const together = new Set<number>();
  const every = DAYS / household.trips;
  for (let trip = 0; trip < household.trips; trip++) {
    const day = suitable(world, rng, lead, Math.floor((trip + rng.next()) * every));
    let clock: number | null = null;
    for (const m of members) {
      const person = world.people[m] as Person;
      if (!chance(rng, keen) || inStay(world, m, day * DAY + 43_200)) continue;
      const refill = person.chronic.length > 0 && chance(rng, 0.4);
      const event: number = visit(
        world,
        rng,
        person,
        shop,
        refill ? Kind.refill : Kind.otc,
        day,
        clock === null ? { hour: lead.hour, spread: 3000 } : { at: clock + between(rng, 12, 190) },
      );
      if (event < 0) continue;
      if (clock !== null) together.add(m);
      clock = world.events.settled[event] as number;
    }
  }
  if (household.trips >= 8 && members.length >= 3 && together.size >= 2)
    world.lookAlikes.push({
      type: 'same-household',
      resembles: 'card-farming-pharmacy',
      patients: members,
      institutions: [shop.index],
      doctors: [],
    });
}

/** Two friends or neighbours who like to go together. */
export function friends(world: World, rng: Rng, count: number): void {
  for (let i = 0; i < count; i++) {
    const a = pick(rng, world.people);
    const peers = world.households[a.household + 1]?.members ?? [];
    const b = world.people[peers[0] ?? -1];
    if (!b || b.village !== a.village || ageOf(a) < 40 || ageOf(b) < 40) continue;
    if (a.died < DAYS || b.died < DAYS || a.careHome || b.careHome) continue;
    for (let trip = between(rng, 4, 16); trip > 0; trip--) {
      const day = suitable(world, rng, a, world.drawDay.pharmacy(rng));
      const first = visit(world, rng, a, at(world, a.pharmacy), Kind.otc, day, {
        hour: a.hour,
        spread: 2700,
      });
      if (first >= 0)
        visit(world, rng, b, at(world, a.pharmacy), Kind.otc, day, {
          at: (world.events.settled[first] as number) + between(rng, 20, 260),
        });
    }
  }
}
