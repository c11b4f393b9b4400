import { sidak } from '../../algorithms/multiplicity.js';
import { testPeers } from '../../algorithms/peerCounts.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import { stratumOf, weekOf } from './weeks.js';

/** New regulars of every institution, by index. */
interface Regulars {
  /** The week since which they come: the one that stands out most. */
  readonly week: Int32Array;
  readonly people: Float64Array;
  readonly expected: Float64Array;
  /** Family-wise over institutions, of all weeks together. */
  readonly p: Float64Array;
}

/** Shares of the period after which a regular is new: from the eighth week of a year on to the thirty-second, every other week. */
const SPLITS = Array.from({ length: 13 }, (_, i) => (i + 4) / 26);
/** How many they are. */
export const STARTS = SPLITS.length;
/** Visits come in courses: more of one person than this say no more. */
const TIMES_MOST = 8;
/** Fewer new regulars than this are no crowd. */
const PEOPLE_MIN = 4;
/** Overdispersion that honest institutions have at least. */
const SPREAD = 0.1;

/** Somebody with `times` visits to one institution at least, dialysis apart. */
export interface Regular {
  readonly institution: number;
  readonly patient: number;
  /** Settlements, and the week of each; negative before the first whole week. */
  readonly rows: readonly number[];
  readonly weeks: readonly number[];
}

/**
 * People never seen at a place before a week, who come again and again since (`times` visits without a bed,
 * at least): cards that have been bought up show so even where they hardly raise a place's numbers.
 *
 * Formula: of the n visits of somebody who always came, none falls before week w of W with chance
 * (1 − w/W)^n. The sum over a place's regulars is the exposure of a count against peers (`testPeers`), whose rate
 * says how much more often honest people move, fall ill and recover. When they began is not known: the p of the weeks,
 * of which neighbours say nearly the same, are taken together by their harmonic mean (Wilson 2019).
 */
export function newRegulars(
  world: World,
  all: readonly Regular[],
  weeks: number,
  times: number,
  counts: (row: number) => boolean,
): Regulars {
  const places = world.institutions.ids.length;
  const out = {
    week: new Int32Array(places),
    people: new Float64Array(places),
    expected: new Float64Array(places),
    p: new Float64Array(places).fill(1),
  };
  const regulars = all
    .map((r) => ({ institution: r.institution, ...countedOf(r, counts) }))
    .filter((r) => r.visits >= times);
  const strata = Array.from({ length: places }, (_, h) => stratumOf(world, h));
  const best = new Float64Array(places).fill(1);
  const inverse = new Float64Array(places);
  let looks = 1;
  for (const split of SPLITS) {
    const week = Math.round(split * weeks);
    const people = new Float64Array(places);
    const exposure = new Float64Array(places);
    for (const { institution, first, visits } of regulars) {
      exposure[institution]! += (1 - week / weeks) ** Math.min(TIMES_MOST, visits);
      if (first >= week) people[institution]!++;
    }
    const test = testPeers(
      strata.map((stratum, h) => ({ k: people[h]!, exposure: exposure[h]!, stratum })),
      { prior: 1, priorExposure: 5, spread: SPREAD },
    );
    looks = Math.max(looks, test.looks);
    for (let h = 0; h < places; h++) {
      const p = people[h]! < PEOPLE_MIN ? 1 : Math.exp(test.logP[h]!);
      inverse[h]! += 1 / p;
      if (p >= best[h]!) continue;
      best[h] = p;
      out.week[h] = week;
      out.people[h] = people[h]!;
      out.expected[h] = test.expected[h]!;
    }
  }
  for (let h = 0; h < places; h++) if (best[h]! < 1) out.p[h] = sidak(STARTS / inverse[h]!, looks);
  return out;
}

/** The visits of the people who are new regulars of an institution since a week, in order of time. */
export function rowsOfRegulars(
  world: World,
  all: readonly Regular[],
  institution: number,
  week: number,
): number[] {
  const { time } = world.settlements;
  return all
    .filter((r) => r.institution === institution && Math.min(...r.weeks) >= week)
    .flatMap((r) => r.rows)
    .sort((x, y) => time[x]! - time[y]! || x - y);
}

/** New regulars of an institution since a week, as far as their settlements count. */
export function peopleSince(
  all: readonly Regular[],
  institution: number,
  week: number,
  times: number,
  counts: (row: number) => boolean,
): number {
  return all.filter((r) => {
    if (r.institution !== institution) return false;
    const { first, visits } = countedOf(r, counts);
    return visits >= times && first >= week;
  }).length;
}

function countedOf(
  { rows, weeks }: Regular,
  counts: (row: number) => boolean,
): { first: number; visits: number } {
  let [first, visits] = [Number.POSITIVE_INFINITY, 0];
  rows.forEach((row, k) => {
    if (!counts(row)) return;
    visits++;
    first = Math.min(first, weeks[k]!);
  });
  return { first, visits };
}

/** Everybody with at least `times` visits to one institution, dialysis apart. */
export function regularsOf(world: World, firstDay: number, times: number): Regular[] {
  const s = world.settlements;
  const patients = world.patients.ids.length;
  // Who falls ill with the kidneys comes three times a week from then on; impersonated-dialysis looks at these.
  const isVisit = (i: number) =>
    !s.cancelled[i] && s.class[i] !== CLASS_INPATIENT && !s.dialysis[i];
  const keyOf = (i: number) => s.institution[i]! * patients + s.patient[i]!;
  const visits = new Map<number, number>();
  for (let i = 0; i < s.count; i++)
    if (isVisit(i)) visits.set(keyOf(i), (visits.get(keyOf(i)) ?? 0) + 1);
  const known = new Map<number, Regular & { rows: number[]; weeks: number[] }>();
  for (let i = 0; i < s.count; i++) {
    if (!isVisit(i) || visits.get(keyOf(i))! < times) continue;
    const regular = known.get(keyOf(i)) ?? {
      ...{ institution: s.institution[i]!, patient: s.patient[i]! },
      ...{ rows: [], weeks: [] },
    };
    known.set(keyOf(i), regular);
    regular.rows.push(i);
    regular.weeks.push(weekOf(world, i, firstDay));
  }
  return [...known.values()];
}
