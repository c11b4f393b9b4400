import type { InnocentExplanation } from '../../model/finding.js';
import type { World } from '../../projection/world.js';
import type { Candidate } from '../candidates.js';
import { type Hypothesis, sameAddress, sharedAttributes, testHypotheses } from '../explanations.js';
import { pairKey } from '../jointVisits.js';
import type { BrokeringParameters, BrokeringSearches } from '../patientBrokering.js';
import type { JointStays, Stays } from '../stays.js';

/** An outbreak: so many times the usual admissions of one diagnosis at one hospital in a week. */
const OUTBREAK_RATIO = 3;
const OUTBREAK_MIN = 6;

type StayPairs = ReadonlyArray<readonly [number, number]>;

/** What else than a recruiter might have brought the members in together. */
export function explain(
  world: World,
  params: BrokeringParameters,
  candidate: Candidate,
  searches: BrokeringSearches,
  joint: JointStays,
): InnocentExplanation[] {
  const { stays, screen } = searches;
  const { members, meetings, circles } = candidate;
  const shared = circles?.search ?? searches.circles;
  const waves = meetings ? undefined : searches.waves.get(shared);
  const together = waves
    ? (a: number, b: number) => waves.matched(a, b)
    : (a: number, b: number) => joint.ofPair.get(pairKey(a, b)) ?? [];
  // Who shares a telephone at one or two dwellings is one household already; at more it is the broker's.
  const hypotheses: Hypothesis[] = sharedAttributes(members, world.patients).filter(
    (h) => h.code === 'same-employer',
  );
  const home = sameAddress(members, world.patients.address);
  // A home sends its residents to the hospital it has a contract with; a ring rotates.
  if (waves) {
    const contract = busiest(members, together, stays);
    const there = ([i, j]: readonly [number, number]) =>
      stays.institution[i] === contract && stays.institution[j] === contract;
    hypotheses.push({
      code: 'nursing-home',
      explains: (a, b) => (home(a, b) > 0 ? together(a, b).filter(there).length : 0),
    });
  } else if (new Set(joint.stays.map((i) => stays.institution[i]!)).size <= 1)
    hypotheses.push({ code: 'nursing-home', explains: home });
  if (meetings || waves) {
    // Who was in one wave only joined because of it: such people are the outbreak, if it is one.
    const usual = weeklyAdmissions(stays, new Set(candidate.found ?? members));
    const count = (test: (i: number, j: number) => boolean) => (a: number, b: number) =>
      together(a, b).filter(([i, j]) => test(i, j)).length;
    hypotheses.push({ code: 'outbreak-week', explains: count((i, j) => usual(i) && usual(j)) });
    if (meetings)
      hypotheses.push(
        {
          code: 'chemo-cycle',
          explains: count((i, j) => screen.planned[i] === 1 && screen.planned[j] === 1),
        },
        {
          code: 'treatment-programme',
          explains: count((i, j) => stays.programme[i] === 1 && stays.programme[j] === 1),
        },
      );
  }
  return testHypotheses(
    members,
    hypotheses,
    meetings ? searches.meetings : shared,
    world.patients.household,
    params.minUnits,
  );
}

/** The hospital where most of the members' stays that began together were. */
function busiest(
  members: readonly number[],
  together: (a: number, b: number) => StayPairs,
  { institution }: Stays,
): number {
  const count = new Map<number, number>();
  for (const a of members)
    for (const b of members)
      if (a < b)
        for (const pair of together(a, b))
          for (const i of pair) count.set(institution[i]!, (count.get(institution[i]!) ?? 0) + 1);
  return [...count].sort((x, y) => y[1] - x[1] || x[0] - y[0])[0]?.[0] ?? -1;
}

/**
 * Whether a stay began in a week when far more *other* people than usual were admitted with its diagnosis:
 * a ring must not be its own outbreak.
 */
function weeklyAdmissions(stays: Stays, members: ReadonlySet<number>): (stay: number) => boolean {
  const byWeek = new Map<string, number>();
  const total = new Map<string, { n: number; first: number; last: number }>();
  for (let i = 0; i < stays.patient.length; i++) {
    if (members.has(stays.patient[i]!)) continue;
    const what = `${stays.institution[i]}|${stays.diagnosis[i]}`;
    const week = Math.floor(stays.begin[i]! / 7);
    byWeek.set(`${what}|${week}`, (byWeek.get(`${what}|${week}`) ?? 0) + 1);
    const t = total.get(what);
    if (t) {
      t.n++;
      t.first = Math.min(t.first, week);
      t.last = Math.max(t.last, week);
    } else total.set(what, { n: 1, first: week, last: week });
  }
  let firstWeek = Infinity;
  let lastWeek = -Infinity;
  for (const t of total.values()) {
    firstWeek = Math.min(firstWeek, t.first);
    lastWeek = Math.max(lastWeek, t.last);
  }
  const weeks = Math.max(1, lastWeek - firstWeek + 1);
  return (i) => {
    if (stays.diagnosis[i]! < 0) return false;
    const what = `${stays.institution[i]}|${stays.diagnosis[i]}`;
    const n = byWeek.get(`${what}|${Math.floor(stays.begin[i]! / 7)}`) ?? 0;
    return n >= OUTBREAK_MIN && n > OUTBREAK_RATIO * ((total.get(what)!.n - n) / weeks + 0.5);
  };
}
