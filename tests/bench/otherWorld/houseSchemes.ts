import { diagnosis, items } from './catalogue.js';
import type { Draw } from './draw.js';
import { outVisit, stayVisit } from './ordinary.js';
import { strangers } from './people.js';
import { adults, boldness, placesOf, planted, type Scheme, someCounty } from './rings.js';
import { at, DAYS, dayIn, settle, type Visit, type World } from './world.js';

/** A case names the house (and doctors), not its patients: they may know nothing of it. */
const houseOnly = (world: World, type: string, visits: readonly Visit[]) =>
  planted(world, type, visits, Number.POSITIVE_INFINITY);

const MILD = ['M51', 'M47', 'K29', 'I10', 'E11', 'I25'].map(diagnosis);
const privates = (world: World) => placesOf(world, ['private', 'rehab']);

/** Patients of a house's county who are older than `age`, for no other part. */
function inNeed(world: World, draw: Draw, house: number, n: number, age: number): number[] {
  const near = adults(world, world.places[house]!.county);
  const people = strangers(world, draw, near, n, (x) => x.age > age);
  for (const p of people) world.people[p]!.taken = true;
  return people;
}

/** Billed for a bed, living at home: they go on shopping and seeing their clinic. */
const hungBeds: Scheme = (world, index) => {
  const draw = world.draw(`hung beds ${index}`);
  const house = draw.pick(privates(world));
  const people = inNeed(world, draw, house, draw.range(30, 60), 45);
  return () => {
    const visits: Visit[] = [];
    for (const p of people)
      for (let n = draw.range(1, 3); n > 0; n--) {
        const visit = stayVisit(world, draw, p, house, draw.int(DAYS - 20), {
          diag: draw.pick(MILD),
          days: draw.range(8, 14),
        });
        visits.push(visit);
        for (let out = draw.poisson(1.1 * boldness(world)); out > 0; out--) {
          const day =
            dayIn(visit.begin) +
            draw.range(1, Math.max(1, dayIn(visit.end) - dayIn(visit.begin) - 1));
          outVisit(
            world,
            draw,
            p,
            draw.pick(draw.pick([world.people[p]!.fav.pharmacy, world.people[p]!.fav.clinic])),
            day,
          );
        }
      }
    houseOnly(world, 'bed-hanging', visits);
  };
};

/** Sent home and taken in again within days, the same disease; the sly wait until the sixteenth day. */
const splitStays: Scheme = (world, index) => {
  const draw = world.draw(`split stays ${index}`);
  const sly = world.camouflage === 4;
  const house = draw.pick(privates(world));
  const people = inNeed(world, draw, house, draw.range(25, 45), 50);
  return () => {
    const visits: Visit[] = [];
    for (const p of people) {
      const diag = draw.pick(MILD);
      let day = draw.range(2, 240);
      for (let n = draw.range(2, 4); n > 0 && day < DAYS - 15; n--) {
        const visit = stayVisit(world, draw, p, house, day, { diag, days: draw.range(6, 11) });
        visits.push(visit);
        if (!draw.chance(boldness(world) ** 0.5)) break;
        day = dayIn(visit.end) + (sly ? draw.range(16, 22) : draw.range(1, 9));
      }
    }
    houseOnly(world, 'split-admission', visits);
  };
};

/** One record written many times: the same lines and counts under names that differ. */
const copies: Scheme = (world, index) => {
  const draw = world.draw(`copies ${index}`);
  const sly = world.camouflage === 4;
  const house = draw.pick(privates(world));
  const team = draw.sample(world.places[house]!.doctors, sly ? 3 : 1);
  const people = inNeed(world, draw, house, Math.round(draw.range(30, 60) * boldness(world)), 0);
  return () => {
    const template = draw
      .sample(
        items(
          '丹红注射液',
          '银杏叶',
          '低频脉冲电治疗',
          '针刺治疗',
          '推拿治疗',
          '腰椎磁共振',
          '腹部彩超',
          '血脂四项',
          '维生素C片',
          '肾功能检查',
          '雾化吸入',
          '左卡尼汀',
        ),
        9,
      )
      .map((item) => [item, draw.range(2, 9)] as const);
    const visits = people.map((p) => {
      const visit = stayVisit(world, draw, p, house, draw.int(DAYS - 12), {
        diag: draw.pick(MILD.slice(0, 3)),
        days: 7,
      });
      const kept = sly ? draw.sample(template, 8) : template;
      visit.lines = [...kept].sort((a, b) => a[0] - b[0]).flat();
      visit.doctor = draw.pick(team);
      return visit;
    });
    houseOnly(world, 'clone-records', visits);
  };
};

/** A lent licence: one doctor's name on bills of two houses far apart in the same hours. */
const twoPlaces: Scheme = (world, index) => {
  const draw = world.draw(`two places ${index}`);
  const house = draw.pick(privates(world));
  const doctor = draw.pick(world.places[house]!.doctors);
  const home = world.places[house]!;
  const far = placesOf(world, ['clinic', 'private']).filter(
    (i) => Math.hypot(world.places[i]!.x - home.x, world.places[i]!.y - home.y) > 30,
  );
  const other = draw.pick(far);
  return () => {
    const visits: Visit[] = [];
    for (let n = Math.round(draw.range(24, 50) * boldness(world)); n > 0; n--) {
      const day = draw.int(DAYS);
      for (const [place, county] of [
        [house, home.county],
        [other, world.places[other]!.county],
      ] as const) {
        const from = adults(world, county);
        for (let k = draw.range(2, 4); k > 0; k--) {
          const visit = outVisit(world, draw, draw.pick(from), place, day, draw.real(9, 11));
          visit.doctor = doctor;
          visits.push(visit);
        }
      }
    }
    houseOnly(world, 'impossible-doctor', visits);
  };
};

/** From one day on far more visits, by people who never came before; the sly grow over weeks. */
const jump: Scheme = (world, index) => {
  const draw = world.draw(`jump ${index}`);
  const sly = world.camouflage === 4;
  const county = someCounty(world, draw);
  const place = draw.pick(placesOf(world, ['clinic', 'private', 'township'], county));
  return () => {
    const from = adults(world, county).filter(
      (p) => !Object.values(world.people[p]!.fav).flat().includes(place),
    );
    const visits: Visit[] = [];
    const first = draw.range(90, 220);
    const length = draw.range(70, 120);
    const daily = draw.range(4, 8) * boldness(world);
    for (let d = 0; d < length; d++)
      for (let n = draw.poisson(daily * (sly ? Math.min(1, (2 * d) / length) : 1)); n > 0; n--)
        visits.push(outVisit(world, draw, draw.pick(from), place, first + d));
    houseOnly(world, 'sudden-change', visits);
  };
};

/** One pair of hands bills more needles and massages than a day has hours. */
const overcount: Scheme = (world, index) => {
  const draw = world.draw(`overcount ${index}`);
  const house = draw.pick(placesOf(world, ['clinic', 'rehab', 'private']));
  const doctor = draw.pick(world.places[house]!.doctors);
  const what = items('针刺治疗', '推拿治疗', '低频脉冲电治疗');
  return () => {
    const from = adults(world, world.places[house]!.county);
    const visits: Visit[] = [];
    for (let n = Math.round(draw.range(60, 110) * boldness(world)); n > 0; n--) {
      const day = draw.int(DAYS);
      for (let k = Math.round(draw.range(9, 14) * boldness(world) ** 0.5); k > 0; k--) {
        const begin = at(day, draw.real(8, 17));
        const lines = what.flatMap((item) => [item, draw.range(2, 4)]);
        visits.push(
          settle(world, draw, {
            person: draw.pick(from),
            place: house,
            type: '11',
            begin,
            end: begin + 1200,
            settled: begin + 1200,
            doctor,
            diag: diagnosis('M47'),
            lines,
          }),
        );
      }
    }
    houseOnly(world, 'therapy-overcount', visits);
  };
};

export const houseSchemes: Readonly<Record<string, Scheme>> = {
  'bed-hanging': hungBeds,
  'split-admission': splitStays,
  'clone-records': copies,
  'impossible-doctor': twoPlaces,
  'sudden-change': jump,
  'therapy-overcount': overcount,
};
