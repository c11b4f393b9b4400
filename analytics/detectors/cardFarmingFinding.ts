import { mean } from '../algorithms/robust.js';
import type { Finding, InnocentExplanation, Reason } from '../model/finding.js';
import { rowsOf } from '../projection/indexes.js';
import { INSTITUTION_PHARMACY, type World } from '../projection/world.js';
import type { Candidate } from './candidates.js';
import type { CardFarmingParameters } from './cardFarming.js';
import { eventDays, isPromotion } from './eventDays.js';
import { areNeighbours, sharedAttributes, testHypotheses } from './explanations.js';
import { expectedHits, type GroupSearch, remainingP } from './groupSearch.js';
import { corePlaces, type JointVisits, jointVisits, pairKey } from './jointVisits.js';
import { judge, searchedP } from './judgement.js';
import { companionsQ, type SideTest, sideEvidence } from './sideEvidence.js';
import { fundOf, institutionSubject, memberSubjects, reason } from './telling.js';
import { isPharmacySwipe } from './visits.js';

/** Moves when scores may change. */
export const VERSION = 7;
const DETECTOR = 'card-farming-pharmacy';
const CORE_SHARE = 0.1;
/** Side evidence is shown, and adds to the group's, below this p. */
const SIDE_LEVEL = 0.05;

interface Searches {
  readonly sessions: GroupSearch;
  readonly circles: GroupSearch;
  readonly candidates: number;
}

/** A candidate as a finding, with what was measured, what was expected and what was ruled out. */
export function describeFarm(
  world: World,
  params: CardFarmingParameters,
  candidate: Candidate,
  searches: Searches,
): Finding | undefined {
  const searched = searchedP(candidate);
  if (searched === undefined) return undefined;
  const members = candidate.members;
  const joint = jointVisits(world, members, params.deltaMinutes * 60);
  const weight = candidate.meetings ? joint.byPlace : sharedPlaces(world, members);
  const cores = corePlaces(weight.size > 0 ? weight : sharedPlaces(world, members), CORE_SHARE);
  const tests = sideEvidence(world, members, cores, joint);
  const reasons = describeReasons(world, candidate, searches, joint, cores, tests);
  const homes = new Set((candidate.found ?? members).map((m) => world.patients.household[m]!)).size;
  // A circle that never meets has less to show than people seen together: it must be larger.
  if (!candidate.meetings && homes < params.companions) return undefined;
  const innocent = explain(world, params, candidate, searches, joint);
  // Few who meet and do nothing else out of the way are companions until something else says not; so are neighbours,
  // and those who only choose the same days: a lecture or an irregular promotion brings its regulars together.
  const met = candidate.meetings;
  const chosen = met?.search === searches.sessions && met.otherP > params.q;
  // Who was only drawn in by the waves may have come off another village's bus.
  const neighbours =
    areNeighbours(candidate.found ?? members, world.patients.village) ||
    onlyNeighboursMeet(world, params, candidate);
  if (met && (chosen || neighbours || homes < params.companions)) {
    // Any of the groups looked at may go out together, and neighbours share their places besides.
    const amiss = searches.candidates * companionsQ(tests);
    const apart = neighbours || !candidate.circles ? 1 : 2 * candidate.circles.p;
    innocent.unshift({ code: 'companions', q: Math.min(1, amiss, apart), weight: 1 });
  }
  const first = reasons.main[0];
  if (!first) return undefined;
  const concluded = judge(
    candidate,
    {
      searched,
      side: reasons.side.map((r) => r.p ?? 1),
      candidates: searches.candidates,
      innocent,
    },
    world.patients,
    params,
  );
  const homeless = members.filter((m) => isHomeless(world, m)).length;
  // A care home's carer fetches for all of them at one pharmacy: where homes are unknown a person has to look.
  const untold =
    met && cores.length === 1 && homeless > members.length / 2 && concluded.status === 'finding';
  return {
    detector: DETECTOR,
    detectorVersion: VERSION,
    kind: 'ring',
    subjects: [
      ...cores.map((h) => institutionSubject(world, h)),
      ...memberSubjects(world, members),
    ],
    reasons: [
      first,
      ...reasons.main.slice(1),
      ...reasons.side,
      ...(untold ? [unknownHomes(world, homeless, members.length, joint)] : []),
    ],
    innocent,
    ...(untold ? { status: 'review', p: null } : concluded),
    fundAtRisk: fundAt(world, members, cores, joint),
  };
}

/** Whether nothing is left of a group's meetings without those of people of one village. */
function onlyNeighboursMeet(
  { patients: { village, household } }: World,
  params: CardFarmingParameters,
  { members, meetings }: Candidate,
): boolean {
  if (!meetings) return false;
  const together = (a: number, b: number) =>
    village[a]! >= 0 && village[a] === village[b] ? Infinity : 0;
  const rest = remainingP(members, meetings.search, together, params.minUnits, household);
  return rest.weight > 0 && rest.p > params.q;
}

/** Neither an address nor a household is known. */
const isHomeless = ({ patients }: World, m: number) =>
  patients.address[m]! < 0 && !patients.householdKnown[m];

function unknownHomes(world: World, unknown: number, of: number, { rows }: JointVisits): Reason {
  return reason(world, DETECTOR, 'homes-unknown', {
    ...{ measured: unknown, expected: of, unit: 'patients', rows },
  });
}

/** Members by pharmacy used on two days or more. */
function sharedPlaces(world: World, members: readonly number[]): Map<number, number> {
  const s = world.settlements;
  const out = new Map<number, number>();
  for (const m of members) {
    const days = new Map<number, Set<number>>();
    for (const i of rowsOf(world, m)) {
      if (s.cancelled[i] || world.institutions.type[s.institution[i]!] !== INSTITUTION_PHARMACY)
        continue;
      const set = days.get(s.institution[i]!) ?? new Set();
      set.add(s.day[i]!);
      days.set(s.institution[i]!, set);
    }
    for (const [h, set] of days) if (set.size >= 2) out.set(h, (out.get(h) ?? 0) + 1);
  }
  for (const [h, n] of out) if (n < Math.max(2, members.length * 0.4)) out.delete(h);
  return out;
}

function describeReasons(
  world: World,
  candidate: Candidate,
  searches: Searches,
  joint: JointVisits,
  cores: readonly number[],
  tests: readonly SideTest[],
): { main: Reason[]; side: Reason[] } {
  const main: Reason[] = [];
  if (candidate.meetings && joint.meetings > 0)
    main.push(
      reason(world, DETECTOR, 'joint-swipes', {
        measured: joint.meetings,
        expected: expectedHits(candidate.members, candidate.meetings.search.pairs),
        unit: 'meetings',
        rows: joint.rows,
        p: candidate.meetings.p,
      }),
    );
  if (candidate.circles)
    main.push(
      reason(world, DETECTOR, 'shared-places', {
        measured: candidate.circles.score,
        expected: mean(searches.circles.table.best),
        unit: 'score',
        rows: rowsAt(world, candidate.members, cores),
        p: candidate.circles.p,
      }),
    );
  const side = tests
    .filter((t) => t.p <= SIDE_LEVEL)
    .map((t) => reason(world, DETECTOR, t.code, t));
  return { main, side };
}

function rowsAt(world: World, members: readonly number[], cores: readonly number[]): number[] {
  const s = world.settlements;
  const core = new Set(cores);
  return members.flatMap((m) =>
    [...rowsOf(world, m)].filter((i) => core.has(s.institution[i]!) && !s.cancelled[i]),
  );
}

/** Fund paid for joint swipes; for circles, for every swipe at the ring's pharmacies. */
function fundAt(
  world: World,
  members: readonly number[],
  cores: readonly number[],
  joint: JointVisits,
): number {
  return fundOf(
    world,
    joint.rows.length > 0
      ? joint.rows
      : rowsAt(world, members, cores).filter((i) => isPharmacySwipe(world, i)),
  );
}

function explain(
  world: World,
  params: CardFarmingParameters,
  candidate: Candidate,
  searches: Searches,
  joint: JointVisits,
): InnocentExplanation[] {
  const search = candidate.meetings?.search ?? searches.circles;
  const hypotheses = sharedAttributes(candidate.members, world.patients);
  if (candidate.meetings) {
    const crowded = isPromotion(world, candidate.members);
    hypotheses.push({
      code: 'promotion-day',
      explains: (a, b) => (joint.cellsOfPair.get(pairKey(a, b)) ?? []).filter(crowded).length,
    });
  } else hypotheses.push(...eventDays(world, candidate.members));
  return testHypotheses(
    candidate.members,
    hypotheses,
    search,
    world.patients.household,
    params.minUnits,
  );
}
