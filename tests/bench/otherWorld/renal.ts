import { diagnosis, items } from './catalogue.js';
import { cumulative, type Draw } from './draw.js';
import { stayVisit } from './ordinary.js';
import { lookalike, strangers } from './people.js';
import { at, DAYS, dayIn, settle, type Visit, type World, weekday } from './world.js';

export interface RenalPatient {
  readonly person: number;
  centre: number;
  /** Weekdays of the shift, Monday 0. */
  readonly week: readonly number[];
  readonly hour: number;
  readonly heparinFree: boolean;
  readonly noEpo: boolean;
}

export interface Renal {
  readonly centres: number[];
  readonly patients: RenalPatient[];
}

const [EPO, ROXA, IRON] = items('重组人促红素', '罗沙司他', '蔗糖铁');
const [DIALYSER, LINES, NEEDLE] = items('高通量血液透析器', '一次性血液透析管路', '动静脉穿刺针');
const [KIDNEY, SALTS, BLOOD, FERRITIN] = items('肾功能', '电解质', '血常规', '铁蛋白');
const [HD, HDF, HP, HD_ALL, PD] = items(
  '血液透析',
  '血液透析滤过',
  '血液灌流',
  '血液透析（含耗材）',
  '腹膜透析',
);
const AGENTS = items('低分子量肝素', '肝素钠', '枸橼酸钠');
export const UREMIA = 'M07800';

/** Centres with billing habits of their own and patients in shifts; machines follow the shifts. */
export function renalCentres(world: World): Renal {
  const draw = world.draw('renal');
  const kinds = (kind: string) => world.places.flatMap((p, i) => (p.kind === kind ? [i] : []));
  const units = Math.max(3, Math.round(4 * world.scale));
  const centres = [
    ...kinds('dialysis'),
    kinds('tertiary')[0]!,
    ...draw.sample([...kinds('county'), ...kinds('private')], units - 1),
  ];
  const shares = cumulative(
    centres.map((c) => draw.pareto(0.6, 2) + (world.places[c]!.kind === 'tertiary' ? 2 : 0)),
  );
  const total = Math.max(centres.length * 6, Math.round(world.people.length * 0.0032));
  const patients: RenalPatient[] = [];
  for (const [k, c] of centres.entries()) {
    const place = world.places[c]!;
    const bundled = draw.chance(0.25);
    place.habit = {
      service: bundled ? HD_ALL! : HD!,
      anticoagulant: draw.real(0.82, 0.97),
      agent: draw.pick(AGENTS),
      dialyser: bundled ? 0 : draw.real(0.84, 0.97),
      lineset: bundled ? 0 : draw.real(0.7, 0.97),
      epo: draw.chance(0.12) ? 0.02 : draw.real(0.25, 0.9),
      iron: draw.chance(0.4) ? 0 : draw.real(0.08, 0.35),
      tests: draw.chance(0.2) ? 0 : draw.real(0.05, 0.13),
      payFirst: draw.chance(0.3),
    };
    const share = (shares[k]! - (shares[k - 1] ?? 0)) / shares[shares.length - 1]!;
    const adults = world.people.flatMap((x, p) =>
      x.age > 28 &&
      x.age < 82 &&
      x.activity > 0 &&
      (world.villages[x.village]!.county === place.county || draw.chance(0.05))
        ? [p]
        : [],
    );
    const slots = new Map<string, number[]>();
    const starts = draw.chance(0.5) ? [7.4, 12.4, 17.2] : [7.1, 11.9];
    for (const p of strangers(
      world,
      draw,
      adults,
      Math.max(5, Math.round(total * share)),
      () => true,
    )) {
      const person = world.people[p]!;
      person.taken = true;
      person.activity *= 0.6;
      if (draw.chance(0.09)) person.die = draw.range(20, DAYS - 1);
      const week = draw.pick([
        [0, 2, 4],
        [1, 3, 5],
        [0, 2, 4],
        [1, 3, 5],
        draw.chance(0.6) ? [1, 4] : [0, 2, 4, 6],
      ]);
      const hour = draw.pick(starts);
      const slot = `${week[0]}/${hour}`;
      slots.set(slot, [...(slots.get(slot) ?? []), p]);
      patients.push({
        person: p,
        centre: c,
        week,
        hour,
        heparinFree: draw.chance(0.06),
        noEpo: draw.chance(0.2),
      });
    }
    // Patients come and leave in the year: a few machines to spare, at some centres hardly any.
    place.machines =
      Math.max(...[...slots.values()].map((s) => s.length)) +
      (draw.chance(0.4) ? 0 : draw.range(1, 3));
    const shift = [...slots.values()].sort((a, b) => b.length - a.length)[0]!;
    if (shift.length > 2) lookalike(world, 'dialysis-shift', shift, [c]);
  }
  return { centres, patients };
}

/**
 * One dialysis session. `supports` multiplies the centre's own chance of each support: 1 is an
 * honest one, 0 a bare service line.
 */
export function session(
  world: World,
  draw: Draw,
  who: Pick<RenalPatient, 'person' | 'heparinFree' | 'noEpo'>,
  centre: number,
  day: number,
  hour: number,
  supports = 1,
): Visit {
  const place = world.places[centre]!;
  const habit = place.habit!;
  const begin = at(day, Math.min(19.8, hour + draw.normal(0, 0.13)));
  const end = begin + draw.normal(4, 0.12) * 3600;
  const hdf = draw.chance(0.07);
  const lines = [hdf ? HDF! : habit.service, 1];
  const give = (p: number, item: number, n = 1) => {
    if (draw.next() < p * supports) lines.push(item, n);
  };
  // A good part of honest sessions is billed without anything beside the service.
  if (draw.chance(0.94)) {
    give(who.heparinFree ? 0.08 : habit.anticoagulant, habit.agent);
    give(habit.dialyser, DIALYSER!);
    give(habit.lineset, LINES!);
    if (draw.chance(0.2)) give(habit.lineset, NEEDLE!, 2);
    give(who.noEpo ? 0 : habit.epo, EPO!);
    give(habit.iron, IRON!);
    if (draw.next() < habit.tests * supports)
      lines.push(KIDNEY!, 1, SALTS!, 1, BLOOD!, 1, ...(draw.chance(0.3) ? [FERRITIN!, 1] : []));
  }
  if (draw.chance(0.02)) lines.push(HP!, 1);
  return settle(world, draw, {
    person: who.person,
    place: centre,
    type: '14',
    begin,
    end,
    settled: habit.payFirst ? begin + draw.real(60, 1200) : end + draw.real(120, 2400),
    dept: 6,
    disease: draw.chance(0.95) ? UREMIA : '',
    diag: diagnosis('N18'),
    lines,
  });
}

/** A year of honest dialysis, with all that goes differently in a year. */
export function honestDialysis(world: World, renal: Renal): void {
  const draw = world.draw('dialysis');
  const beds = new Map<number, Visit[]>();
  for (const v of world.visits)
    if (v.type[0] === '2') beds.set(v.person, [...(beds.get(v.person) ?? []), v]);
  const wards = world.places.flatMap((p, i) =>
    p.kind === 'tertiary' || p.kind === 'county' ? [i] : [],
  );
  for (const who of renal.patients) {
    const person = world.people[who.person]!;
    const stays = beds.get(who.person) ?? [];
    for (let n = draw.poisson(0.7); n > 0; n--) {
      const day = draw.range(5, DAYS - 30);
      if (person.die >= 0 && day + 25 > person.die) continue;
      const stay = stayVisit(world, draw, who.person, draw.pick(wards), day);
      stay.lines.push(
        draw.chance(0.8) ? HD! : HDF!,
        Math.max(1, Math.round(((stay.end - stay.begin) / 86_400) * 0.43)),
      );
      stays.push(stay);
    }
    const from = draw.chance(0.12) ? draw.range(10, 300) : 0;
    const until = person.die >= 0 ? person.die : draw.chance(0.05) ? draw.range(60, DAYS) : DAYS;
    const trip = draw.chance(0.09) ? draw.range(20, DAYS - 30) : -100;
    const tripDays = draw.range(6, 15);
    const elsewhere = draw.pick(renal.centres);
    const moves = draw.chance(0.07) ? draw.range(40, DAYS - 40) : DAYS + 1;
    const next = draw.pick(renal.centres.filter((c) => c !== who.centre));
    let settledLast: Visit | undefined;
    let moved = false;
    for (let day = from; day < until; day++) {
      const planned = who.week.includes(weekday(day)) && !draw.chance(0.03);
      // Overload or a closed holiday: one more, or another day.
      if (!planned && !draw.chance(0.006)) continue;
      const lying = stays.find(
        (s) => at(day, 12) > s.begin - 43_200 && at(day, 12) < s.end + 43_200,
      );
      if (lying) {
        const edge = dayIn(lying.begin) === day || dayIn(lying.end) === day;
        if (!draw.chance(edge ? 0.3 : 0.05)) continue;
      }
      const centre =
        day >= trip && day < trip + tripDays ? elsewhere : day >= moves ? next : who.centre;
      if (day >= moves && !moved) {
        moved = true;
        // On the day of the transfer the old centre bills a broken-off session as well.
        if (draw.chance(0.5)) {
          session(world, draw, who, who.centre, day, who.hour, 0.8);
          lookalike(world, 'dialysis-transfer', [who.person], [who.centre, next]);
        }
      }
      settledLast = session(world, draw, who, centre, day, who.hour);
    }
    // Billed late: the bill bears a date after the death.
    if (person.die >= 0 && settledLast && draw.chance(0.15))
      settledLast.settled = at(person.die, draw.real(26, 60));
    if (who.noEpo)
      for (let day = draw.int(28); day < until; day += 28)
        settle(world, draw, {
          person: who.person,
          place: person.fav.hospital[0]!,
          type: '14',
          begin: at(day, draw.real(8, 11)),
          dept: 6,
          disease: UREMIA,
          diag: diagnosis('N18'),
          lines: [ROXA!, 4],
        });
  }
  acute(world, draw, wards);
}

/** Acute kidney failure in hospital, and peritoneal dialysis at home, which is none of ours. */
function acute(world: World, draw: Draw, wards: number[]): void {
  const adults = world.people.flatMap((x, p) =>
    x.age > 30 && x.activity > 0 && x.die < 0 ? [p] : [],
  );
  const n = Math.max(6, Math.round(16 * world.scale));
  for (const [i, p] of strangers(world, draw, adults, n, () => true).entries()) {
    world.people[p]!.taken = true;
    if (i % 3 === 2) {
      for (let day = draw.int(30); day < DAYS; day += 30)
        settle(world, draw, {
          person: p,
          place: draw.pick(wards),
          type: '14',
          begin: at(day, draw.real(8, 16)),
          dept: 6,
          disease: UREMIA,
          diag: diagnosis('N18'),
          lines: [PD!, 120],
        });
      continue;
    }
    const place = draw.pick(wards);
    const stay = stayVisit(world, draw, p, place, draw.range(3, DAYS - 30), {
      diag: diagnosis('N18'),
      days: draw.range(8, 22),
    });
    const runs = draw.range(3, 9);
    // Half the hospitals settle each run in the stay by itself.
    if (i % 2 === 0) stay.lines.push(HD!, runs);
    else
      for (let k = 0; k < runs; k++)
        settle(world, draw, {
          person: p,
          place,
          type: '14',
          begin: at(dayIn(stay.begin) + 1 + k, draw.real(8, 20)),
          dept: 6,
          diag: stay.diag,
          lines: [HD!, 1, AGENTS[1]!, 1, DIALYSER!, 1],
        });
    lookalike(world, 'acute-dialysis', [p], [place]);
  }
}
