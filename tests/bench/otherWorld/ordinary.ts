import { DIAGNOSES, diagnosis, items } from './catalogue.js';
import { cumulative, type Draw } from './draw.js';
import {
  at,
  DAYS,
  dayIn,
  type Person,
  type Place,
  type PlaceKind,
  settle,
  type Visit,
  type World,
} from './world.js';

const OUT = cumulative(DIAGNOSES.map((d) => d.out));
const OUT_WINTER = cumulative(DIAGNOSES.map((d) => d.out * (1 + 2.2 * d.flu)));
const IPT = cumulative(DIAGNOSES.map((d) => d.ipt));
const IPT_WINTER = cumulative(DIAGNOSES.map((d) => d.ipt * (1 + 1.6 * d.flu)));
const CONSULT = items('普通门诊诊查费', '专家门诊诊查费', '急诊诊查费', '血常规');
const BED = items(
  '普通床位费',
  '二级护理',
  '血常规',
  '肾功能检查',
  '一次性使用输液器',
  '0.9%氯化钠',
);
const CHILD = diagnosis('B08');

/** A clock hour at which this place is used; people of habit keep to theirs at shops and clinics. */
export function moment(place: Place, draw: Draw, clock = -1): number {
  if (clock > place.open && clock < place.close && draw.chance(0.65))
    return Math.min(place.close - 0.02, Math.max(place.open, draw.normal(clock, 0.35)));
  for (let i = 0; i < 20; i++) {
    let u = draw.next();
    for (const [hour, sd, weight] of place.peaks) {
      u -= weight;
      if (u > 0) continue;
      const h = draw.normal(hour, sd);
      const wrapped = place.close - place.open >= 24 ? (h + 24) % 24 : h;
      if (wrapped >= place.open && wrapped < place.close) return wrapped;
      break;
    }
  }
  return (place.open + place.close) / 2;
}

const winter = (day: number) => day > 275 && day < 345;

/** Medicines for a diagnosis, and the consultation where there is one. */
export function basket(place: Place, diag: number, draw: Draw): number[] {
  const lines: number[] = [];
  if (place.kind !== 'pharmacy') lines.push(draw.chance(0.8) ? CONSULT[0]! : CONSULT[1]!, 1);
  const drugs = DIAGNOSES[diag]!.drugs;
  for (const item of draw.sample(drugs, draw.chance(0.45) ? 1 : draw.range(1, 3)))
    lines.push(item, draw.chance(0.6) ? 1 : draw.range(2, 4));
  return lines;
}

/** One out-patient visit or purchase of an ordinary person. */
export function outVisit(
  world: World,
  draw: Draw,
  p: number,
  place: number,
  day: number,
  hour?: number,
): Visit {
  const where = world.places[place]!;
  const person = world.people[p]!;
  const begin = at(day, hour ?? moment(where, draw, person.clock));
  const shop = where.kind === 'pharmacy';
  const diag =
    person.age < 8 && draw.chance(0.3) ? CHILD : draw.byCdf(winter(day) ? OUT_WINTER : OUT);
  const waits: Partial<Record<PlaceKind, [number, number]>> = {
    pharmacy: [0, 0],
    clinic: [120, 900],
    township: [240, 2100],
  };
  const wait = draw.real(...(waits[where.kind] ?? [600, 6000]));
  const type = shop ? '41' : draw.chance(0.03) && where.beds > 0 ? '13' : '11';
  const regular = where.doctors.length > 0 && draw.chance(0.6);
  return settle(world, draw, {
    person: p,
    place,
    type,
    begin,
    end: begin + wait,
    settled: begin + wait,
    ...(regular ? { doctor: where.doctors[(p * 31) % where.doctors.length]! } : {}),
    dept: DIAGNOSES[diag]!.dept,
    diag,
    lines: basket(where, diag, draw),
  });
}

/** A stay in hospital; days of the stay are drawn from the diagnosis unless given. */
export function stayVisit(
  world: World,
  draw: Draw,
  p: number,
  place: number,
  day: number,
  more: { diag?: number; days?: number; hour?: number } = {},
): Visit {
  const diag = more.diag ?? draw.byCdf(winter(day) ? IPT_WINTER : IPT);
  const days = more.days ?? Math.max(1, Math.round(draw.lognormal(DIAGNOSES[diag]!.days, 0.42)));
  const begin = at(day, more.hour ?? Math.min(23.5, Math.max(0.2, draw.normal(11, 3.2))));
  const last = Math.min(day + days, DAYS + 20);
  const end = at(last, draw.real(8, 16.5));
  const lines = [BED[0]!, days, BED[1]!, days, BED[2]!, 1];
  for (const item of draw.sample(DIAGNOSES[diag]!.drugs, 2))
    lines.push(item, draw.range(1, Math.max(1, days)));
  if (draw.chance(0.5)) lines.push(BED[draw.range(3, 5)]!, draw.range(1, 6));
  return settle(world, draw, {
    person: p,
    place,
    type: draw.chance(0.92) ? '21' : draw.pick(['22', '24', '25']),
    begin,
    end: Math.max(end, begin + 3600),
    settled: Math.max(end, begin + 3600) + draw.real(300, 5400),
    dept: DIAGNOSES[diag]!.dept,
    diag,
    lines,
  });
}

/** Ordinary stays: overdispersed, more with age, some soon again for the same thing. */
export function ordinaryStays(world: World): void {
  const draw = world.draw('stays');
  for (const [p, person] of world.people.entries()) {
    if (person.activity === 0) continue;
    const rate = person.age < 6 ? 0.14 : 0.03 + 0.0045 * Math.max(0, person.age - 18);
    for (let n = draw.negbin(rate, 0.5); n > 0; n--) {
      const fav = draw.chance(0.8)
        ? draw.pick(person.fav.hospital)
        : fresh(world, draw, person, 'hospital');
      let day = draw.byCdf(world.places[fav]!.days);
      const first = oneStay(world, draw, p, fav, day);
      if (first && draw.chance(0.09)) {
        day = dayIn(first.end) + draw.range(2, 26);
        oneStay(world, draw, p, fav, day, first.diag);
      }
    }
  }
}

function oneStay(world: World, draw: Draw, p: number, place: number, day: number, diag?: number) {
  const die = world.people[p]!.die;
  if (day >= DAYS || (die >= 0 && day > die)) return undefined;
  const visit = stayVisit(world, draw, p, place, day, diag === undefined ? {} : { diag });
  if (die >= 0 && dayIn(visit.end) > die) {
    visit.end = at(die, draw.real(8, 23));
    visit.settled = visit.end + draw.real(1800, 2 * 86_400);
    if (visit.end <= visit.begin) world.visits.pop();
  }
  return visit;
}

function fresh(
  world: World,
  draw: Draw,
  person: Person,
  kind: 'pharmacy' | 'clinic' | 'hospital',
): number {
  const near = world.villages[person.village]!.near[kind]!;
  return near.at[draw.byCdf(near.cdf)]!;
}

/** Everyday life until the budget of settlements is met exactly. */
export function ordinaryVisits(world: World, budget: number): void {
  const draw = world.draw('ordinary');
  const beds = new Map<number, Array<[number, number]>>();
  for (const visit of world.visits)
    if (visit.type[0] === '2') {
      const list = beds.get(visit.person) ?? [];
      list.push([visit.begin, visit.end]);
      beds.set(visit.person, list);
    }
  const from = world.visits.length;
  const weights = cumulative(world.people.map((x) => x.activity));
  const total = weights[weights.length - 1]!;
  const once = (p: number) => {
    const person = world.people[p]!;
    const urban = world.villages[person.village]!.urban;
    const u = draw.next();
    const kind =
      u < (urban ? 0.42 : 0.36) ? 'pharmacy' : u < (urban ? 0.56 : 0.64) ? 'clinic' : 'hospital';
    const v = draw.next();
    const place =
      v > 0.88
        ? fresh(world, draw, person, kind)
        : (person.fav[kind][v < 0.58 ? 0 : v < 0.8 ? 1 : 2] ?? person.fav[kind][0]!);
    const day = draw.byCdf(world.places[place]!.days);
    if (person.die >= 0 && day > person.die) return;
    const visit = outVisit(world, draw, p, place, day);
    const lying = beds.get(p)?.some(([begin, end]) => visit.begin > begin && visit.begin < end);
    // A relative with the card of someone in hospital: rare, and nearly always at a pharmacy.
    if (lying && !(kind === 'pharmacy' && draw.chance(0.25))) {
      world.visits.pop();
      return;
    }
    if (kind !== 'clinic' && draw.chance(0.06)) split(world, draw, visit);
    const close = person.mates.length > 1 || person.taken ? 0.38 : 0.17;
    if (person.mates.length === 0 || !draw.chance(close)) return;
    for (const q of person.mates) {
      const other = world.people[q]!;
      if (other.activity === 0 || (other.die >= 0 && other.die < day) || draw.chance(0.25))
        continue;
      const hour = (visit.begin - at(day, 0)) / 3600 + Math.abs(draw.normal(0, 0.07));
      if (hour < 24) outVisit(world, draw, q, place, day, hour);
    }
  };
  // First by person, so that counts are negative binomial; the factor leaves room for companions.
  for (const [p, person] of world.people.entries())
    for (let n = draw.poisson(((budget / 1.27) * person.activity) / total); n > 0; n--) once(p);
  while (world.visits.length - from < budget) once(draw.byCdf(weights));
  // Too many: take random ones out again.
  while (world.visits.length - from > budget) {
    const i = from + draw.int(world.visits.length - from);
    world.visits[i] = world.visits[world.visits.length - 1]!;
    world.visits.pop();
  }
}

function split(world: World, draw: Draw, visit: Visit): void {
  let time = visit.settled;
  for (let n = draw.chance(0.8) ? 1 : 2; n > 0; n--) {
    time += draw.real(40, 900);
    const diag = Math.max(0, visit.diag);
    const same = draw.chance(0.5);
    settle(world, draw, {
      ...visit,
      end: Math.max(visit.end, time),
      settled: time,
      lines: basket(world.places[visit.place]!, diag, draw),
      stay: same ? visit.stay : world.stays++,
      refund: 0,
    });
  }
}
