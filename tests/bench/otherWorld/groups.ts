import { diagnosis, items } from './catalogue.js';
import { moment, outVisit, stayVisit } from './ordinary.js';
import { lookalike, mobile, strangers } from './people.js';
import { at, DAYS, isHoliday, settle, type World, weekday } from './world.js';

/** Innocent people who are seen together: each group here is written down as a look-alike. */
export function innocentGroups(world: World, count: number): void {
  villageTrips(world, count * 2);
  careHomes(world, Math.max(3, count));
  checkups(world, count * 2);
  outbreaks(world, count);
  promotions(world, count);
  families(world, count * 2);
}

const workday = (day: number) => weekday(day) < 5 && !isHoliday(day);

/** A village doctor takes old people to the town's hospital: out-patients, now and then a stay. */
function villageTrips(world: World, n: number): void {
  const draw = world.draw('village trips');
  const rural = world.villages.filter((v) => !v.urban && v.people.length > 25);
  for (const village of draw.sample(rural, n)) {
    const pool = strangers(world, draw, village.people, draw.range(4, 8), (x) => x.age > 57);
    const towns = world.places.flatMap((p, i) =>
      p.kind === 'township' && p.town === village.town ? [i] : [],
    );
    const countyHospital = world.places.flatMap((p, i) =>
      p.kind === 'county' && p.county === village.county ? [i] : [],
    );
    const place = draw.pick(draw.chance(0.75) ? towns : countyHospital);
    if (pool.length < 3 || place === undefined) continue;
    for (const p of pool) world.people[p]!.taken = true;
    for (let day = draw.range(5, 40); day < DAYS; day += draw.range(25, 75)) {
      if (!workday(day)) continue;
      const hour = moment(world.places[place]!, draw);
      for (const p of draw.sample(pool, draw.range(3, 6))) {
        if (world.people[p]!.die >= 0) continue;
        // Sometimes only two or three days later: the van was full.
        const late = draw.chance(0.15) ? draw.range(1, 3) : 0;
        if (day + late < DAYS)
          outVisit(world, draw, p, place, day + late, hour + Math.abs(draw.normal(0, 0.12)));
      }
    }
    // Winter therapy: some are kept in, each as long as need be.
    if (draw.chance(0.5)) {
      const day = draw.range(255, 325);
      for (const p of draw.sample(pool, draw.range(2, 4)))
        stayVisit(world, draw, p, place, day + draw.int(2));
    }
    lookalike(world, 'village-doctor', pool, [place]);
  }
}

/** Homes with a contracted hospital: many stays of the same old people, in waves. */
function careHomes(world: World, n: number): void {
  const draw = world.draw('care homes');
  const old = world.people.flatMap((x, p) => (x.age > 69 && !x.taken ? [p] : []));
  for (let i = 0; i < n; i++) {
    const residents = strangers(world, draw, old, draw.range(12, 34), () => true);
    const home = draw.pick(world.villages);
    const hospital = draw.pick(
      world.places.flatMap((p, k) =>
        p.county === home.county &&
        (p.kind === 'private' || p.kind === 'county' || p.kind === 'secondary')
          ? [k]
          : [],
      ),
    );
    if (hospital === undefined || residents.length < 6) continue;
    const phone = mobile(draw);
    const admitted: number[] = [];
    for (const p of residents) {
      const person = world.people[p]!;
      person.taken = true;
      person.activity *= 0.5;
      if (draw.chance(0.6)) person.addr = `${home.name}敬老院`;
      if (draw.chance(0.5)) person.tel = phone;
      if (draw.chance(0.7))
        world.relations.push([
          'patient',
          person.no,
          'care-home',
          'care-home',
          `CH${5000 + i}`,
          '民政养老机构',
        ]);
    }
    for (let wave = draw.range(8, 20); wave < DAYS - 20; wave += draw.range(14, 50))
      for (const p of draw.sample(residents, 1 + draw.poisson(2.2))) {
        const die = world.people[p]!.die;
        const day = wave + Math.round(Math.abs(draw.normal(0, 2)));
        if (die >= 0 && die < day + 10) continue;
        stayVisit(world, draw, p, hospital, day);
        admitted.push(p);
      }
    for (let day = draw.range(3, 25); day < DAYS; day += draw.range(26, 33))
      for (const p of residents)
        if (draw.chance(0.5) && (world.people[p]!.die < 0 || world.people[p]!.die > day))
          outVisit(world, draw, p, hospital, day, draw.normal(9.6, 0.5));
    lookalike(world, 'care-home', [...new Set(admitted)], [hospital]);
  }
}

function checkups(world: World, n: number): void {
  const draw = world.draw('check-ups');
  const lines = items('健康体检套餐', '血脂四项', '腹部彩超').flatMap((item) => [item, 1]);
  const hospitals = world.places.flatMap((p, i) => (p.beds > 60 ? [i] : []));
  for (const employer of draw.sample(
    world.employers.filter((e) => e.staff.length > 12),
    n,
  )) {
    const place = draw.pick(hospitals);
    const staff = draw.sample(employer.staff, draw.range(10, 60));
    let day = draw.range(20, DAYS - 10);
    while (!workday(day)) day++;
    for (const [i, p] of staff.entries()) {
      const begin = at(day + Math.floor(i / 25), draw.real(7.6, 9.4));
      settle(world, draw, {
        person: p,
        place,
        type: '11',
        begin,
        settled: begin + draw.real(900, 7200),
        lines,
        dept: 11,
        diag: diagnosis('Z00'),
      });
    }
    lookalike(world, 'employer-checkup', staff, [place]);
  }
}

function outbreaks(world: World, n: number): void {
  const draw = world.draw('outbreaks');
  for (let i = 0; i < n; i++) {
    const town = draw.int(Math.max(...world.villages.map((v) => v.town)) + 1);
    const children = world.villages.flatMap((v) =>
      v.town === town ? v.people.filter((p) => world.people[p]!.age < 15) : [],
    );
    const ill = strangers(world, draw, children, draw.range(8, 25), () => true);
    if (ill.length < 5) continue;
    const place = world.people[ill[0]!]!.fav.hospital[0]!;
    const day = draw.chance(0.6) ? draw.range(270, 318) : draw.range(20, 110);
    for (const p of ill) {
      const when = day + draw.int(6);
      outVisit(world, draw, p, place, when);
      if (draw.chance(0.3))
        stayVisit(world, draw, p, place, when + draw.int(2), {
          diag: diagnosis(draw.chance(0.5) ? 'J18' : 'B08'),
        });
    }
    lookalike(world, 'school-outbreak', ill, [place]);
  }
}

/** Chains' promotion days: the same old people queue when the shop opens. */
function promotions(world: World, n: number): void {
  const draw = world.draw('promotions');
  const shops = world.places.flatMap((p, i) => (p.promo.length > 0 ? [i] : []));
  for (const shop of draw.sample(shops, n)) {
    const place = world.places[shop]!;
    const near = world.villages.filter((v) => v.town === place.town).flatMap((v) => v.people);
    const fans = strangers(world, draw, near, draw.range(6, 16), (x) => x.age > 52);
    if (fans.length < 4) continue;
    for (const p of fans) world.people[p]!.taken = true;
    for (const day of place.promo)
      for (const p of fans) {
        const die = world.people[p]!.die;
        if ((die >= 0 && die < day) || !draw.chance(0.55)) continue;
        const queue = draw.chance(0.6) ? place.open + draw.real(0.02, 0.7) : moment(place, draw);
        outVisit(world, draw, p, shop, day, queue);
      }
    lookalike(world, 'promotion', fans, [shop]);
  }
}

/** Families of three to six who shop and see the doctor together, week after week. */
function families(world: World, n: number): void {
  const draw = world.draw('families');
  const able = world.households.filter(
    (h) => h.length > 2 && h.every((p) => !world.people[p]!.taken && world.people[p]!.die < 0),
  );
  for (const home of draw.sample(able, n)) {
    const person = world.people[home[0]!]!;
    const places = [person.fav.pharmacy[0]!, person.fav.hospital[0]!];
    for (const p of home) world.people[p]!.taken = true;
    for (let day = draw.range(1, 20); day < DAYS; day += draw.range(7, 30)) {
      const place = draw.chance(0.75) ? places[0]! : places[1]!;
      const hour = moment(world.places[place]!, draw);
      for (const p of home)
        if (draw.chance(0.75))
          outVisit(world, draw, p, place, day, Math.min(23.9, hour + draw.real(0, 0.12)));
    }
    lookalike(world, 'family', home, places);
  }
}
