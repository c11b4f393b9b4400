import { between, chance, pick, sample } from '../analytics/planting/random.js';
import { DAYS, dayOfTime, weekday } from './calendar.js';
import type { DiagnosisRow } from './catalogue.js';
import { Kind } from './events.js';
import type { Institution } from './institutions.js';
import { note } from './lookalikes.js';
import { ageOf, NEVER, type Person } from './people.js';
import { addStay, doctorAt, townOf, visit, type World } from './world.js';

/** Houses that do honestly what a ward full of paper patients does (bed-hanging, split-admission, clone-records). */

/** People at home in the county of a place, old enough, not bound to a machine. */
export function localPeople(world: World, place: Institution, fromAge: number): Person[] {
  return world.people.filter(
    (p) =>
      !p.careHome &&
      !p.dialysis &&
      p.died === NEVER &&
      ageOf(p) >= fromAge &&
      townOf(world, p).county === place.county,
  );
}

/** How many sites of a kind a world of this size has. */
export const sitesOf = (world: World) => Math.max(1, Math.round(world.settlements / 100_000));

/** Sites that no other look-alike took, each once; `wanted` narrows them. */
export function freeSites(
  world: World,
  stream: string,
  count: number,
  wanted: (i: Institution) => boolean,
): Institution[] {
  const taken = new Set(
    world.lookAlikes.flatMap((l) => (l.patients.length === 0 ? [...l.institutions] : [])),
  );
  const free = world.institutions.filter((i) => !taken.has(i.index) && wanted(i));
  return sample(world.stream(stream), free, count);
}

export const isWard = (i: Institution) => i.type === 'hospital' && i.beds > 0;

/** A site that looks guilty: nobody in particular belongs to it. */
export function noteSite(
  world: World,
  type: string,
  resembles: string,
  ...institutions: Institution[]
): void {
  note(world, { type, resembles, patients: [], institutions: institutions.map((i) => i.index) });
}

const stayFor = (world: World, ...codes: string[]) =>
  world.catalogue.use('stay').filter((d) => codes.includes(d.code));

/**
 * Long stays with leave for the week-end: patients of a rehabilitation or mental ward go home on Saturday
 * and buy there what they need.
 */
export function authorisedLeave(world: World): void {
  const rng = world.stream('authorised-leave');
  for (const ward of freeSites(
    world,
    'leave-sites',
    sitesOf(world),
    (i) => isWard(i) && i.level <= 2,
  )) {
    const illnesses = stayFor(world, 'F20.900', 'I63.900', 'S72.000');
    for (const person of sample(rng, localPeople(world, ward, 30), between(rng, 14, 26))) {
      const length = between(rng, 24, 50);
      const day = rng.int(DAYS - length - 1);
      if (addStay(world, rng, person, ward, pick(rng, illnesses), day, { length }) < 0) continue;
      for (let on = day + 3; on < day + length - 2; on++)
        if (weekday(on) === 5 && chance(rng, 0.45)) {
          const shop = world.institutions[person.pharmacy] as Institution;
          const kind = person.chronic.length > 0 ? Kind.refill : Kind.otc;
          visit(world, rng, person, shop, kind, on + rng.int(2), { anyway: true });
        }
    }
    noteSite(world, 'authorised-leave', 'bed-hanging', ward);
  }
}

/**
 * Husband or wife fetches the medicine of the one in hospital together with the own one: same shop,
 * same minute, two cards.
 */
export function relativesFetch(world: World): void {
  const rng = world.stream('relatives-fetch');
  const low = world.catalogue
    .use('stay')
    .filter((d) => d.stay >= 7 && d.ageFrom <= 60 && d.ageTo >= 85);
  for (const ward of freeSites(
    world,
    'fetch-sites',
    sitesOf(world),
    (i) => isWard(i) && i.level <= 2,
  )) {
    const couples = localPeople(world, ward, 58).filter((p) => {
      const home = world.households[p.household];
      return p.chronic.length > 0 && (home?.members.length ?? 0) > 1;
    });
    for (const person of sample(rng, couples, between(rng, 14, 26))) {
      const event = addStay(world, rng, person, ward, pick(rng, low), rng.int(DAYS - 20), {
        length: between(rng, 8, 13),
      });
      if (event < 0) continue;
      const [first, last] = [world.events.begin[event], world.events.end[event]].map((t) =>
        dayOfTime(t as number),
      ) as [number, number];
      const partner = world.households[person.household]?.members
        .map((m) => world.people[m] as Person)
        .find((p) => p !== person && ageOf(p) >= 18 && p.died === NEVER);
      if (!partner) continue;
      const shop = world.institutions[person.pharmacy] as Institution;
      const bought = visit(world, rng, partner, shop, Kind.otc, between(rng, first + 2, last - 2));
      if (bought >= 0)
        visit(world, rng, person, shop, Kind.refill, 0, {
          at: (world.events.settled[bought] as number) + between(rng, 20, 120),
          anyway: true,
        });
    }
    noteSite(world, 'relatives-fetch', 'bed-hanging', ward);
  }
}

/** First days of the quarters by which long stays are settled, and the day after the last. */
const QUARTERS = [0, 90, 181, 273, DAYS - 1];

/**
 * A ward of the lastingly ill, who stay for years: the fund settles them all at the end of each quarter and
 * takes them in again the next day. They begin and end together four times, and return within a day.
 */
export function longWard(world: World): void {
  const rng = world.stream('long-ward');
  for (const ward of freeSites(
    world,
    'long-sites',
    sitesOf(world),
    (i) => isWard(i) && i.level <= 2,
  )) {
    const [illness] = stayFor(world, 'F20.900') as [DiagnosisRow];
    for (const person of sample(rng, localPeople(world, ward, 25), between(rng, 14, 30))) {
      // Most lie there from year to year; some came or left in the middle of it.
      const came = chance(rng, 0.75) ? 0 : rng.int(200);
      const left = chance(rng, 0.8) ? DAYS - 1 : between(rng, came + 30, DAYS - 1);
      for (let q = 0; q + 1 < QUARTERS.length; q++) {
        const first = Math.max(came, QUARTERS[q] as number);
        const last = Math.min(left, (QUARTERS[q + 1] as number) - 1);
        if (last > first + 1)
          addStay(world, rng, person, ward, illness, first, { length: last - first });
      }
    }
    noteSite(world, 'long-ward', 'split-admission', ward);
  }
}

/** A day ward to which patients come every fortnight for their next cycle. */
export function plannedCycles(world: World): void {
  const rng = world.stream('planned-cycles');
  const oncology = (i: Institution) => isWard(i) && i.depts.some((d) => d.name === '肿瘤科');
  for (const ward of freeSites(world, 'cycle-sites', sitesOf(world), oncology)) {
    const uses = world.catalogue.use('chemo');
    for (const person of sample(rng, localPeople(world, ward, 40), between(rng, 10, 18))) {
      const diagnosis = pick(rng, uses);
      let day = rng.int(200);
      for (let cycle = between(rng, 4, 9); cycle > 0; cycle--) {
        addStay(world, rng, person, ward, diagnosis, day, {
          length: between(rng, 2, 3),
          kind: Kind.chemo,
        });
        day += 14 + (chance(rng, 0.1) ? between(rng, 1, 4) : 0);
      }
    }
    noteSite(world, 'planned-cycles', 'split-admission', ward);
  }
}

/** A house for failing hearts, lungs and livers, whose patients come back because they are ill. */
export function frailWard(world: World): void {
  const rng = world.stream('frail-ward');
  const illnesses = stayFor(world, 'I50.900', 'J44.101', 'K74.600', 'N18.900');
  for (const ward of freeSites(
    world,
    'frail-sites',
    sitesOf(world),
    (i) => isWard(i) && i.level >= 2,
  )) {
    for (const person of sample(rng, localPeople(world, ward, 60), between(rng, 40, 70))) {
      const diagnosis = pick(rng, illnesses);
      let day = rng.int(DAYS - 40);
      for (let stays = 1; stays <= 3; stays++) {
        const event = addStay(world, rng, person, ward, diagnosis, day);
        if (event < 0 || !chance(rng, diagnosis.readmit)) break;
        day = dayOfTime(world.events.end[event] as number) + between(rng, 2, 28);
      }
    }
    noteSite(world, 'frail-ward', 'split-admission', ward);
  }
}

/** One bundle for one operation, by the pathway of the county: all its doctors and houses bill it. */
export function pathways(world: World): void {
  const rng = world.stream('pathways');
  const operations = stayFor(world, 'H25.900', 'K40.900', 'O80.000', 'K35.800');
  for (let left = sitesOf(world); left > 0; left--) {
    const diagnosis = operations[left % operations.length] as DiagnosisRow;
    const houses = freeSites(
      world,
      `pathway-sites ${left}`,
      2,
      (i) => isWard(i) && i.level >= 2 && i.depts.some((d) => d.name === diagnosis.dept),
    );
    if (houses.length < 2) continue;
    const group = (name: string, count: number) => sample(rng, world.catalogue.group(name), count);
    const nights = Math.max(2, Math.round(diagnosis.stay));
    const bundle = [
      ...['bed', 'ipd', 'nur'].flatMap((g) => group(g, 1)).map((item) => ({ item, count: nights })),
      ...diagnosis.groups
        .flatMap((g) => group(g, g === 'inj' ? 3 : 1))
        .map((item) => ({ item, count: 1 })),
      ...group('lab', 2).map((item) => ({ item, count: 1 })),
      ...group('labc', 3).map((item) => ({ item, count: 1 })),
      ...group('mat', 2).map((item) => ({ item, count: nights })),
    ];
    for (const house of houses) {
      const people = localPeople(world, house, diagnosis.ageFrom).filter(
        (p) => ageOf(p) <= diagnosis.ageTo && !(diagnosis.dept === '妇产科' && p.male),
      );
      for (const person of sample(rng, people, between(rng, 30, 55))) {
        const event = addStay(world, rng, person, house, diagnosis, rng.int(DAYS - nights - 2), {
          length: nights,
          doctor: doctorAt(house, diagnosis.dept, rng.int(4), rng),
        });
        // One in twelve has something of his own besides.
        const own = chance(rng, 1 / 12) ? group('inj', 1).map((item) => ({ item, count: 2 })) : [];
        if (event >= 0) world.events.lines.set(event, [...bundle, ...own]);
      }
      noteSite(world, 'pathway-template', 'clone-records', house);
    }
  }
}
