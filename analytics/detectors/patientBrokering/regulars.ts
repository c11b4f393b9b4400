import { logNegativeBinomialTail } from '../../algorithms/tails.js';
import { push } from '../../model/multimap.js';
import type { Stays } from '../stays.js';

/**
 * Who else came in the waves of a group, though with no single member as often as a pair needs: within the tolerance
 * of two or more of its waves at its hospitals, or of one wave, wherever, from a village that two of its homes are in.
 * How many do so by chance is read from the same waves moved as a whole by weeks to both sides, when the same
 * people are ill and the same wards take them in; the count is then negative binomial. They join where chance
 * explains at most a fifth of them.
 */
const WEEKS = 8;
const CHANCE_SHARE = 0.2;
const P_JOIN = 0.01;
/** Homes of a wave, and of a village that counts as the group's, at least. */
const WAVE_UNITS = 2;
/** Waves of one who comes to the group's hospitals, at least. */
const WAVES_MIN = 2;
/** Size of the negative binomial at most: admissions double in some weeks. */
const SIZE_MAX = 2;

interface Ground {
  readonly stays: Stays;
  /** 1 for stays that say nothing. */
  readonly planned: Uint8Array;
  readonly household: Int32Array;
  /** Village of each patient, −1 unknown. */
  readonly village: Int32Array;
  /** Days. */
  readonly tolerance: number;
}

/** First days that are within the tolerance of all of a wave. */
type Wave = readonly [from: number, to: number];

/** The group with those who were regulars of its waves; who joins may show further waves, so it is done again. */
export function withRegulars(group: readonly number[], ground: Ground): readonly number[] {
  let members = group;
  for (;;) {
    const joining = regulars(members, ground);
    if (joining.length === 0) return members;
    members = [...members, ...joining].sort((x, y) => x - y);
  }
}

function regulars(members: readonly number[], ground: Ground): readonly number[] {
  const { stays, planned, household, village } = ground;
  const inside = new Set(members);
  const own: number[] = [];
  stays.patient.forEach((p, i) => {
    if (inside.has(p) && planned[i] === 0) own.push(i);
  });
  const { waves, hospitals } = wavesOf(own, ground);
  if (waves.length < WAVES_MIN) return [];
  const homes = new Set(members.map((m) => household[m]!));
  const villages = shared(members, (m) => village[m]!, household);
  villages.delete(-1);
  const atHospitals = new Map<number, number[]>();
  const ofVillages = new Map<number, number[]>();
  stays.patient.forEach((p, i) => {
    if (planned[i] !== 0 || inside.has(p) || homes.has(household[p]!)) return;
    if (hospitals.has(stays.institution[i]!)) push(atHospitals, p, stays.begin[i]!);
    if (villages.has(village[p]!)) push(ofVillages, p, stays.begin[i]!);
  });
  return [
    ...new Set([
      ...beyondChance(atHospitals, waves, WAVES_MIN),
      ...beyondChance(ofVillages, waves, 1),
    ]),
  ];
}

/** Those who were in `least` of the waves, if chance brings hardly any. */
function beyondChance(
  days: ReadonlyMap<number, readonly number[]>,
  waves: readonly Wave[],
  least: number,
): readonly number[] {
  const back = [...days].filter(([, list]) => list.length >= least);
  const came = (week: number) =>
    back.filter(([, list]) => {
      const at = (day: number) =>
        waves.findIndex(([from, to]) => day >= from + 7 * week && day <= to + 7 * week);
      return new Set(list.map(at).filter((w) => w >= 0)).size >= least;
    });
  let usual = 0.5;
  for (let week = 1; week <= WEEKS; week++) usual += came(week).length + came(-week).length;
  const here = came(0);
  const mean = usual / (2 * WEEKS);
  const tail = Math.exp(logNegativeBinomialTail(here.length, mean, Math.min(usual, SIZE_MAX)));
  return mean > CHANCE_SHARE * here.length || tail > P_JOIN ? [] : here.map(([p]) => p);
}

/** Values that people of two homes or more have in common. */
function shared(
  people: readonly number[],
  value: (p: number) => number,
  household: Int32Array,
): Set<number> {
  const homes = new Map<number, Set<number>>();
  for (const p of people)
    homes.set(value(p), (homes.get(value(p)) ?? new Set()).add(household[p]!));
  return new Set([...homes].filter(([, units]) => units.size >= WAVE_UNITS).map(([v]) => v));
}

/** Waves of the group, the largest first, each stay in one; and the hospitals where two homes or more were in them. */
function wavesOf(
  own: readonly number[],
  { stays, household, tolerance }: Ground,
): { waves: readonly Wave[]; hospitals: ReadonlySet<number> } {
  const { patient, institution, begin } = stays;
  let rest = [...own].sort((x, y) => begin[x]! - begin[y]! || x - y);
  const waves: Wave[] = [];
  const visitors = new Map<number, Set<number>>();
  for (;;) {
    let best: readonly number[] = [];
    let most = WAVE_UNITS - 1;
    for (const first of rest) {
      const near = rest.filter(
        (i) => begin[i]! >= begin[first]! && begin[i]! <= begin[first]! + tolerance,
      );
      const units = new Set(near.map((i) => household[patient[i]!]!)).size;
      if (units > most) [best, most] = [near, units];
    }
    if (best.length === 0) break;
    waves.push([begin[best.at(-1)!]! - tolerance, begin[best[0]!]! + tolerance]);
    for (const i of best) {
      const at = institution[i]!;
      visitors.set(at, (visitors.get(at) ?? new Set()).add(household[patient[i]!]!));
    }
    const taken = new Set(best);
    rest = rest.filter((i) => !taken.has(i));
  }
  const hospitals = [...visitors].filter(([, units]) => units.size >= WAVE_UNITS);
  return { waves, hospitals: new Set(hospitals.map(([h]) => h)) };
}
