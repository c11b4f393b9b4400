import { createRng, deriveSeed, type Rng } from '../analytics/model/rng.js';
import type { Cast, Contact } from '../analytics/planting/context.js';
import {
  between,
  chance,
  logNormal,
  normal,
  pick,
  weightedPicker,
} from '../analytics/planting/random.js';
import { busyness, DAY, DAYS, dayOfTime, season } from './calendar.js';
import { type Catalogue, type DiagnosisRow, loadCatalogue } from './catalogue.js';
import { makeInstitutions } from './establish.js';
import { Events, Kind, type KindCode } from './events.js';
import { type Geography, makeGeography, type Town } from './geography.js';
import { serveAt, serveNear } from './hours.js';
import type { Institution } from './institutions.js';
import {
  type Choices,
  type Household,
  makeChoices,
  type PeopleContext,
  type Person,
} from './people.js';
import type { Registry } from './registry.js';

/** A group of honest people who look like a ring. */
export interface LookAlike extends Cast<number> {
  readonly type: string;
  readonly resembles: string;
  /** Same household: whether address or relations say so. */
  readonly recorded?: boolean;
}

export interface World extends PeopleContext {
  readonly seed: number;
  readonly settlements: number;
  readonly geo: Geography;
  readonly catalogue: Catalogue;
  readonly institutions: readonly Institution[];
  readonly staff: Registry;
  readonly choices: Choices[];
  readonly people: Person[];
  readonly households: Household[];
  readonly employers: readonly string[];
  readonly events: Events;
  /** In-patient spans of a person: begin, end, begin, end … */
  readonly stays: Map<number, number[]>;
  readonly lookAlikes: LookAlike[];
  /** Telephones, stand-ins and accounts that serve several people beyond their own homes. */
  readonly agents: Contact[];
  /** Packs on a shelf before the year began, where it is more than usual, by the key of `stock.ts`. */
  readonly opening: Map<number, number>;
  /** Day from which the fund lists an institution, where it is within the year: nothing is settled before. */
  readonly listed: Map<number, number>;
  /** Days of honest life by how many fall ill or go shopping. */
  readonly drawDay: Readonly<Record<'hospital' | 'pharmacy', (rng: Rng) => number>>;
  readonly drawAcute: (rng: Rng) => number;
  readonly stream: (name: string) => Rng;
}

export function makeWorld(settlements: number, seed: number): World {
  const stream = (name: string) => createRng(deriveSeed(seed, name));
  const catalogue = loadCatalogue();
  const geo = makeGeography(settlements, stream('geography'));
  const staff = makeInstitutions(geo, settlements, stream('institutions'));
  const rng = stream('employers');
  const employers = Array.from(
    { length: Math.max(12, Math.round(settlements / 2500)) },
    (_, i) =>
      `${geo.towns[i % geo.towns.length]?.name.slice(0, 2)}${pick(rng, ['宏达', '鑫源', '恒通', '天工', '瑞丰', '华盛', '金桥', '众合', '永兴', '东方'])}${pick(rng, ['机械厂', '纺织有限公司', '食品有限公司', '建筑公司', '物流公司', '中学', '小学', '商贸公司', '化工厂', '电子有限公司'])}`,
  );
  return {
    seed,
    settlements,
    geo,
    catalogue,
    institutions: staff.all,
    staff,
    choices: geo.villages.map((v) => makeChoices(v, staff.all)),
    people: [],
    households: [],
    employers,
    drawVillage: weightedPicker(geo.villages.map((v) => v.share)),
    events: new Events(Math.ceil(settlements * 1.02) + 1000),
    stays: new Map(),
    lookAlikes: [],
    agents: [],
    opening: new Map(),
    listed: new Map(),
    drawDay: {
      hospital: weightedPicker(
        Float64Array.from({ length: DAYS }, (_, d) => busyness(d, 'hospital') * season(d)),
      ),
      pharmacy: weightedPicker(
        Float64Array.from({ length: DAYS }, (_, d) => busyness(d, 'pharmacy')),
      ),
    },
    drawAcute: weightedPicker(catalogue.use('acute').map((d) => d.weight)),
    stream,
  };
}

export const townOf = (world: World, person: Person): Town =>
  world.geo.towns[(world.geo.villages[person.village] as { town: number }).town] as Town;

/** Whether a time lies in a stay of the person. */
export function inStay(world: World, person: number, time: number): boolean {
  const spans = world.stays.get(person);
  if (!spans) return false;
  for (let i = 0; i < spans.length; i += 2)
    if (time >= (spans[i] as number) && time <= (spans[i + 1] as number)) return true;
  return false;
}

export interface VisitWish {
  readonly diagnosis?: number;
  readonly dept?: string;
  /** Seconds since midnight, with how closely it is kept; else the place's own crowd. */
  readonly hour?: number;
  readonly spread?: number;
  /** Exact time instead. */
  readonly at?: number;
  /** Keep to one doctor. */
  readonly habitual?: boolean;
  /** Goes also while lying in hospital (somebody else fetches it). */
  readonly anyway?: boolean;
}

export function doctorAt(
  institution: Institution,
  dept: string | undefined,
  key: number,
  rng: Rng,
): number {
  if (institution.type === 'pharmacy') return -1;
  const there =
    (dept !== undefined ? institution.depts.find((d) => d.name === dept) : undefined) ??
    institution.depts[0];
  if (!there || there.doctors.length === 0) return -1;
  const n = there.doctors.length;
  return there.doctors[key >= 0 ? key % n : rng.int(n)] as number;
}

/**
 * One visit without a bed on a day. Returns its event, or −1 when the person is dead or in hospital,
 * or the place is closed that day and the next.
 */
export function visit(
  world: World,
  rng: Rng,
  person: Person,
  institution: Institution,
  kind: KindCode,
  day: number,
  wish: VisitWish = {},
): number {
  let second = -1;
  let on = day;
  if (wish.at !== undefined) {
    on = dayOfTime(wish.at);
    second = wish.at - on * DAY;
  } else
    for (; on < day + 2 && second < 0; on++) {
      if (on < 0 || on >= DAYS) return -1;
      second =
        wish.hour === undefined
          ? serveAt(institution.hours, on, rng)
          : serveNear(institution.hours, on, wish.hour, wish.spread ?? 2400, rng);
      if (second >= 0) break;
    }
  if (second < 0 || on < 0 || on >= DAYS || on >= person.died) return -1;
  if (on < (world.listed.get(institution.index) ?? 0)) return -1;
  const settled = on * DAY + second;
  if (inStay(world, person.index, settled) && !wish.anyway && !chance(rng, 0.07)) return -1;
  const wait = institution.type === 'hospital' ? Math.min(second, between(rng, 300, 5400)) : 0;
  return world.events.add(
    {
      person: person.index,
      institution: institution.index,
      doctor: doctorAt(institution, wish.dept, wish.habitual ? person.index : -1, rng),
      kind,
      begin: settled - wait,
      end: settled,
      settled,
      diagnosis: wish.diagnosis ?? -1,
    },
    rng.int(4294967296),
  );
}

/** Seconds since midnight at which wards admit and discharge. */
const admitHour = (rng: Rng) =>
  Math.round((chance(rng, 0.7) ? 9.8 + normal(rng) : 15.2 + 1.5 * normal(rng)) * 3600);
const leaveHour = (rng: Rng) =>
  Math.round((chance(rng, 0.72) ? 10 + 0.7 * normal(rng) : 15 + 0.9 * normal(rng)) * 3600);
const clamp = (second: number) => Math.max(1800, Math.min(DAY - 1800, second));

export interface StayWish {
  readonly length?: number;
  readonly kind?: KindCode;
  readonly doctor?: number;
  readonly noCash?: boolean;
}

/** One in-patient stay from a day on; −1 when it collides with another, outlives the year or the person. */
export function addStay(
  world: World,
  rng: Rng,
  person: Person,
  institution: Institution,
  diagnosis: DiagnosisRow,
  day: number,
  wish: StayWish = {},
): number {
  const drawn =
    wish.length ??
    Math.max(
      1,
      Math.round(logNormal(rng, diagnosis.stay * (0.9 + 0.06 * institution.level), 0.35)),
    );
  // Wards empty before the holidays and seldom discharge on Sundays; a stay drifts by a day.
  const out = day + drawn;
  const begin = day * DAY + clamp(admitHour(rng));
  const end = out * DAY + clamp(leaveHour(rng));
  if (out < 0 || out >= DAYS || day < -12 || out >= person.died + 2 || end <= begin) return -1;
  if (collides(world, person.index, begin - DAY / 2, end + DAY / 2)) return -1;
  const spans = world.stays.get(person.index);
  if (spans) spans.push(begin, end);
  else world.stays.set(person.index, [begin, end]);
  const event = world.events.add(
    {
      person: person.index,
      institution: institution.index,
      doctor: wish.doctor ?? doctorAt(institution, diagnosis.dept, -1, rng),
      kind:
        wish.kind ??
        (diagnosis.dept === '妇产科' && diagnosis.code.startsWith('O')
          ? Kind.maternity
          : Kind.stay),
      begin,
      end,
      settled: Math.min(end + between(rng, 0, 3600), (out + 1) * DAY - 1),
      diagnosis: diagnosis.index,
    },
    rng.int(4294967296),
  );
  if (wish.noCash) world.events.flags[event] = 1;
  return event;
}

function collides(world: World, person: number, begin: number, end: number): boolean {
  const spans = world.stays.get(person);
  if (!spans) return false;
  for (let i = 0; i < spans.length; i += 2)
    if (begin < (spans[i + 1] as number) && end > (spans[i] as number)) return true;
  return false;
}
