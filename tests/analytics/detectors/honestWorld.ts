import { createRng, type Rng } from '../../../analytics/model/rng.js';
import {
  CLASS_INPATIENT,
  CLASS_PHARMACY,
  INSTITUTION_PHARMACY,
} from '../../../analytics/projection/world.js';
import type { PlainInstitution, PlainPatient, PlainSettlement } from './worldBuilder.js';

const FROM = 20_089; // 2025-01-01

export interface HonestWorld {
  readonly patients: PlainPatient[];
  readonly institutions: PlainInstitution[];
  readonly settlements: PlainSettlement[];
  readonly rng: Rng;
  /** A day of the year, 0 … 364. */
  day(offset: number): number;
}

/** Pharmacies with opening hours and hospitals with stays; everybody comes on their own. */
export function honestWorld(seed: number, people = 400): HonestWorld {
  const rng = createRng(seed);
  const patients: PlainPatient[] = [];
  const settlements: PlainSettlement[] = [];
  const institutions: PlainInstitution[] = [];
  for (let h = 0; h < 8; h++)
    institutions.push({ id: `ph${h}`, type: INSTITUTION_PHARMACY, county: '530102' });
  for (let h = 0; h < 4; h++)
    institutions.push({ id: `ho${h}`, county: '530102', level: '05', beds: 200 });
  for (let p = 0; p < people; p++) {
    const id = `p${String(p).padStart(4, '0')}`;
    patients.push({ id, region: '530102', household: `home${p}` });
    const usual = rng.int(8);
    const hour = 8 + 11 * rng.next();
    for (let n = 4 + rng.int(16); n > 0; n--) {
      const away = rng.next() < 0.3;
      settlements.push({
        patient: id,
        institution: `ph${away ? rng.int(8) : usual}`,
        class: CLASS_PHARMACY,
        day: FROM + rng.int(365),
        second: Math.floor(3600 * Math.min(20.9, Math.max(7, hour + 3 * (rng.next() - 0.5)))),
        fund: 3000 + rng.int(9000),
        cash: 0,
        basket: 1 + rng.int(200),
      });
    }
    for (let n = rng.next() < 0.5 ? 1 + rng.int(3) : 0; n > 0; n--) {
      const begin = FROM + rng.int(340);
      settlements.push({
        patient: id,
        institution: `ho${rng.int(4)}`,
        class: CLASS_INPATIENT,
        day: begin + 8,
        begin,
        end: begin + 3 + rng.int(10),
        fund: 300_000 + rng.int(500_000),
        cash: rng.next() < 0.1 ? 0 : 50_000,
        diagnosis: `J${10 + rng.int(40)}`,
      });
    }
  }
  return { patients, institutions, settlements, rng, day: (offset) => FROM + offset };
}

/** Members who swipe within minutes at one pharmacy, again and again. */
export function plantSwipes(
  world: HonestWorld,
  members: readonly string[],
  options: {
    sessions: number;
    pharmacies: readonly string[];
    spreadS?: number;
    /** First hour and length in hours of the time of day; all of the day without it. */
    hours?: readonly [number, number];
    /** Offsets into the year; random without them. */
    days?: readonly number[];
  },
): void {
  const [from, length] = options.hours ?? [8, 11];
  for (let k = 0; k < options.sessions; k++) {
    const second = Math.floor(3600 * (from + length * world.rng.next()));
    const day = world.day(options.days?.[k] ?? world.rng.int(365));
    const institution = options.pharmacies[k % options.pharmacies.length]!;
    for (const patient of members)
      world.settlements.push({
        patient,
        institution,
        class: CLASS_PHARMACY,
        day,
        second: second + world.rng.int(options.spreadS ?? 420),
        fund: 20_000,
        cash: 0,
        basket: 7,
      });
  }
}

/** Members admitted and discharged together. */
export function plantStays(
  world: HonestWorld,
  members: readonly string[],
  options: { rounds: number; hospitals: readonly string[]; firstDay?: number; diagnosis?: string },
): void {
  for (let k = 0; k < options.rounds; k++) {
    const begin = world.day((options.firstDay ?? 10) + k * Math.floor(320 / options.rounds));
    for (const patient of members) {
      const first = begin + world.rng.int(2);
      world.settlements.push({
        patient,
        institution: options.hospitals[k % options.hospitals.length]!,
        class: CLASS_INPATIENT,
        day: first + 7,
        begin: first,
        end: begin + 7,
        fund: 400_000,
        cash: 0,
        diagnosis: options.diagnosis ?? `M${50 + world.rng.int(9)}`,
      });
    }
  }
}

export function names(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, k) => `p${String(from + k * 7).padStart(4, '0')}`);
}
