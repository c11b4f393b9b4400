import { between, chance, pick, sample, uniform } from '../analytics/planting/random.js';
import { DAY, DAYS, dayOfTime } from './calendar.js';
import { Kind } from './events.js';
import { distance } from './geography.js';
import { at } from './habits.js';
import { alive, drugFor, group, packs, prescribed, supply } from './honest.js';
import { isOpen } from './hours.js';
import type { Institution } from './institutions.js';
import { number } from './lookalikes.js';
import { ageOf, type Person } from './people.js';
import { visit, type World } from './world.js';

/** Honest people and customs that resemble rings made of people and their cards. */

/** The old with four or five diseases, each looked after elsewhere, every drug in its own measure. */
export function multimorbid(world: World): void {
  const rng = world.stream('multimorbid');
  const chronic = world.catalogue.use('chronic').filter((d) => d.ageFrom >= 35);
  const old = world.people.filter((p) => alive(p) && ageOf(p) >= 66);
  for (const person of sample(rng, old, number(world, rng, 12_000))) {
    const choices = world.choices[person.village];
    if (!choices) continue;
    const used = new Set<number>();
    for (const disease of sample(rng, chronic, between(rng, 4, 5))) {
      const place = at(
        world,
        pick(rng, [choices.county, choices.city, choices.town, choices.clinic]).draw(rng),
      );
      const drugs = [drugFor(world, rng, disease.index), drugFor(world, rng, disease.index)];
      for (let day = rng.int(30); day < DAYS; day += between(rng, 28, 36))
        if (
          prescribed(world, rng, person, place, day, supply(world, drugs, 30), disease.index) >= 0
        )
          used.add(place.index);
    }
    if (used.size >= 3) group(world, 'multimorbidity', 'drug-resale-ring', [person]);
  }
}

/** Stable patients whose doctor may prescribe for twelve weeks: large baskets, seldom. */
export function longScripts(world: World): void {
  const rng = world.stream('long-scripts');
  const sick = world.people.filter((p) => alive(p) && p.chronic.length > 0);
  for (const person of sample(rng, sick, number(world, rng, 8_000))) {
    const choices = world.choices[person.village];
    if (!choices) continue;
    const place = at(world, (chance(rng, 0.6) ? choices.county : choices.town).draw(rng));
    const own = person.chronic.flatMap((d) => [drugFor(world, rng, d), drugFor(world, rng, d)]);
    const first = person.chronic[0] as number;
    for (let day = rng.int(80); day < DAYS; day += between(rng, 80, 88))
      prescribed(world, rng, person, place, day, supply(world, own, 84), first);
    group(world, 'long-script', 'drug-resale-ring', [person]);
  }
}

/** Three generations behind one telephone who buy for each other. */
export function bigFamilies(world: World): void {
  const rng = world.stream('big-families');
  const big = world.households.filter(
    (h) => h.members.filter((m) => alive(world.people[m] as Person)).length >= 5,
  );
  for (const family of sample(rng, big, number(world, rng, 40_000))) {
    const members = family.members.map((m) => world.people[m] as Person).filter(alive);
    const head = members.find((p) => ageOf(p) >= 25 && ageOf(p) <= 62) ?? (members[0] as Person);
    for (const p of members) p.phoneOf = head.phoneOf;
    const shop = at(world, head.pharmacy);
    for (let trip = between(rng, 6, 18); trip > 0; trip--) {
      let clock = -1;
      for (const p of sample(rng, members, between(rng, 2, 4))) {
        const event = visit(
          world,
          rng,
          p,
          shop,
          Kind.otc,
          rng.int(DAYS),
          clock < 0 ? {} : { at: clock },
        );
        if (event >= 0)
          clock = Math.min(
            (world.events.settled[event] as number) + between(rng, 15, 150),
            (dayOfTime(world.events.settled[event] as number) + 1) * DAY - 1,
          );
      }
    }
    group(world, 'household-phone', 'card-agent-hub', members);
  }
}

/**
 * Village doctors who leave their own telephone for the old without one, children who act for their
 * parents, and offices through which the aid of the poor is paid out.
 */
export function agentHomes(world: World): void {
  const rng = world.stream('agent-homes');
  for (let left = number(world, rng, 60_000), tries = 0; left > 0 && tries < 200; tries++) {
    const village = pick(rng, world.geo.villages);
    const old = world.people.filter(
      (p) => alive(p) && p.village === village.index && ageOf(p) >= 68,
    );
    if (village.careHome || old.length < 8) continue;
    left--;
    const members = sample(rng, old, between(rng, 6, 14));
    const poor = chance(rng, 0.3);
    world.agents.push({
      kind: poor ? 'payee' : 'telephone',
      holder: null,
      patients: members.map((p) => p.index),
    });
    if (!poor) for (const p of members) p.phoneOf = -world.agents.length;
    group(world, 'village-phone', 'card-agent-hub', members);
  }
  for (const household of world.households) {
    const [child] = household.members.filter((m) => {
      const age = ageOf(world.people[m] as Person);
      return age >= 25 && age <= 60;
    });
    const parents = household.members.filter((m) => ageOf(world.people[m] as Person) >= 65);
    if (child !== undefined && parents.length > 0 && chance(rng, 0.12))
      world.agents.push({
        kind: chance(rng, 0.7) ? 'proxy' : 'payee',
        holder: child,
        patients: parents,
      });
  }
}

/** A chain's festival: stamps from each of its shops, and many make the round by the same bus. */
export function chainRounds(world: World): void {
  const rng = world.stream('chain-rounds');
  const shops = new Map<number, Institution[]>();
  for (const i of world.institutions)
    if (i.type === 'pharmacy' && i.chain >= 0)
      shops.set(i.chain, [...(shops.get(i.chain) ?? []), i]);
  for (let left = number(world, rng, 60_000), tries = 0; left > 0 && tries < 100; tries++) {
    const all = shops.get(pick(rng, [...shops.keys()])) ?? [];
    if (all.length < 2) continue;
    const first = pick(rng, all);
    const round = [...all]
      .sort((a, b) => distance(a, first) - distance(b, first) || a.index - b.index)
      .slice(0, between(rng, 2, 3));
    const near = world.people.filter(
      (p) => alive(p) && ageOf(p) >= 45 && p.pharmacy === first.index,
    );
    if (near.length < 8) continue;
    left--;
    const people = sample(rng, near, between(rng, 12, 40));
    for (let times = between(rng, 1, 3); times > 0; times--) {
      const day = between(rng, 20, 350);
      if (!round.every((s) => isOpen(s.hours, day))) continue;
      for (const person of people) {
        let clock = day * DAY + Math.round(uniform(rng, 8.6, 16) * 3600);
        if (!chance(rng, 0.6)) continue;
        for (const shop of round) {
          if (!chance(rng, 0.8)) continue;
          visit(world, rng, person, shop, Kind.promotion, day, { at: clock });
          clock += between(rng, 1200, 4800);
        }
      }
    }
    group(
      world,
      'chain-event',
      'multi-site-convoy',
      people,
      round.map((s) => s.index),
    );
  }
}

/** A specialist raises the dose while the old supply lasts; once the new one is settled in, one place goes on. */
export function doseChanges(world: World): void {
  const rng = world.stream('dose-changes');
  const sick = world.people.filter((p) => alive(p) && p.chronic.length > 0);
  for (const person of sample(rng, sick, number(world, rng, 10_000))) {
    const choices = world.choices[person.village];
    if (!choices) continue;
    const usual = at(world, choices.town.draw(rng));
    const specialist = at(world, choices.county.draw(rng));
    const diagnosis = person.chronic[0] as number;
    const drug = drugFor(world, rng, diagnosis);
    const change = between(rng, 60, 250);
    let dose = 30;
    let seen = false;
    for (let day = rng.int(28); day < DAYS; day += between(rng, 28, 32)) {
      prescribed(world, rng, person, usual, day, [packs(world, drug, dose)], diagnosis);
      if (!seen && day >= change) {
        seen = true;
        dose = 60;
        prescribed(
          world,
          rng,
          person,
          specialist,
          day + between(rng, 5, 20),
          [packs(world, drug, 60)],
          diagnosis,
        );
      }
    }
    if (seen) group(world, 'dose-change', 'duplicate-prescribing', [person]);
  }
}
