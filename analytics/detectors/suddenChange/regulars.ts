import { sidak } from '../../algorithms/multiplicity.js';
import { testPeers } from '../../algorithms/peerCounts.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import { stratumOf, weekOf } from './weeks.js';

/** New regulars of every institution, by index. */
interface Regulars {
  /** The week since which they come: the split that stands out most. */
  readonly week: Int32Array;
  readonly people: Float64Array;
  readonly expected: Float64Array;
  /** Family-wise over institutions and splits. */
  readonly p: Float64Array;
}

/** Shares of the period after which a regular is new. */
const SPLITS = [1 / 4, 1 / 3, 1 / 2] as const;
/** Visits come in courses: more of one person than this say no more. */
const TIMES_MOST = 8;
/** Fewer new regulars than this are no crowd. */
const PEOPLE_MIN = 4;
/** Overdispersion that honest institutions have at least. */
const SPREAD = 0.1;

/**
 * People never seen at a place before a week, who come again and again since (`times` visits without a bed,
 * at least): cards that have been bought up show so even where they hardly raise a place's numbers.
 *
 * Formula: of the n visits of somebody who always came, none falls before week w of W with chance
 * (1 − w/W)^n. The sum over a place's regulars is the exposure of a count against peers (`testPeers`), whose rate
 * says how much more often honest people move, fall ill and recover.
 */
export function newRegulars(
  world: World,
  period: { readonly weeks: number; readonly firstDay: number },
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
  const regulars = regularsOf(world, period.firstDay, times, counts);
  const strata = Array.from({ length: places }, (_, h) => stratumOf(world, h));
  for (const split of SPLITS) {
    const week = Math.round(split * period.weeks);
    const people = new Float64Array(places);
    const exposure = new Float64Array(places);
    for (const { institution, first, visits } of regulars) {
      exposure[institution]! += (1 - week / period.weeks) ** Math.min(TIMES_MOST, visits);
      if (first >= week) people[institution]!++;
    }
    const test = testPeers(
      strata.map((stratum, h) => ({ k: people[h]!, exposure: exposure[h]!, stratum })),
      { prior: 1, priorExposure: 5, spread: SPREAD },
    );
    for (let h = 0; h < places; h++) {
      const p = sidak(Math.exp(test.logP[h]!), test.looks * SPLITS.length);
      if (people[h]! < PEOPLE_MIN || p >= out.p[h]!) continue;
      out.week[h] = week;
      out.people[h] = people[h]!;
      out.expected[h] = test.expected[h]!;
      out.p[h] = p;
    }
  }
  return out;
}

/** The visits of the people who are new regulars of an institution since a week, in order of time. */
export function rowsOfRegulars(
  world: World,
  institution: number,
  week: number,
  firstDay: number,
  times: number,
): number[] {
  const s = world.settlements;
  const here = (i: number) => s.institution[i] === institution;
  const who = new Set(
    regularsOf(world, firstDay, times, here).flatMap((r) => (r.first >= week ? [r.patient] : [])),
  );
  const rows: number[] = [];
  for (let i = 0; i < s.count; i++)
    if (here(i) && !s.cancelled[i] && who.has(s.patient[i]!)) rows.push(i);
  return rows.sort((x, y) => s.time[x]! - s.time[y]! || x - y);
}

interface Regular {
  readonly institution: number;
  readonly patient: number;
  /** Week of the first visit; negative before the first whole week. */
  first: number;
  visits: number;
}

/** Everybody with at least `times` visits to one institution, dialysis apart. */
function regularsOf(
  world: World,
  firstDay: number,
  times: number,
  counts: (row: number) => boolean,
): Regular[] {
  const s = world.settlements;
  const patients = world.patients.ids.length;
  const known = new Map<number, Regular>();
  for (let i = 0; i < s.count; i++) {
    if (s.cancelled[i] || s.class[i] === CLASS_INPATIENT || !counts(i)) continue;
    // Who falls ill with the kidneys comes three times a week from then on; impersonated-dialysis looks at these.
    if (s.dialysis[i]) continue;
    const [institution, patient] = [s.institution[i]!, s.patient[i]!];
    const key = institution * patients + patient;
    const first = weekOf(world, i, firstDay);
    const regular = known.get(key);
    if (regular) {
      regular.first = Math.min(regular.first, first);
      regular.visits++;
    } else known.set(key, { institution, patient, first, visits: 1 });
  }
  return [...known.values()].filter((r) => r.visits >= times);
}
