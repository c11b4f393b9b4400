import { between, chance, pick, poisson, sample, uniform } from '../analytics/planting/random.js';
import { DAYS } from './calendar.js';
import type { DiagnosisRow } from './catalogue.js';
import { Kind } from './events.js';
import { isOpen } from './hours.js';
import type { Dept } from './institutions.js';
import { newDoctor } from './siteDoctors.js';
import { freeSites, isWard, localPeople, noteSite, sitesOf } from './siteWards.js';
import { addStay, visit, type World } from './world.js';

/** Places whose trade honestly jumps or was bought in long ago (inventory-gap, sudden-change). */

/** A shop that filled its shelves before the year began and sells from them to its regulars for a while. */
export function openingStock(world: World): void {
  const rng = world.stream('opening-stock');
  const chronic = ['htn', 'dm', 'chd', 'cvd', 'copd'].flatMap((g) => [...world.catalogue.group(g)]);
  for (const shop of freeSites(
    world,
    'stock-sites',
    2 * sitesOf(world),
    (i) => i.type === 'pharmacy' && i.pull > 0.6,
  )) {
    const goods = sample(rng, chronic, between(rng, 4, 8));
    const sold = new Map<number, number>();
    for (const person of sample(rng, localPeople(world, shop, 45), between(rng, 16, 30))) {
      const takes = sample(rng, goods, between(rng, 1, 2));
      for (let day = rng.int(30); day < DAYS; day += between(rng, 27, 34)) {
        const event = visit(world, rng, person, shop, Kind.refill, day);
        if (event < 0) continue;
        world.events.lines.set(
          event,
          takes.map((item) => ({ item, count: 2 })),
        );
        for (const item of takes) sold.set(item, (sold.get(item) ?? 0) + 2);
      }
    }
    const months = uniform(rng, 1, 2);
    for (const [item, packs] of sold)
      world.opening.set(shop.index * 1024 + item, Math.round((packs * months) / 12));
    noteSite(world, 'opening-stock', 'inventory-gap', shop);
  }
}

/** A hospital opens a ward with doctors of its own, and fills it. */
export function newWard(world: World): void {
  const rng = world.stream('new-ward');
  const illnesses = world.catalogue.use('stay').filter((d) => d.groups.includes('reh'));
  for (const house of freeSites(
    world,
    'ward-sites',
    sitesOf(world),
    (i) => isWard(i) && i.level === 1 && !i.depts.some((d) => d.name === '康复医学科'),
  )) {
    const code = 'A21';
    const doctors = [1, 2, 3].map(() => newDoctor(world, rng, house.index, code));
    (house.depts as Dept[]).push({ code, name: '康复医学科', doctors, fresh: true });
    const opens = between(rng, 120, 240);
    const people = localPeople(world, house, 45);
    const weekly = between(rng, 5, 9);
    for (let day = opens; day < DAYS - 14; day++)
      for (let patients = poisson(rng, weekly / 7); patients > 0; patients--) {
        const person = pick(rng, people);
        const diagnosis = pick(rng, illnesses) as DiagnosisRow;
        const doctor = pick(rng, doctors);
        if (chance(rng, 0.5)) {
          addStay(world, rng, person, house, diagnosis, day, { doctor });
          continue;
        }
        const event = visit(world, rng, person, house, Kind.outpatient, day, {
          diagnosis: diagnosis.index,
        });
        if (event >= 0) world.events.doctor[event] = doctor;
      }
    noteSite(world, 'new-ward', 'sudden-change', house);
  }
}

/** A shop that the fund lists in the middle of the year: nothing before, a usual trade afterwards. */
export function newlyListed(world: World): void {
  const rng = world.stream('newly-listed');
  for (let left = sitesOf(world); left > 0; left--) {
    const town = pick(rng, world.geo.towns);
    const shop = world.staff.add(town, 'pharmacy', 0, `${town.name}新康药店`, { pull: 1 });
    const opens = between(rng, 110, 230);
    world.listed.set(shop.index, opens);
    const people = localPeople(world, shop, 16).filter(
      (p) => world.geo.villages[p.village]?.town === town.index,
    );
    if (people.length < 20) continue;
    const weekly = uniform(rng, 6, 10);
    for (let day = opens; day < DAYS; day++)
      for (let buyers = poisson(rng, weekly / 7); buyers > 0; buyers--)
        if (isOpen(shop.hours, day)) visit(world, rng, pick(rng, people), shop, Kind.otc, day);
    noteSite(world, 'newly-listed', 'sudden-change', shop);
  }
}

/** A shop that gives up in the middle of the year: a usual trade, and nothing afterwards. */
export function closedShop(world: World): void {
  const rng = world.stream('closed-shop');
  for (let left = sitesOf(world); left > 0; left--) {
    const town = pick(rng, world.geo.towns);
    const shop = world.staff.add(town, 'pharmacy', 0, `${town.name}旧街药店`, { pull: 1 });
    const closes = between(rng, 130, 260);
    const people = localPeople(world, shop, 16).filter(
      (p) => world.geo.villages[p.village]?.town === town.index,
    );
    if (people.length < 20) continue;
    const weekly = uniform(rng, 6, 10);
    for (let day = 0; day < closes; day++)
      for (let buyers = poisson(rng, weekly / 7); buyers > 0; buyers--)
        if (isOpen(shop.hours, day)) visit(world, rng, pick(rng, people), shop, Kind.otc, day);
    noteSite(world, 'closed-shop', 'sudden-change', shop);
  }
}

/** A clinic that treats in courses: ten to twenty visits within a few weeks, then the next patients. */
export function courses(world: World): void {
  const rng = world.stream('courses');
  const sore = world.catalogue.use('acute').filter((d) => /^M(54|47|25)/.test(d.code));
  for (const clinic of freeSites(
    world,
    'course-sites',
    sitesOf(world),
    (i) => i.type === 'clinic',
  )) {
    const people = localPeople(world, clinic, 30);
    for (const person of sample(rng, people, between(rng, 30, 60))) {
      const diagnosis = (pick(rng, sore) as DiagnosisRow).index;
      let day = between(rng, -20, DAYS - 10);
      for (let times = between(rng, 10, 20); times > 0; times--) {
        if (day >= 0 && day < DAYS)
          visit(world, rng, person, clinic, Kind.outpatient, day, { diagnosis });
        day += between(rng, 1, 4);
      }
    }
    noteSite(world, 'treatment-courses', 'sudden-change', clinic);
  }
}

/** Five weeks of influenza in one town: its houses are full of people who never came before. */
export function fluWeeks(world: World): void {
  const rng = world.stream('flu-weeks');
  const cough = world.catalogue.use('acute').filter((d) => /^J(06|20)/.test(d.code));
  for (const house of freeSites(
    world,
    'flu-sites',
    sitesOf(world),
    (i) => i.type !== 'pharmacy' && i.level <= 1 && i.pull > 0.8,
  )) {
    const first = between(rng, 60, 300);
    const people = localPeople(world, house, 3);
    for (const person of sample(rng, people, between(rng, 60, 130)))
      visit(world, rng, person, house, Kind.outpatient, first + between(rng, 0, 35), {
        diagnosis: (pick(rng, cough) as DiagnosisRow).index,
        dept: '内科',
      });
    noteSite(world, 'flu-weeks', 'sudden-change', house);
  }
}
