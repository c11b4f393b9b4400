import type { Rng } from '../analytics/model/rng.js';
import { between, chance, poisson } from '../analytics/planting/random.js';
import { dayOfTime } from './calendar.js';
import type { DiagnosisRow } from './catalogue.js';
import { Kind } from './events.js';
import { at, draw } from './habits.js';
import type { Institution } from './institutions.js';
import { ageOf, type Choices, type Household, type Person } from './people.js';
import { addStay, visit, type World } from './world.js';

/** Admissions a year by decade of age. */
const STAY_RATE = [0.17, 0.05, 0.075, 0.1, 0.115, 0.17, 0.26, 0.38, 0.47, 0.5];

/** The stays in hospital of a year: admissions, transfers, returns, births, couples taken in together. */
export function staysOf(world: World, rng: Rng, person: Person, household: Household): void {
  const age = ageOf(person);
  const rate =
    (STAY_RATE[Math.min(9, Math.floor(age / 10))] as number) *
    Math.min(3, 0.35 + 0.65 * person.frailty) *
    (person.chronic.length > 0 ? 1.35 : 0.9);
  const fit = world.catalogue
    .use('stay')
    .filter(
      (d) =>
        age >= d.ageFrom &&
        age <= d.ageTo &&
        !(d.dept === '妇产科' && (person.male || d.code.startsWith('O'))),
    );
  if (!person.male && age >= 20 && age <= 42 && chance(rng, 0.055)) {
    const births = world.catalogue.use('stay').filter((d) => d.code.startsWith('O'));
    oneStay(world, rng, person, household, draw(rng, births), world.drawDay.hospital(rng));
  }
  for (let left = poisson(rng, rate); left > 0 && fit.length > 0; left--)
    oneStay(world, rng, person, household, draw(rng, fit), world.drawDay.hospital(rng) - 4);
}

function wardFor(world: World, rng: Rng, person: Person, severity: number): Institution {
  const choices = world.choices[person.village] as Choices;
  const r = rng.next();
  if (severity >= 3) return at(world, (r < 0.5 ? choices.county : choices.city).draw(rng));
  if (severity === 2)
    return at(
      world,
      (r < 0.15
        ? choices.town
        : r < 0.22
          ? choices.private
          : r < 0.75
            ? choices.county
            : choices.city
      ).draw(rng),
    );
  return at(
    world,
    (r < 0.38
      ? choices.town
      : r < 0.58
        ? choices.private
        : r < 0.93
          ? choices.county
          : choices.city
    ).draw(rng),
  );
}

function oneStay(
  world: World,
  rng: Rng,
  person: Person,
  household: Household,
  diagnosis: DiagnosisRow,
  day: number,
): void {
  const ward = wardFor(world, rng, person, diagnosis.severity);
  let event: number;
  if (ward.level === 1 && diagnosis.severity > 1 && chance(rng, 0.35)) {
    // Sent on to the county the next day.
    addStay(world, rng, person, ward, diagnosis, day, { length: 1 });
    const county = at(world, (world.choices[person.village] as Choices).county.draw(rng));
    event = addStay(world, rng, person, county, diagnosis, day + 2);
  } else event = addStay(world, rng, person, ward, diagnosis, day);
  if (event < 0) return;
  const outDay = dayOfTime(world.events.end[event] as number);
  const inDay = dayOfTime(world.events.begin[event] as number);
  if (inDay > 0 && chance(rng, 0.3))
    visit(
      world,
      rng,
      person,
      at(world, world.events.institution[event] as number),
      Kind.outpatient,
      inDay - rng.int(3),
      {
        dept: diagnosis.dept,
      },
    );
  if (chance(rng, 0.3))
    visit(
      world,
      rng,
      person,
      at(world, world.events.institution[event] as number),
      Kind.outpatient,
      outDay + between(rng, 6, 30),
      {
        dept: diagnosis.dept,
        habitual: true,
      },
    );
  if (chance(rng, diagnosis.readmit * 0.95)) {
    const again = chance(rng, 0.7) ? diagnosis : draw(rng, world.catalogue.use('stay'));
    const where = chance(rng, 0.75)
      ? at(world, world.events.institution[event] as number)
      : wardFor(world, rng, person, again.severity);
    if (again === diagnosis)
      addStay(world, rng, person, where, again, outDay + between(rng, 2, 28));
  }
  // Old couples like to be taken in together.
  if (diagnosis.severity === 1 && chance(rng, 0.1)) {
    const partner = household.members.find(
      (m) => m !== person.index && ageOf(world.people[m] as Person) > 50,
    );
    const low = world.catalogue
      .use('stay')
      .filter((d) => d.severity === 1 && d.ageFrom <= 60 && d.ageTo > 60);
    if (partner !== undefined && ageOf(person) > 50) {
      const joined = addStay(
        world,
        rng,
        world.people[partner] as Person,
        at(world, world.events.institution[event] as number),
        draw(rng, low),
        inDay + rng.int(2),
        {
          length: Math.max(2, outDay - inDay + between(rng, -1, 1)),
        },
      );
      if (joined >= 0)
        world.lookAlikes.push({
          type: 'relatives-admitted',
          resembles: 'patient-brokering-ring',
          patients: [person.index, partner],
          institutions: [world.events.institution[event] as number],
          doctors: [],
        });
    }
  }
}
