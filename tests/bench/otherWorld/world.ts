import { startOfDay } from '../../../analytics/model/time.js';
import { createDraw, type Draw } from './draw.js';

/** Optional columns and tables that a bureau may not hand over. */
export const WITHHOLDABLE = [
  'psn_b.addr',
  'psn_b.tel',
  'rltn_d',
  'psn_b',
  'fee_list_d',
  'mdtrt_d',
  'fixmedins_b',
] as const;
export type Withheld = (typeof WITHHOLDABLE)[number];

export interface OtherWorldOptions {
  readonly outDir: string;
  /** Rows of setl_d, refunds included. */
  readonly settlements: number;
  readonly seed: number;
  readonly camouflage?: 0 | 1 | 2 | 3 | 4;
  /** No rings; the look-alikes stay. */
  readonly clean?: boolean;
  /** Rings of each type; default 4 per 200,000 settlements, at least 1. */
  readonly rings?: number;
  readonly withhold?: readonly Withheld[];
  /** Types to plant instead of the headline three; trace codes and stock are then written, too. */
  readonly types?: readonly string[] | undefined;
}

/** 1 March 2024 to 28 February 2025: the year ends inside, New Year's flu at its end. */
export const FIRST_DAY = 19783;
export const DAYS = 365;
/** Spring festival, National day, Labour day, 1 January, as day offsets with half-open ends. */
export const HOLIDAYS: ReadonlyArray<readonly [number, number]> = [
  [333, 341],
  [214, 221],
  [61, 66],
  [306, 307],
];
export const isHoliday = (day: number) => HOLIDAYS.some(([from, to]) => day >= from && day < to);

export type PlaceKind =
  | 'tertiary'
  | 'secondary'
  | 'county'
  | 'township'
  | 'private'
  | 'rehab'
  | 'clinic'
  | 'pharmacy'
  | 'dialysis';

/** What a dialysis centre puts on its bills: the chance of each support at one session. */
export interface Habit {
  readonly service: number;
  readonly anticoagulant: number;
  readonly agent: number;
  readonly dialyser: number;
  readonly lineset: number;
  readonly epo: number;
  readonly iron: number;
  readonly tests: number;
  readonly payFirst: boolean;
}

export interface Place {
  readonly code: string;
  readonly name: string;
  readonly kind: PlaceKind;
  readonly county: number;
  readonly town: number;
  readonly x: number;
  readonly y: number;
  readonly level: string;
  readonly beds: number;
  machines: number;
  readonly pull: number;
  readonly chain: number;
  /** Arrival peaks: hour, spread in hours, weight; opening hours. */
  readonly peaks: ReadonlyArray<readonly [number, number, number]>;
  readonly open: number;
  readonly close: number;
  /** Cumulative weight of the period's days. */
  days: Float64Array;
  readonly tills: number;
  readonly feesLost: number;
  readonly clock: boolean;
  doctors: number[];
  habit?: Habit;
  promo: number[];
}

export interface Village {
  readonly name: string;
  readonly county: number;
  readonly town: number;
  readonly x: number;
  readonly y: number;
  readonly urban: boolean;
  people: number[];
  near: Partial<Record<'pharmacy' | 'clinic' | 'hospital', { at: number[]; cdf: Float64Array }>>;
}

export interface Person {
  readonly no: string;
  readonly name: string;
  readonly male: boolean;
  readonly born: number;
  readonly age: number;
  readonly village: number;
  household: number;
  addr: string;
  tel: string;
  employer: number;
  readonly worker: boolean;
  die: number;
  /** Weight of ordinary visits; 0 for those whose visits are written by a special part. */
  activity: number;
  /** Already has a part in something special. */
  taken: boolean;
  readonly clock: number;
  readonly fav: { pharmacy: number[]; clinic: number[]; hospital: number[] };
  mates: number[];
  listed: boolean;
}

export interface Doctor {
  readonly code: string;
  readonly name: string;
  readonly place: number;
  readonly dept: number;
}

/** One settlement to be; epoch seconds. */
export interface Visit {
  person: number;
  place: number;
  type: string;
  begin: number;
  end: number;
  settled: number;
  doctor: number;
  dept: number;
  disease: string;
  diag: number;
  /** Item index and count, alternating. */
  lines: number[];
  /** Share of the patient's own cash, 0 for rings that waive it. */
  cash: number;
  stay: number;
  /** Refund in seconds after settlement: 0 none, negative: again settled afterwards. */
  refund: number;
}

/** A planted ring or a look-alike, as DATA.md §2 has it for `evaluate`. */
export interface Case {
  readonly ring: string;
  readonly type: string;
  readonly patients: number[];
  readonly institutions: number[];
  readonly doctors: number[];
  readonly camouflage: number;
}

export interface World {
  readonly options: OtherWorldOptions;
  readonly camouflage: number;
  readonly scale: number;
  readonly places: Place[];
  readonly villages: Village[];
  readonly people: Person[];
  readonly households: number[][];
  readonly employers: Array<{ name: string; staff: number[] }>;
  readonly doctors: Doctor[];
  readonly visits: Visit[];
  readonly truth: Case[];
  readonly lookalikes: Case[];
  readonly relations: string[][];
  stays: number;
  draw(name: string): Draw;
}

export function emptyWorld(options: OtherWorldOptions): World {
  return {
    options,
    camouflage: options.camouflage ?? 0,
    scale: options.settlements / 200_000,
    places: [],
    villages: [],
    people: [],
    households: [],
    employers: [],
    doctors: [],
    visits: [],
    truth: [],
    lookalikes: [],
    relations: [],
    stays: 0,
    draw: (name) => createDraw(options.seed, name),
  };
}

/** Epoch second of a day offset and an hour that may have a fraction. */
export function at(day: number, hour: number): number {
  return startOfDay(FIRST_DAY + day) + Math.round(hour * 3600);
}

/** Day offset of an epoch second. */
export function dayIn(epoch: number): number {
  return Math.floor((epoch - startOfDay(FIRST_DAY)) / 86_400);
}

/** 0 Monday … 6 Sunday of a day offset; 1 March 2024 was a Friday. */
export const weekday = (day: number) => (((day + 4) % 7) + 7) % 7;

/** Adds a settlement with the defaults of its place; returns it for changes. */
export function settle(
  world: World,
  draw: Draw,
  some: Pick<Visit, 'person' | 'place' | 'type' | 'begin'> & Partial<Visit>,
): Visit {
  const doctors = world.places[some.place]!.doctors;
  const begin = Math.round(some.begin);
  const visit: Visit = {
    end: begin,
    settled: begin,
    doctor: doctors.length > 0 ? draw.pick(doctors) : -1,
    dept: 0,
    disease: '',
    diag: -1,
    lines: [],
    cash: -1,
    stay: world.stays++,
    refund: 0,
    ...some,
    begin,
  };
  if (visit.settled < begin) visit.settled = visit.end;
  visit.settled = Math.round(visit.settled);
  world.visits.push(visit);
  return visit;
}
