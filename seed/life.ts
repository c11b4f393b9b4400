import type { Rng } from '../analytics/model/rng.js';
import { between, chance, normal, pick, poisson, uniform } from '../analytics/planting/random.js';
import { DAY, DAYS, dayOfMonth, dayOfTime, isSpringFestival, weekday } from './calendar.js';
import type { DiagnosisRow } from './catalogue.js';
import { Kind } from './events.js';
import type { Institution } from './institutions.js';
import { ageOf, type Choices, type Household, type Person } from './people.js';
import { addStay, inStay, townOf, visit, type World } from './world.js';

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

const at = (world: World, index: number) => world.institutions[index] as Institution;

/** The day that suits: the person's weekday, or the town's next market. */
function suitable(world: World, rng: Rng, person: Person, day: number): number {
  const { market } = townOf(world, person);
  if (market >= 0 && chance(rng, 0.45)) return day + ((market - (day % 5) + 5) % 5);
  if (chance(rng, 0.45)) return day + ((person.weekday - weekday(Math.max(0, day)) + 7) % 7);
  return day;
}

function hourWish(rng: Rng, person: Person): { hour?: number; spread?: number } {
  return chance(rng, 0.62) ? { hour: person.hour, spread: 2600 } : {};
}

const STAY_RATE = [0.17, 0.05, 0.075, 0.1, 0.115, 0.17, 0.26, 0.38, 0.47, 0.5];

function staysOf(world: World, rng: Rng, person: Person, household: Household): void {
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

function draw(rng: Rng, from: readonly DiagnosisRow[]): DiagnosisRow {
  let total = 0;
  for (const d of from) total += d.weight;
  let left = rng.next() * total;
  for (const d of from) {
    left -= d.weight;
    if (left <= 0) return d;
  }
  return from[0] as DiagnosisRow;
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

function fitting(
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

function shopping(world: World, rng: Rng, person: Person): void {
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
function familyTrips(world: World, rng: Rng, household: Household): void {
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
