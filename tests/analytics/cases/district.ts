import { createRng, type Rng } from '../../../analytics/model/rng.js';
import type { TableName } from '../../../analytics/model/tables.js';
import {
  CLASS_INPATIENT,
  CLASS_OUTPATIENT,
  CLASS_PHARMACY,
  INSTITUTION_PHARMACY,
} from '../../../analytics/projection/world.js';
import type { PlainItem } from '../detectors/detailsBuilder.js';
import type {
  PlainInstitution,
  PlainPatient,
  PlainSettlement,
  PlainWorld,
} from '../detectors/worldBuilder.js';

export const FROM = 20_089; // 2025-01-01
export const DRUGS = 30;

/** Thirty ingredients: digits in a name would be taken for its strength. */
const NAMES = '天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕';

export interface Size {
  readonly people: number;
  readonly pharmacies: number;
  readonly hospitals: number;
  readonly days: number;
  /** Purchases and out-patient visits of a person in the period, on average; stays of an old one. */
  readonly purchases: number;
  readonly visits: number;
  readonly stays: number;
}

export interface District extends PlainWorld {
  readonly patients: PlainPatient[];
  readonly institutions: PlainInstitution[];
  readonly settlements: PlainSettlement[];
  readonly rng: Rng;
  readonly size: Size;
}

const USUAL: Size = {
  ...{ people: 1600, pharmacies: 16, hospitals: 6, days: 365 },
  ...{ purchases: 7, visits: 3, stays: 0.45 },
};

/**
 * A county in which nobody does wrong: households in villages, pharmacies with regulars, opening hours and
 * discount days, out-patients with doctors and prescriptions, stays by age, care homes with a contracted
 * hospital, and a trace code of its own on every pack.
 */
export function district(seed: number, wanted: Partial<Size> = {}): District {
  const rng = createRng(seed);
  const size = { ...USUAL, ...wanted };
  const world: District = {
    ...{ patients: [], institutions: [], settlements: [], rng, size },
    catalogue: Array.from(
      { length: DRUGS },
      (_, k): PlainItem => ({
        ...{ id: drug(k), name: `${NAMES[k]}芬片`, resaleRisk: k < 10 ? 3 : 0 },
      }),
    ),
    period: { from: FROM, to: FROM + size.days },
    missing: ['invt_d', 'rltn_d'] satisfies TableName[],
  };
  for (let h = 0; h < size.pharmacies; h++)
    world.institutions.push({ id: pharmacy(h), type: INSTITUTION_PHARMACY, county: '530102' });
  for (let h = 0; h < size.hospitals; h++)
    world.institutions.push({
      ...{ id: hospital(h), county: '530102', level: h < 3 ? '05' : '08', beds: 300 },
    });
  const villages = 12;
  for (let p = 0, home = 0; p < size.people; home++) {
    const village = rng.int(villages);
    for (let n = 1 + rng.int(4); n > 0 && p < size.people; n--, p++) {
      const old = rng.next() < 0.3;
      addPerson(world, person(p), {
        ...{ village, address: `村${village}${home}号`, old },
        age: old ? 62 + rng.int(25) : 10 + rng.int(50),
      });
    }
  }
  for (let home = 0; home < 3; home++) careHome(world, home, 24, 0.8);
  for (let h = 0; h < size.pharmacies; h += 2) discountDays(world, h);
  return world;
}

export const person = (p: number) => `p${String(p).padStart(5, '0')}`;
export const pharmacy = (h: number) => `ph${String(h).padStart(2, '0')}`;
export const hospital = (h: number) => `ho${h}`;
export const drug = (k: number) => `X${String(k).padStart(2, '0')}`;

/** People of different households, so many apart. */
export const strangers = (world: District, from: number, count: number): string[] => {
  const seen = new Set<string>();
  const out: string[] = [];
  for (let p = from; out.length < count; p += 3) {
    const { id, household } = world.patients[p % world.size.people]!;
    if (seen.has(household!)) continue;
    seen.add(household!);
    out.push(id);
  }
  return out;
};

interface Life {
  readonly village: number;
  readonly address: string;
  readonly age: number;
  readonly old: boolean;
}

function addPerson(world: District, id: string, life: Life): void {
  const { rng, size } = world;
  const { village, address } = life;
  world.patients.push({
    ...{ id, address, household: address, region: '530102', village: `村${village}` },
    ...{ town: `乡${village % 4}`, birthDay: FROM - Math.floor(365.25 * life.age) },
  });
  const usual = village % size.pharmacies;
  const hour = 8.5 + 9 * rng.next();
  for (let n = about(rng, size.purchases); n > 0; n--)
    purchase(world, id, rng.next() < 0.3 ? rng.int(size.pharmacies) : usual, rng.int(size.days), {
      second: Math.floor(3600 * Math.min(20.9, Math.max(7.5, hour + 4 * (rng.next() - 0.5)))),
    });
  for (let n = about(rng, size.visits); n > 0; n--)
    outpatient(world, id, nearest(world, village), rng.int(size.days));
  for (let n = about(rng, size.stays * (life.old ? 1 : 0.3)); n > 0; n--)
    stay(world, id, nearest(world, village), rng.int(size.days - 12), 3 + rng.int(10));
}

/** Two thirds go to the nearest hospital. */
function nearest({ rng, size }: District, village: number): number {
  return rng.next() < 0.66 ? village % size.hospitals : rng.int(size.hospitals);
}

const about = (rng: Rng, mean: number) => Math.floor(mean * (0.4 + 1.2 * rng.next()) + rng.next());

/** Old people with one or two lasting illnesses fetch a drug every month, where they always do. */
export function chronicRefills(world: District): void {
  const { rng, size, patients } = world;
  for (const { id, birthDay, village } of patients) {
    if ((birthDay as number) > FROM - 365 * 55 || rng.next() < 0.1) continue;
    const near = Number(/\d+/.exec(village!)![0]) % size.hospitals;
    for (let n = 1 + rng.int(2); n > 0; n--) {
      const items = [{ item: drug(rng.int(12)), supplyDays: 30, fen: 9000 }];
      const [at, shop] = [
        rng.next() < 0.7 ? near : rng.int(size.hospitals),
        rng.int(size.pharmacies),
      ];
      const atHospital = rng.next() < 0.6;
      for (let day = rng.int(30); day < size.days; day += 26 + rng.int(12))
        if (atHospital) outpatient(world, id, at, day, { items });
        else purchase(world, id, shop, day, { items });
    }
  }
}

export function purchase(
  world: District,
  patient: string,
  at: number,
  day: number,
  more: Partial<PlainSettlement> = {},
): void {
  const { rng } = world;
  const item = drug(rng.int(DRUGS));
  world.settlements.push({
    ...{ patient, institution: pharmacy(at), class: CLASS_PHARMACY, day: FROM + day },
    ...{ second: 30_000 + rng.int(40_000), fund: 3000 + rng.int(9000), cash: 0 },
    ...{ basket: 1 + rng.int(300), items: [{ item, supplyDays: 15, fen: 3000 }] },
    traces: [{ code: `8${world.settlements.length}`, item, lot: `L${rng.int(4)}` }],
    ...more,
  });
}

export function outpatient(
  world: District,
  patient: string,
  at: number,
  day: number,
  more: Partial<PlainSettlement> = {},
): void {
  const { rng } = world;
  world.settlements.push({
    ...{ patient, institution: hospital(at), class: CLASS_OUTPATIENT, day: FROM + day },
    ...{ second: 30_000 + rng.int(28_000), fund: 4000 + rng.int(9000), cash: 2000 },
    ...{ doctor: `d${at}-${rng.int(9)}`, diagnosis: `J${10 + rng.int(30)}` },
    items: [{ item: drug(rng.int(DRUGS)), supplyDays: 7 + rng.int(21), fen: 4000 }],
    ...more,
  });
}

const ILLNESSES = ['J18', 'I63', 'K80', 'M51', 'I10', 'E11', 'N20', 'S72'];

export function stay(
  world: District,
  patient: string,
  at: number,
  begin: number,
  length: number,
  more: Partial<PlainSettlement> = {},
): void {
  const { rng } = world;
  world.settlements.push({
    ...{ patient, institution: hospital(at), class: CLASS_INPATIENT, day: FROM + begin + length },
    ...{ begin: FROM + begin, end: FROM + begin + length, second: 36_000 + rng.int(20_000) },
    ...{ fund: 300_000 + rng.int(300_000), cash: rng.next() < 0.1 ? 0 : 60_000 },
    ...{ diagnosis: ILLNESSES[rng.int(ILLNESSES.length)]!, doctor: `d${at}-${rng.int(9)}` },
    ...more,
  });
}

/** Old people at one address, most of whose stays are at the hospital next to it. */
export function careHome(
  world: District,
  home: number,
  residents: number,
  stays: number,
  at = home % world.size.hospitals,
): string[] {
  const { rng, size } = world;
  return Array.from({ length: residents }, (_, k) => {
    const id = `r${home}-${String(k).padStart(3, '0')}`;
    world.patients.push({
      ...{ id, address: `养老院${home}`, household: id, region: '530102' },
      ...{ village: `村${home}`, town: `乡${home % 4}`, birthDay: FROM - 365 * (70 + rng.int(20)) },
    });
    for (let n = about(rng, 2); n > 0; n--) outpatient(world, id, at, rng.int(size.days));
    // Nobody is back within a fortnight: that would be another matter.
    const times = about(rng, stays);
    const apart = size.days / Math.max(1, times);
    for (let n = 0; n < times; n++)
      stay(
        world,
        id,
        rng.next() < 0.85 ? at : rng.int(size.hospitals),
        Math.floor(apart * (n + 0.4 * rng.next())),
        4 + rng.int(9),
      );
    return id;
  });
}

/** Once a month the custom doubles; everybody comes by themselves. */
function discountDays(world: District, at: number): void {
  const { rng, size } = world;
  const daily = (size.people * size.purchases) / size.pharmacies / size.days;
  for (let day = 5 + rng.int(20); day < size.days; day += 30)
    for (let n = Math.round(daily * (0.7 + 0.6 * rng.next())); n > 0; n--)
      purchase(world, person(rng.int(size.people)), at, day);
}
