import { between, chance, normal, pick, sample, uniform } from '../analytics/planting/random.js';
import { DAY, DAYS, dayOfTime, weekday } from './calendar.js';
import type { DiagnosisRow } from './catalogue.js';
import { Kind } from './events.js';
import { distance, type Town } from './geography.js';
import { isOpen } from './hours.js';
import type { Institution } from './institutions.js';
import { note, number } from './lookalikes.js';
import { ageOf, NEVER, type Person } from './people.js';
import { addStay, visit, type World } from './world.js';

const LIVE = (p: Person) => !p.careHome && !p.dialysis && p.died === NEVER;

/** Chemotherapy: two or three days in the ward every 21 (or 14) days, on the ward's admission days. */
export function chemotherapy(world: World): void {
  const rng = world.stream('chemo');
  const uses = world.catalogue.use('chemo');
  const wards = world.institutions.filter(
    (i) => i.type === 'hospital' && i.level >= 2 && i.depts.some((d) => d.name === '肿瘤科'),
  );
  const pool = world.people.filter((p) => LIVE(p) && ageOf(p) >= 35 && ageOf(p) <= 80);
  const days = new Map(
    wards.map((w) => [w.index, sample(rng, [0, 1, 2, 3, 4], between(rng, 1, 3))]),
  );
  const cohorts = new Map<string, number[]>();
  for (const person of sample(rng, pool, Math.max(24, Math.round(world.settlements / 4200)))) {
    const age = ageOf(person);
    const home = world.geo.villages[person.village];
    if (!home) continue;
    const near = [...wards].sort(
      (a, b) => distance(home, a) / a.level - distance(home, b) / b.level || a.index - b.index,
    );
    const ward = near[Math.min(near.length - 1, Math.floor(rng.next() ** 2 * 4))] as Institution;
    const fit = uses.filter((d) => age >= d.ageFrom && age <= d.ageTo);
    const diagnosis = pick(rng, fit.length > 0 ? fit : uses);
    const every = chance(rng, 0.82) ? 21 : 14;
    const length = Math.max(
      1,
      Math.round(diagnosis.stay + (chance(rng, 0.3) ? 1 : 0) - (chance(rng, 0.3) ? 1 : 0)),
    );
    let day = rng.int(300);
    const wanted = pick(rng, days.get(ward.index) ?? [0]);
    while (weekday(day) !== wanted) day++;
    // A ward takes several in on the same day, and they come back together.
    const [known] = [...cohorts.keys()].filter((k) => k.startsWith(`${ward.index}/${every}/`));
    if (known !== undefined && chance(rng, 0.5))
      day = Number(known.split('/')[2]) + every * rng.int(6);
    const key = `${ward.index}/${every}/${day % every}`;
    cohorts.set(key, [...(cohorts.get(key) ?? []), person.index]);
    for (let cycle = between(rng, 4, 12); cycle > 0 && day < DAYS; cycle--) {
      const late = chance(rng, 0.12) ? between(rng, 1, 6) : 0;
      addStay(world, rng, person, ward, diagnosis, day + late, { length, kind: Kind.chemo });
      if (chance(rng, 0.5))
        visit(world, rng, person, ward, Kind.outpatient, day + late + between(rng, 8, 13), {
          dept: '肿瘤科',
          diagnosis: diagnosis.index,
          habitual: true,
        });
      day += every + (late > 3 ? late : 0);
    }
  }
  for (const [key, patients] of cohorts)
    if (patients.length >= 3)
      note(world, {
        type: 'chemo-cycle',
        resembles: 'patient-brokering-ring',
        patients,
        institutions: [Number(key.split('/')[0])],
      });
}

/** A week in which a school or a village falls ill. */
export function outbreaks(world: World): void {
  const rng = world.stream('outbreaks');
  for (let left = number(world, rng, 80_000), tries = 0; left > 0 && tries < 60; tries++) {
    const school = chance(rng, 0.65);
    const town = pick(rng, world.geo.towns);
    const people = world.people.filter(
      (p) =>
        LIVE(p) &&
        town.villages.includes(p.village) &&
        (!school || (ageOf(p) >= 4 && ageOf(p) <= 15)) &&
        chance(rng, 0.6),
    );
    const ill = sample(rng, people, between(rng, 12, 40));
    if (ill.length < 6) continue;
    const choices = world.choices[(ill[0] as Person).village];
    if (!choices) continue;
    const near = world.institutions[choices.town.at[0] as number] as Institution;
    const county = world.institutions[choices.county.at[0] as number] as Institution;
    const uses = world.catalogue
      .use('stay')
      .filter((d) =>
        school ? d.ageFrom < 10 && d.dept === '儿科' : d.name.includes('肺炎') && d.dept === '内科',
      );
    const peak = between(rng, 10, 340);
    const acute = world.catalogue.use(school ? 'child' : 'acute')[0] as DiagnosisRow;
    const stays = pick(rng, uses);
    const admitted: number[] = [];
    const into = chance(rng, 0.7) ? county : near;
    for (const person of ill) {
      const day = Math.round(peak + 1.8 * normal(rng));
      visit(world, rng, person, chance(rng, 0.7) ? near : county, Kind.outpatient, day, {
        dept: school ? '儿科' : '内科',
        diagnosis: acute.index,
      });
      if (
        chance(rng, 0.4) &&
        addStay(world, rng, person, into, stays, day + rng.int(2), {
          length: between(rng, 3, 6),
        }) >= 0
      )
        admitted.push(person.index);
    }
    if (admitted.length >= 4) left--;
    if (admitted.length >= 4)
      note(world, {
        type: 'outbreak-week',
        resembles: 'patient-brokering-ring',
        patients: admitted,
        institutions: [into.index],
      });
  }
}

/** Check-ups that an employer pays for a day at one hospital, once or twice a year. */
export function checkups(world: World): void {
  const rng = world.stream('checkups');
  const staff = new Map<number, Person[]>();
  for (const p of world.people)
    if (p.employer >= 0 && LIVE(p)) staff.set(p.employer, [...(staff.get(p.employer) ?? []), p]);
  const employers = [...staff].filter(([, list]) => list.length >= 12).map(([, list]) => list);
  for (const list of sample(rng, employers, number(world, rng, 55_000))) {
    const choices = world.choices[(list[0] as Person).village];
    const hospital = world.institutions[choices?.county.draw(rng) ?? 0] as Institution;
    const went = new Set<number>();
    const times = chance(rng, 0.4) ? 2 : 1;
    for (let time = 0; time < times; time++) {
      let day = between(rng, 60 + time * 150, 130 + time * 150);
      while (weekday(day) > 4) day++;
      let clock = day * DAY + Math.round(uniform(rng, 7.8, 9) * 3600);
      for (const person of sample(rng, list, between(rng, 12, 60))) {
        if (!chance(rng, 0.85)) continue;
        clock += between(rng, 25, 200);
        if (clock % DAY > 11.5 * 3600)
          clock = (dayOfTime(clock) + 1) * DAY + Math.round(uniform(rng, 7.8, 8.6) * 3600);
        if (
          visit(world, rng, person, hospital, Kind.checkup, day, { at: clock, dept: '内科' }) >= 0
        )
          went.add(person.index);
      }
    }
    note(world, {
      type: 'employer-checkup',
      resembles: 'card-farming-pharmacy',
      patients: [...went],
      institutions: [hospital.index],
    });
  }
}

/** A clinic that sees the chronic patients of a village on one morning a month. */
export function refillDays(world: World): void {
  const rng = world.stream('refill-days');
  for (let left = number(world, rng, 60_000), tries = 0; left > 0 && tries < 400; tries++) {
    const village = pick(rng, world.geo.villages);
    const sick = world.people.filter(
      (p) => LIVE(p) && p.village === village.index && p.chronic.length > 0,
    );
    if (village.careHome || sick.length < 6) continue;
    left--;
    const people = sample(rng, sick, between(rng, 6, 18));
    const clinic = world.institutions[
      world.choices[village.index]?.clinic.at[0] ?? 0
    ] as Institution;
    const hour = uniform(rng, 8.2, 9.6);
    for (let day = rng.int(28); day < DAYS; day += 28 + rng.int(4)) {
      if (!isOpen(clinic.hours, day)) continue;
      let clock = day * DAY + Math.round((hour + 0.25 * normal(rng)) * 3600);
      for (const person of sample(rng, people, people.length)) {
        if (!chance(rng, 0.72)) continue;
        clock += between(rng, 50, 420);
        visit(world, rng, person, clinic, Kind.chronic, day, {
          at: clock,
          diagnosis: person.chronic[0] as number,
          habitual: true,
        });
      }
    }
    note(world, {
      type: 'chronic-refill',
      resembles: 'card-farming-pharmacy',
      patients: people.map((p) => p.index),
      institutions: [clinic.index],
    });
  }
}

/** A charity's bus takes the old of a town to one hospital for their eyes. */
export function eyeBuses(world: World): void {
  const rng = world.stream('eye-buses');
  const eyes = world.catalogue.use('stay').find((d) => d.code === 'H25.900') as DiagnosisRow;
  for (let left = number(world, rng, 110_000), tries = 0; left > 0 && tries < 200; tries++) {
    const town = pick(rng, world.geo.towns);
    const old = world.people.filter(
      (p) => LIVE(p) && ageOf(p) >= 60 && town.villages.includes(p.village),
    );
    if (old.length < 10) continue;
    left--;
    const choices = world.choices[(old[0] as Person).village];
    const hospital = world.institutions[
      (chance(rng, 0.6) ? choices?.city : choices?.county)?.draw(rng) ?? 0
    ] as Institution;
    const day = between(rng, 40, 320);
    const went: number[] = [];
    for (const person of sample(rng, old, between(rng, 8, 16))) {
      if (
        addStay(world, rng, person, hospital, eyes, day + rng.int(2), {
          length: between(rng, 2, 3),
          noCash: chance(rng, 0.5),
        }) >= 0
      )
        went.push(person.index);
      if (chance(rng, 0.4))
        addStay(world, rng, person, hospital, eyes, day + between(rng, 25, 90), {
          length: between(rng, 2, 3),
        });
    }
    note(world, {
      type: 'referral-centre',
      resembles: 'patient-brokering-ring',
      patients: went,
      institutions: [hospital.index],
    });
  }
}

/** Villagers who ride to market with one bus and go to the pharmacy from its stop. */
export function marketBuses(world: World): void {
  const rng = world.stream('market-buses');
  const towns = world.geo.towns.filter((t) => t.market >= 0);
  for (let left = number(world, rng, 70_000), tries = 0; left > 0 && tries < 200; tries++) {
    if (towns.length === 0) break;
    const town = pick(rng, towns) as Town;
    const village = pick(rng, town.villages);
    const people = sample(
      rng,
      world.people.filter((p) => LIVE(p) && p.village === village && ageOf(p) >= 45),
      between(rng, 5, 12),
    );
    const shop = world.institutions.find((i) => i.type === 'pharmacy' && i.town === town.index);
    if (people.length < 4 || !shop) continue;
    left--;
    const bus = uniform(rng, 8.2, 9.8) * 3600;
    const keen = people.map(() => uniform(rng, 0.1, 0.4));
    for (let day = town.market; day < DAYS; day += 5)
      people.forEach((person, i) => {
        if (chance(rng, keen[i] as number) && isOpen(shop.hours, day))
          visit(
            world,
            rng,
            person,
            shop,
            person.chronic.length > 0 && chance(rng, 0.4) ? Kind.refill : Kind.otc,
            day,
            { hour: bus + 1500, spread: 1500 },
          );
      });
    note(world, {
      type: 'market-day',
      resembles: 'card-farming-pharmacy',
      patients: people.map((p) => p.index),
      institutions: [shop.index],
    });
  }
}
