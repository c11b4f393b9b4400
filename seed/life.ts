import type { Rng } from '../analytics/model/rng.js';
import { between, chance, normal, poisson, uniform } from '../analytics/planting/random.js';
import { DAY, DAYS, dayOfTime, isSpringFestival } from './calendar.js';
import type { DiagnosisRow } from './catalogue.js';
import { Kind } from './events.js';
import { at, draw, hourWish, suitable } from './habits.js';
import { ageOf, type Choices, type Household, type Person } from './people.js';
import { familyTrips, shopping } from './shopping.js';
import { staysOf } from './wards.js';
import { visit, type World } from './world.js';

/** A year of one household's ordinary life: illness, refills, stays in hospital, shopping. */
export function liveHousehold(world: World, rng: Rng, household: Household): void {
  for (const m of household.members) {
    const person = world.people[m] as Person;
    if (person.careHome || person.died < 0) continue;
    if (!person.dialysis) staysOf(world, rng, person, household);
  }
  for (const m of household.members) {
    const person = world.people[m] as Person;
    if (person.careHome || person.died < 0) continue;
    refills(world, rng, person);
    illnesses(world, rng, person);
    shopping(world, rng, person);
  }
  if (household.trips > 0) familyTrips(world, rng, household);
}

function refills(world: World, rng: Rng, person: Person): void {
  if (person.chronic.length === 0) return;
  const place =
    person.refill === 'pharmacy'
      ? person.pharmacy
      : person.refill === 'clinic'
        ? person.clinic
        : person.hospital;
  const every = chance(rng, 0.7) ? uniform(rng, 27, 34) : uniform(rng, 38, 65);
  let day = rng.int(Math.ceil(every));
  while (day < DAYS) {
    if (!chance(rng, 0.1) && !(isSpringFestival(day) && chance(rng, 0.6))) {
      const r = rng.next();
      const where = at(
        world,
        r < 0.88 ? place : r < 0.97 ? person.pharmacy : person.secondPharmacy,
      );
      const kind = where.type === 'pharmacy' ? Kind.refill : Kind.chronic;
      const diagnosis = person.chronic[0] as number;
      visit(world, rng, person, where, kind, suitable(world, rng, person, day), {
        ...hourWish(rng, person),
        diagnosis,
        dept: world.catalogue.diagnoses[diagnosis]?.dept ?? '内科',
        habitual: true,
        anyway: where.type === 'pharmacy' && chance(rng, 0.12),
      });
    }
    day += Math.round(every + 3 * normal(rng));
  }
}

function illnesses(world: World, rng: Rng, person: Person): void {
  const age = ageOf(person);
  const rate = 1.12 * person.frailty * (age < 14 ? 1.15 : 1);
  const choices = world.choices[person.village] as Choices;
  const acute = world.catalogue.use('acute');
  for (let left = poisson(rng, rate); left > 0; left--) {
    const diagnosis =
      age < 14 && chance(rng, 0.8)
        ? draw(rng, world.catalogue.use('child'))
        : fitting(world, rng, person, age, acute);
    const r = rng.next();
    const where = at(
      world,
      r < 0.3
        ? person.clinic
        : r < 0.5
          ? person.hospital
          : r < 0.62
            ? choices.clinic.draw(rng)
            : r < 0.78
              ? choices.town.draw(rng)
              : r < 0.93
                ? choices.county.draw(rng)
                : r < 0.985
                  ? choices.city.draw(rng)
                  : rng.int(world.institutions.length),
    );
    if (where.type === 'pharmacy' || (where.beds === 0 && where.type === 'hospital')) continue;
    const emergency = where.level >= 1 && chance(rng, 0.06);
    let day = world.drawDay.hospital(rng);
    if (!emergency && chance(rng, 0.3)) day = suitable(world, rng, person, day);
    const event = visit(
      world,
      rng,
      person,
      where,
      emergency ? Kind.emergency : Kind.outpatient,
      day,
      {
        ...(emergency
          ? { hour: 20 * 3600, spread: 4 * 3600 }
          : chance(rng, 0.3)
            ? hourWish(rng, person)
            : {}),
        diagnosis: diagnosis.index,
        dept: diagnosis.dept,
      },
    );
    if (event < 0) continue;
    const settled = world.events.settled[event] as number;
    // The medicine is bought next door, or on the way home.
    if (chance(rng, 0.3)) {
      const shop = at(world, chance(rng, 0.5) ? person.pharmacy : choices.pharmacy.draw(rng));
      const soon = settled + between(rng, 240, 5400);
      if (dayOfTime(soon) < DAYS && soon % DAY < 21 * 3600 && soon % DAY > 8 * 3600)
        visit(world, rng, person, shop, Kind.otc, dayOfTime(soon), {
          at: soon,
          diagnosis: diagnosis.index,
        });
    }
    if (chance(rng, 0.16))
      visit(world, rng, person, where, Kind.outpatient, dayOfTime(settled) + between(rng, 2, 9), {
        diagnosis: diagnosis.index,
        dept: diagnosis.dept,
        habitual: true,
      });
  }
}

/** An illness that somebody of this age and sex can have. */
export function fitting(
  world: World,
  rng: Rng,
  person: Person,
  age: number,
  acute: readonly DiagnosisRow[],
): DiagnosisRow {
  for (let i = 0; i < 8; i++) {
    const d = acute[world.drawAcute(rng)] as DiagnosisRow;
    if (age >= d.ageFrom && age <= d.ageTo && !(d.dept === '妇产科' && person.male)) return d;
  }
  return acute[0] as DiagnosisRow;
}
