import { between, chance, pick, sample, uniform } from '../analytics/planting/random.js';
import { DAY, DAYS, weekday } from './calendar.js';
import type { DiagnosisRow } from './catalogue.js';
import { Kind } from './events.js';
import { distance } from './geography.js';
import { isOpen } from './hours.js';
import type { Institution } from './institutions.js';
import { personName } from './names.js';
import { freeSites, isWard, localPeople, noteSite, sitesOf } from './siteWards.js';
import { addStay, visit, type World } from './world.js';

/** Doctors and machines that honestly are in two places (impossible-doctor, therapy-overcount). */

/** Houses of one county far enough apart that one cannot be in both. */
function twoHouses(world: World, stream: string): [Institution, Institution] | undefined {
  const [main] = freeSites(world, stream, 1, (i) => isWard(i) && i.level >= 2);
  if (!main) return undefined;
  const [branch] = freeSites(
    world,
    `${stream} branch`,
    1,
    (i) => isWard(i) && i.level === 1 && i.county === main.county && distance(i, main) > 4,
  );
  return branch ? [main, branch] : undefined;
}

/**
 * A county hospital looks after a town's health centre: the centre's young doctors write under the
 * chiefs' log-in while the chiefs see patients at home. All chiefs do it, on every working day.
 */
export function sharedLogIn(world: World): void {
  const rng = world.stream('shared-log-in');
  for (let left = sitesOf(world); left > 0; left--) {
    const houses = twoHouses(world, `log-in-sites ${left}`);
    if (!houses) continue;
    const [main, branch] = houses;
    const chiefs = sample(
      rng,
      main.depts.flatMap((d) => d.doctors),
      between(rng, 4, 6),
    );
    const acute = world.catalogue.use('acute');
    const people = localPeople(world, branch, 16);
    for (const chief of chiefs)
      for (const day of sample(
        rng,
        Array.from({ length: DAYS }, (_, d) => d).filter((d) => weekday(d) < 5),
        between(rng, 10, 18),
      )) {
        const at = day * DAY + Math.round(uniform(rng, 8.6, 11.2) * 3600);
        for (const house of [main, branch]) {
          const event = visit(world, rng, pick(rng, people), house, Kind.outpatient, day, {
            at: at + between(rng, 0, 900),
            diagnosis: (pick(rng, acute) as DiagnosisRow).index,
          });
          if (event >= 0) world.events.doctor[event] = chief;
        }
      }
    noteSite(world, 'shared-log-in', 'impossible-doctor', main, branch);
  }
}

/** A doctor registered at two houses who keeps to his days: three here, two there (多点执业). */
export function twoPractices(world: World): void {
  const rng = world.stream('two-practices');
  for (let left = sitesOf(world); left > 0; left--) {
    const houses = twoHouses(world, `practice-sites ${left}`);
    const first = houses?.[0].depts[0];
    if (!houses || !first) continue;
    const doctor = newDoctor(world, rng, houses[0].index, first.code);
    const acute = world.catalogue.use('acute').filter((d) => d.dept === first.name);
    const people = houses.map((house) => localPeople(world, house, 16));
    for (let day = 0; day < DAYS; day++) {
      if (weekday(day) > 4) continue;
      const which = weekday(day) % 2 === 0 ? 0 : 1;
      const house = houses[which];
      if (!isOpen(house.hours, day) || chance(rng, 0.3)) continue;
      for (let patients = between(rng, 1, 2); patients > 0; patients--) {
        const event = visit(
          world,
          rng,
          pick(rng, people[which] ?? []),
          house,
          Kind.outpatient,
          day,
          {
            diagnosis: (pick(rng, acute) as DiagnosisRow).index,
          },
        );
        if (event >= 0) world.events.doctor[event] = doctor;
      }
    }
    noteSite(world, 'two-practices', 'impossible-doctor', ...houses);
  }
}

/** One more doctor on the register, whom nobody visits but by our doing. */
export function newDoctor(
  world: World,
  rng: ReturnType<World['stream']>,
  institution: number,
  dept: string,
): number {
  const { doctors } = world.staff;
  const stem = (doctors[0]?.code ?? 'D0000').slice(0, 5);
  const known = new Set(doctors.map((d) => d.code));
  let code = '';
  do code = `${stem}${String(100_000 + rng.int(60_000)).padStart(8, '0')}`;
  while (known.has(code));
  return doctors.push({ code, name: personName(rng), institution, dept, kind: '1' }) - 1;
}

/** The one scanner of a county: every house sends there, and each patient is pictured once. */
export function sharedEquipment(world: World): void {
  const rng = world.stream('shared-equipment');
  const pictures = world.catalogue
    .group('img')
    .filter((i) => /CT|磁共振|超/.test(world.catalogue.items[i]?.name ?? ''));
  const acute = world.catalogue.use('acute').filter((d) => d.groups.includes('img'));
  for (const centre of freeSites(
    world,
    'scanner-sites',
    sitesOf(world),
    (i) => isWard(i) && i.level <= 2,
  )) {
    for (const person of sample(rng, localPeople(world, centre, 25), between(rng, 120, 200))) {
      const event = visit(world, rng, person, centre, Kind.outpatient, rng.int(DAYS), {
        diagnosis: (pick(rng, acute) as DiagnosisRow).index,
      });
      if (event < 0) continue;
      const lines = sample(rng, pictures, chance(rng, 0.25) ? 2 : 1);
      world.events.lines.set(
        event,
        lines.map((item) => ({ item, count: 1 })),
      );
    }
    noteSite(world, 'shared-equipment', 'therapy-overcount', centre);
  }
}

/** A rehabilitation house: long stays, two or three therapies each, once a day and sometimes twice. */
export function rehabilitationHouse(world: World): void {
  const rng = world.stream('rehabilitation-house');
  const illnesses = world.catalogue.use('stay').filter((d) => d.groups.includes('reh'));
  for (const house of freeSites(
    world,
    'rehabilitation-sites',
    sitesOf(world),
    (i) => isWard(i) && i.privately && i.depts.some((d) => d.name === '骨科'),
  )) {
    const daily = ['bed', 'ipd', 'nur'].map((g) => pick(rng, world.catalogue.group(g)));
    for (const person of sample(rng, localPeople(world, house, 45), between(rng, 30, 50))) {
      const nights = between(rng, 12, 20);
      const event = addStay(world, rng, person, house, pick(rng, illnesses), rng.int(DAYS - 24), {
        length: nights,
      });
      if (event < 0) continue;
      const therapies = sample(rng, world.catalogue.group('reh'), between(rng, 2, 3));
      world.events.lines.set(event, [
        ...daily.map((item) => ({ item, count: nights })),
        ...therapies.map((item) => ({
          item,
          count: Math.round(nights * (chance(rng, 0.2) ? 2 : 0.9)),
        })),
        ...sample(rng, world.catalogue.group('img'), 1).map((item) => ({ item, count: 1 })),
      ]);
    }
    noteSite(world, 'rehabilitation-house', 'therapy-overcount', house);
  }
}
