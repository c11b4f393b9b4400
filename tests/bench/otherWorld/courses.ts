import { DIAGNOSES, diagnosis, items } from './catalogue.js';
import { basket, moment, stayVisit } from './ordinary.js';
import { lookalike, strangers } from './people.js';
import { at, DAYS, dayIn, settle, type World } from './world.js';

/** Planned treatment that repeats: monthly refills, chemotherapy, rehabilitation. */
export function plannedCourses(world: World, count: number): void {
  refills(world);
  chemotherapy(world, count);
  rehabilitation(world, count);
}

/** Chronic disease (14): one date of the month, couples on the same, fetched in ten months of twelve. */
function refills(world: World): void {
  const draw = world.draw('refills');
  const anchors = new Map<number, number>();
  for (const [p, person] of world.people.entries()) {
    if (person.activity === 0 || person.age < 42 || !draw.chance(0.065)) continue;
    const anchor = anchors.get(person.household) ?? draw.range(1, 29);
    anchors.set(person.household, anchor);
    const place = draw.pick(draw.chance(0.55) ? person.fav.hospital : person.fav.clinic);
    const where = world.places[place]!;
    const diag = diagnosis(draw.pick(['I10', 'E11', 'I25', 'I63', 'J44', 'B18']));
    const lines = basket(where, diag, draw);
    const clock = moment(where, draw, person.clock);
    for (let month = 0; month < 12; month++) {
      const day = Math.round(month * 30.4 + anchor + draw.normal(0, 1.1));
      if (day < 0 || day >= DAYS || draw.chance(0.17) || (person.die >= 0 && day > person.die))
        continue;
      const begin = at(day, Math.min(23.4, Math.max(6, draw.normal(clock, 0.5))));
      settle(world, draw, {
        person: p,
        place,
        type: '14',
        begin,
        settled: begin + draw.real(200, 3600),
        doctor: where.doctors[(p * 31) % where.doctors.length] ?? -1,
        dept: DIAGNOSES[diag]!.dept,
        disease: `M0${DIAGNOSES[diag]!.code.slice(0, 3)}`,
        diag,
        lines: draw.chance(0.8) ? lines : basket(where, diag, draw),
      });
    }
  }
}

/** Three-weekly cycles; wards fill their chemotherapy days, so groups come in and go home together. */
function chemotherapy(world: World, n: number): void {
  const draw = world.draw('chemotherapy');
  const wards = world.places.flatMap((p, i) =>
    p.kind === 'tertiary' || p.kind === 'county' ? [i] : [],
  );
  const adults = world.people.flatMap((x, p) => (x.age > 38 && x.activity > 0 ? [p] : []));
  for (let i = 0; i < n * 2; i++) {
    const place = draw.chance(0.5) ? wards[0]! : draw.pick(wards);
    const group = strangers(world, draw, adults, draw.range(1, 5), (x) => x.die < 0);
    const start = draw.range(3, 250);
    const every = draw.pick([14, 21, 21, 28]);
    for (const p of group) {
      world.people[p]!.taken = true;
      let day = start + draw.int(3);
      for (let cycle = draw.range(4, 8); cycle > 0 && day < DAYS; cycle--) {
        stayVisit(world, draw, p, place, day, { diag: diagnosis('Z51'), days: draw.range(2, 4) });
        day += every + (draw.chance(0.12) ? draw.range(1, 7) : 0);
      }
    }
    if (group.length > 2) lookalike(world, 'chemo-cycle', group, [place]);
  }
}

/** Stays of three to five weeks, again and again, with few days at home. */
function rehabilitation(world: World, n: number): void {
  const draw = world.draw('rehabilitation');
  const wards = world.places.flatMap((p, i) => (p.kind === 'rehab' ? [i] : []));
  const old = world.people.flatMap((x, p) => (x.age > 48 && x.activity > 0 ? [p] : []));
  const extra = items('偏瘫肢体', '作业疗法', '低频脉冲', '针刺治疗');
  for (let i = 0; i < n; i++) {
    const place = draw.pick(wards);
    const group = strangers(world, draw, old, draw.range(4, 12), (x) => x.die < 0);
    for (const p of group) {
      world.people[p]!.taken = true;
      world.people[p]!.activity *= 0.4;
      let day = draw.range(0, 240);
      for (let k = draw.range(2, 6); k > 0 && day < DAYS - 5; k--) {
        const visit = stayVisit(world, draw, p, place, day, {
          diag: diagnosis('I69'),
          days: draw.range(18, 34),
        });
        for (const item of extra) visit.lines.push(item, draw.range(10, 40));
        day = dayIn(visit.end) + draw.range(0, 9);
      }
    }
    lookalike(world, 'rehabilitation', group, [place]);
  }
}
