import { between, chance, pick, sample } from '../analytics/planting/random.js';
import { DAY, DAYS, dayOfTime } from './calendar.js';
import { Flag, Kind, Row } from './events.js';
import { distance } from './geography.js';
import { at } from './habits.js';
import { alive, drugFor, group, prescribed, supply } from './honest.js';
import type { Institution } from './institutions.js';
import { number } from './lookalikes.js';
import { codeText } from './packs.js';
import { ageOf, type Person } from './people.js';
import { visit, type World } from './world.js';

/** Places, batches and prescriptions that resemble rings in all innocence. */

/** The chronic patients of a county's alliance, who are followed up at its clinics, town and county hospitals by turns. */
export function capitation(world: World): void {
  const rng = world.stream('capitation');
  for (let left = number(world, rng, 90_000), tries = 0; left > 0 && tries < 200; tries++) {
    const town = pick(rng, world.geo.towns);
    const sick = world.people.filter(
      (p) => alive(p) && p.chronic.length > 0 && town.villages.includes(p.village),
    );
    const choices = world.choices[sick[0]?.village ?? 0];
    if (sick.length < 12 || !choices) continue;
    left--;
    const people = sample(rng, sick, between(rng, 12, 30));
    const alliance = [
      ...new Set([
        ...choices.clinic.at.slice(0, 2),
        ...choices.town.at.slice(0, 2),
        ...choices.county.at.slice(0, 2),
      ]),
    ];
    for (const person of people)
      for (const place of alliance)
        if (chance(rng, 0.8))
          for (let n = between(rng, 1, 3); n > 0; n--)
            visit(world, rng, person, at(world, place), Kind.checkup, rng.int(DAYS));
    group(world, 'capitation', 'rent-a-patient-core', people, alliance);
  }
}

/** A maker printed the codes of one batch twice: they meet all over the prefecture, at no place in particular. */
export function printedTwice(world: World): void {
  const rng = world.stream('printed-twice');
  const shops = world.institutions.filter((i) => i.type === 'pharmacy' && i.traced > 0);
  const goods = world.catalogue.group('cold').concat(world.catalogue.group('gi'));
  const buyers = world.people.filter(alive);
  for (let left = number(world, rng, 150_000); left > 0; left--) {
    const item = pick(rng, goods);
    const batch = rng.int(1_000_000);
    const peak = between(rng, 40, 300);
    const people: Person[] = [];
    const places = new Set<number>();
    for (let code = between(rng, 12, 40); code > 0; code--)
      for (let copy = 0; copy < 2; copy++) {
        const person = pick(rng, buyers);
        const shop = pick(rng, shops);
        const event = visit(world, rng, person, shop, Kind.otc, peak + between(rng, -30, 50));
        if (event < 0) continue;
        world.events.lines.set(event, [{ item, count: 1, codes: [codeText(item, batch, code)] }]);
        people.push(person);
        places.add(shop.index);
      }
    group(world, 'duplicate-batch', 'trace-code-loop', [...new Set(people)], [...places]);
  }
}

/** Clinics that hand a pack out by the tablet (拆零): each part is settled with the code of the whole pack. */
export function splitPacks(world: World): void {
  const rng = world.stream('split-packs');
  const clinics = world.institutions.filter((i) => i.type === 'clinic' && i.traced > 0);
  const goods = ['cold', 'gi', 'pain', 'abx'].flatMap((g) => world.catalogue.group(g));
  for (const clinic of sample(rng, clinics, number(world, rng, 70_000))) {
    const near = world.people.filter((p) => alive(p) && p.clinic === clinic.index);
    if (near.length < 10) continue;
    const went = new Set<Person>();
    for (let pack = between(rng, 10, 25); pack > 0; pack--) {
      const item = pick(rng, goods);
      const code = codeText(item, rng.int(1_000_000), rng.int(10_000_000));
      const parts = pick(rng, [2, 4, 5]);
      let day = rng.int(DAYS - 30);
      for (let part = 0; part < parts; part++, day += rng.int(6)) {
        const person = pick(rng, near);
        const event = visit(world, rng, person, clinic, Kind.outpatient, day);
        if (event < 0) continue;
        world.events.lines.set(event, [{ item, count: 1 / parts, codes: [code] }]);
        went.add(person);
      }
    }
    group(world, 'split-pack', 'trace-code-loop', [...went], [clinic.index]);
  }
}

/** The patients of a hospital who fetch what it prescribes for a seldom illness at the shop by its gate. */
export function gatePharmacies(world: World): void {
  const rng = world.stream('gate-pharmacies');
  const shops = world.institutions.filter((i) => i.type === 'pharmacy');
  const gates = world.institutions.flatMap((h) => {
    if (h.type !== 'hospital' || h.level < 2) return [];
    const shop = shops
      .filter((s) => distance(s, h) < 0.3)
      .sort((a, b) => distance(a, h) - distance(b, h) || a.index - b.index)[0];
    return shop ? [{ h, shop }] : [];
  });
  for (const { h, shop } of sample(rng, gates, number(world, rng, 70_000))) {
    const { index: diagnosis, ageFrom } = pick(rng, world.catalogue.use('chronic'));
    const near = world.people.filter(
      (p) =>
        alive(p) && ageOf(p) >= ageFrom && p.hospital === h.index && !p.chronic.includes(diagnosis),
    );
    if (near.length < 14) continue;
    const people = sample(rng, near, between(rng, 6, 14));
    const drugs = [drugFor(world, rng, diagnosis), drugFor(world, rng, diagnosis)];
    for (const person of people)
      for (let day = rng.int(30); day < DAYS; day += between(rng, 28, 34)) {
        prescribed(world, rng, person, h, day, supply(world, [drugs[0] as number], 30), diagnosis);
        prescribed(
          world,
          rng,
          person,
          shop,
          day,
          supply(world, [drugs[1] as number], 30),
          diagnosis,
        );
      }
    group(world, 'gate-pharmacy', 'drug-resale-ring', people, [h.index, shop.index]);
  }
}

/** A till that failed for a few days: sales voided and entered again, codes and all. */
export function rebilled(world: World): void {
  const rng = world.stream('rebilled');
  const { events } = world;
  const shops = world.institutions.filter((i) => i.type === 'pharmacy' && i.traced > 0);
  const goods = ['cold', 'gi', 'pain', 'htn', 'ton'].flatMap((g) => world.catalogue.group(g));
  for (const shop of sample(rng, shops, number(world, rng, 70_000))) {
    const day = between(rng, 20, 340);
    const near = world.people.filter((p) => alive(p) && p.pharmacy === shop.index);
    const went: Person[] = [];
    for (const person of sample(rng, near, between(rng, 6, 14))) {
      const event = visit(world, rng, person, shop, Kind.otc, day + rng.int(3));
      if (event < 0) continue;
      const item = pick(rng, goods);
      const code = codeText(item, rng.int(1_000_000), rng.int(10_000_000));
      events.lines.set(event, [{ item, count: 1, codes: [code] }]);
      const later = Math.min(
        DAYS * DAY - 1,
        (events.settled[event] as number) + between(rng, 60, 5400),
      );
      const voided = chance(rng, 0.6);
      events.flags[event] =
        (events.flags[event] as number) | (voided ? Flag.voided : Flag.refunded);
      if (!voided) events.addTo(event, Row.refund, later);
      events.addTo(event, voided ? Row.rebilled : Row.again, Math.min(DAYS * DAY - 1, later + 60));
      went.push(person);
    }
    if (went.length >= 3) group(world, 'void-and-rebill', 'trace-code-loop', went, [shop.index]);
  }
}

/** Some of what is bought after a visit is bought on the doctor's prescription. */
export function prescriptions(world: World): void {
  const rng = world.stream('prescriptions');
  const { events } = world;
  const order = Array.from({ length: events.count }, (_, e) => e).sort(
    (a, b) =>
      (events.person[a] as number) - (events.person[b] as number) ||
      (events.settled[a] as number) - (events.settled[b] as number) ||
      a - b,
  );
  let seen = -1;
  for (const e of order) {
    const kind = events.kind[e] as number;
    if (seen >= 0 && events.person[seen] !== events.person[e]) seen = -1;
    if ((events.doctor[e] as number) >= 0 && (kind === Kind.outpatient || kind === Kind.chronic))
      seen = e;
    else if (
      seen >= 0 &&
      (kind === Kind.refill || kind === Kind.otc) &&
      (events.settled[e] as number) - (events.settled[seen] as number) < 2 * DAY &&
      chance(rng, 0.5)
    )
      events.doctor[e] = events.doctor[seen] as number;
  }
}

/** The only pharmacy near a town's hospital: whoever sees a doctor there goes on to it. */
export function onlyNearby(world: World): void {
  const rng = world.stream('only-nearby');
  const { events } = world;
  const shops = world.institutions.filter((i) => i.type === 'pharmacy');
  const lonely = world.institutions.flatMap((h) => {
    if (h.type !== 'hospital' || h.level > 1 || h.beds === 0) return [];
    const near = shops.filter((s) => distance(s, h) < 3);
    return near.length === 1 ? [{ h, shop: near[0] as Institution }] : [];
  });
  const first = events.count;
  for (const { h, shop } of sample(rng, lonely, number(world, rng, 70_000))) {
    const went = new Map<number, number>();
    for (let e = 0, left = 150; e < first && left > 0; e++) {
      if (events.institution[e] !== h.index || events.kind[e] !== Kind.outpatient) continue;
      if (!chance(rng, 0.6)) continue;
      const person = world.people[events.person[e] as number] as Person;
      const soon = (events.settled[e] as number) + between(rng, 240, 2400);
      if (soon % DAY > 20.5 * 3600 || dayOfTime(soon) >= DAYS) continue;
      const bought = visit(world, rng, person, shop, Kind.otc, dayOfTime(soon), {
        at: soon,
        diagnosis: events.diagnosis[e] as number,
      });
      if (bought < 0) continue;
      left--;
      if (chance(rng, 0.5)) events.doctor[bought] = events.doctor[e] as number;
      went.set(person.index, (went.get(person.index) ?? 0) + 1);
    }
    if (went.size >= 8)
      group(
        world,
        'only-nearby',
        'steering-loop',
        [...went.keys()].slice(0, 30).map((p) => world.people[p] as Person),
        [shop.index],
      );
  }
}
