import { distanceKm } from '../../algorithms/sphere.js';
import type { World } from '../../projection/world.js';
import type { Referral, Referrals } from './referrals.js';

/**
 * Where people would go by themselves: the choice model that a doctor is held against. The chance
 * that a use is at P is the largest of the patient's own habit (shrunk to the people of the same
 * home), what the colleagues' patients do, and what people do elsewhere with the pharmacy that is
 * as near in rank. The largest, so that a doctor is charged only with what none of them explains.
 */
export interface Choice {
  /** Chance that patient's use after a visit to `doctor` at `from` is at `to`. */
  chance(doctor: DoctorSums, patient: number, from: number, to: number): number;
  /**
   * How firmly the habits of a patient are known, without the doctor's own cases: the concentration of the beta law
   * of the share of a place, the uses that are known and what the spread of habits is worth.
   */
  ties(doctor: DoctorSums, patient: number): number;
  /** Rank of `to` among the destinations by distance from `from`, 0 the nearest; −1 unknown. */
  rank(from: number, to: number): number;
  /** Share that the clinics most given to it send to the nearest destination. */
  readonly nearest: number;
}

/** The doctor's own events, which no chance may rest on. */
export interface DoctorSums {
  readonly doctor: number;
  readonly perPatient: ReadonlyMap<number, number>;
  /** By patient · places + place, by home · places + place, by origin · places + place. */
  readonly patientPlace: ReadonlyMap<number, number>;
  readonly homePlace: ReadonlyMap<number, number>;
  readonly home: ReadonlyMap<number, number>;
  readonly fromPlace: ReadonlyMap<number, number>;
  readonly from: ReadonlyMap<number, number>;
}

const HABIT_PRIOR = 4;
/** Honest habits are at least so loose, and at most. */
const TIES_LEAST = 0.25;
const TIES_MOST = HABIT_PRIOR;
const COLLEAGUE_PRIOR = 10;
/** So many places are near. */
export const RANKS = 25;
/** Uses after visits of one origin, to say how many go to the nearest. */
const ORIGIN_MIN = 20;

const add = (map: Map<number, number>, key: number) => map.set(key, (map.get(key) ?? 0) + 1);

export function homesOf(world: World): Int32Array {
  const { village, town, region, ids } = world.patients;
  const n = ids.length;
  return Int32Array.from(ids, (_, p) => {
    if (village[p]! >= 0) return village[p]!;
    return town[p]! >= 0 ? n + town[p]! : 2 * n + region[p]!;
  });
}

export function doctorSums(
  doctor: number,
  events: readonly Referral[],
  homes: Int32Array,
  places: number,
): DoctorSums {
  const sums = {
    perPatient: new Map<number, number>(),
    patientPlace: new Map<number, number>(),
    homePlace: new Map<number, number>(),
    home: new Map<number, number>(),
    fromPlace: new Map<number, number>(),
    from: new Map<number, number>(),
  };
  for (const e of events) {
    add(sums.perPatient, e.patient);
    add(sums.patientPlace, e.patient * places + e.to);
    add(sums.homePlace, homes[e.patient]! * places + e.to);
    add(sums.home, homes[e.patient]!);
    add(sums.fromPlace, e.from * places + e.to);
    add(sums.from, e.from);
  }
  return { doctor, ...sums };
}

export function choiceModel(world: World, referrals: Referrals, homes: Int32Array): Choice {
  const s = world.settlements;
  const places = world.institutions.ids.length;
  const perPatient = new Map<number, number>();
  const patientPlace = new Map<number, number>();
  const homePlace = new Map<number, number>();
  const home = new Map<number, number>();
  const overall = new Map<number, number>();
  for (const i of referrals.uses) {
    const [p, h] = [s.patient[i]!, s.institution[i]!];
    add(perPatient, p);
    add(patientPlace, p * places + h);
    add(homePlace, homes[p]! * places + h);
    add(home, homes[p]!);
    add(overall, h);
  }
  const fromPlace = new Map<number, number>();
  const from = new Map<number, number>();
  for (const e of referrals.events) {
    add(fromPlace, e.from * places + e.to);
    add(from, e.from);
  }
  const rank = ranking(world, [...overall.keys()]);
  const { byRank, nearest } = rankShares(referrals.events, from, rank);
  const get = (map: ReadonlyMap<number, number>, key: number) => map.get(key) ?? 0;
  const total = Math.max(1, referrals.uses.length);
  const ranksOf = new WeakMap<DoctorSums, { byRank: Float64Array; total: number }>();
  const ownRanks = (doctor: DoctorSums) => {
    const known = ranksOf.get(doctor);
    if (known) return known;
    const made = { byRank: new Float64Array(RANKS), total: 0 };
    for (const [key, n] of doctor.fromPlace) {
      const r = rank(Math.floor(key / places), key % places);
      if (r >= 0) made.byRank[r]! += n;
      made.total += n;
    }
    ranksOf.set(doctor, made);
    return made;
  };
  const loose = looseness(referrals, world, homes, { perPatient, homePlace, home });
  return {
    rank,
    nearest,
    ties: (doctor, patient) => loose + get(perPatient, patient) - get(doctor.perPatient, patient),
    chance(doctor, patient, origin, to) {
      const area = homes[patient]!;
      const wide = get(overall, to) / total;
      const local =
        (get(homePlace, area * places + to) -
          get(doctor.homePlace, area * places + to) +
          HABIT_PRIOR * wide) /
        (get(home, area) - get(doctor.home, area) + HABIT_PRIOR);
      const habit =
        (get(patientPlace, patient * places + to) -
          get(doctor.patientPlace, patient * places + to) +
          HABIT_PRIOR * local) /
        (get(perPatient, patient) - get(doctor.perPatient, patient) + HABIT_PRIOR);
      const r = rank(origin, to);
      const mine = ownRanks(doctor);
      const others = Math.max(1, referrals.events.length - mine.total);
      const near = r < 0 ? 0 : Math.max(0, byRank[r]! - mine.byRank[r]!) / others;
      const colleagues =
        (get(fromPlace, origin * places + to) -
          get(doctor.fromPlace, origin * places + to) +
          COLLEAGUE_PRIOR * near) /
        (get(from, origin) - get(doctor.from, origin) + COLLEAGUE_PRIOR);
      return Math.min(1, Math.max(habit, near, colleagues, 1e-6));
    },
  };
}

/**
 * Concentration S of honest people's habits about what their neighbours do, by moments: two uses of one person are at
 * one place with chance q + (1 − q)/(S + 1), q that of neighbours (Dirichlet-multinomial; Mosimann 1962).
 */
function looseness(
  { uses }: Referrals,
  world: World,
  homes: Int32Array,
  known: Record<'perPatient' | 'homePlace' | 'home', ReadonlyMap<number, number>>,
): number {
  const s = world.settlements;
  const places = world.institutions.ids.length;
  const perPlace = new Map<number, number>();
  for (const i of uses) add(perPlace, s.patient[i]! * places + s.institution[i]!);
  let [same, near, people] = [0, 0, 0];
  for (const [key, k] of perPlace) {
    const patient = Math.floor(key / places);
    const n = known.perPatient.get(patient)!;
    const others = known.home.get(homes[patient]!)! - n;
    if (n < 2 || others <= 0) continue;
    const there = known.homePlace.get(homes[patient]! * places + (key % places))! - k;
    same += (k * (k - 1)) / (n * (n - 1));
    near += ((k / n) * there) / others;
    people += k / n;
  }
  const [a, q] = [same / Math.max(1, people), near / Math.max(1, people)];
  return a <= q ? TIES_MOST : Math.min(TIES_MOST, Math.max(TIES_LEAST, (1 - a) / (a - q)));
}

/** Destinations by distance from each origin, worked out when first asked for. */
function ranking(world: World, destinations: readonly number[]): Choice['rank'] {
  const { lng, lat } = world.institutions;
  const known = new Map<number, ReadonlyMap<number, number>>();
  return (from, to) => {
    let ranks = known.get(from);
    if (!ranks) {
      const near = destinations
        .filter((h) => h !== from)
        .map((h) => ({ h, km: distanceKm(lng[from]!, lat[from]!, lng[h]!, lat[h]!) }))
        .filter((x) => !Number.isNaN(x.km))
        .sort((x, y) => x.km - y.km || x.h - y.h)
        .slice(0, RANKS);
      ranks = new Map(near.map(({ h }, r) => [h, r]));
      known.set(from, ranks);
    }
    return ranks.get(to) ?? -1;
  };
}

/** Referrals to the nearest, the second nearest …; and the share of the nearest at the origins most given to it. */
function rankShares(
  events: readonly Referral[],
  from: ReadonlyMap<number, number>,
  rank: Choice['rank'],
): { byRank: Float64Array; nearest: number } {
  const byRank = new Float64Array(RANKS);
  const first = new Map<number, number>();
  for (const e of events) {
    const r = rank(e.from, e.to);
    if (r < 0) continue;
    byRank[r]!++;
    if (r === 0) add(first, e.from);
  }
  const shares = [...from]
    .filter(([, n]) => n >= ORIGIN_MIN)
    .map(([h, n]) => (first.get(h) ?? 0) / n)
    .sort((x, y) => x - y);
  const nearest = shares[Math.floor(0.9 * (shares.length - 1))] ?? 0;
  return { byRank, nearest };
}
