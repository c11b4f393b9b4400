import { fisherCombination } from '../../algorithms/multiplicity.js';
import { logBinomialTail } from '../../algorithms/tails.js';
import type { WaveScreen } from '../../algorithms/waves.js';
import type { Finding, Reason } from '../../model/finding.js';
import type { World } from '../../projection/world.js';
import type { Candidate } from '../candidates.js';
import { expectedHits, hitsOf } from '../groupSearch.js';
import { corePlaces, pairKey } from '../jointVisits.js';
import { judge, searchedP } from '../judgement.js';
import type { BrokeringParameters, BrokeringSearches } from '../patientBrokering.js';
import { type JointStays, jointStays, type Stays } from '../stays.js';
import {
  doctorSubject,
  type Fact,
  fundOf,
  institutionSubject,
  memberSubjects,
  reason,
} from '../telling.js';
import { explain } from './explain.js';

/** Moves when scores may change. */
export const VERSION = 8;
const DETECTOR = 'patient-brokering-ring';
/** Of one household hardly more are in hospital at one time, again and again: a couple, a mother and her child. */
const IN_TOGETHER_MAX = 2;
const CORE_SHARE = 0.1;
const SIGNED_MIN = 5;
const SIGNED_SHARE = 0.2;

export function describeBrokering(
  world: World,
  params: BrokeringParameters,
  candidate: Candidate,
  searches: BrokeringSearches,
): Finding | undefined {
  const searched = searchedP(candidate);
  if (searched === undefined) return undefined;
  const { stays } = searches;
  const { household } = world.patients;
  const joint = jointStays(stays, candidate.members, household, params.tolerance, pairKey);
  // Hospitals shared without ever being in together say less: more people must share them.
  const homes = new Set(candidate.members.map((m) => household[m]!)).size;
  const least = wavesOf(candidate, searches) ? params.minUnits + 1 : params.circleUnits;
  if (joint.meetings === 0 && homes < least) return undefined;
  const own = staysTogether(candidate, searches, joint);
  if (own.length === 0) return undefined;
  const weight = new Map<number, number>();
  for (const i of own)
    weight.set(stays.institution[i]!, (weight.get(stays.institution[i]!) ?? 0) + 1);
  const cores = corePlaces(weight, CORE_SHARE);
  const reasons = describeReasons(world, candidate, searches, joint, own);
  const innocent = explain(world, params, candidate, searches, joint);
  return {
    detector: DETECTOR,
    detectorVersion: VERSION,
    kind: 'ring',
    subjects: [
      ...cores.map((h) => institutionSubject(world, h)),
      ...signers(world, stays, own).map((d) => doctorSubject(world, d)),
      ...memberSubjects(world, candidate.members),
    ],
    reasons: [reasons.main, ...reasons.side],
    innocent,
    ...judge(
      candidate,
      {
        searched: withWaves(searched, candidate, searches),
        side: reasons.side.map((r) => r.p ?? 1),
        candidates: searches.candidates,
        innocent,
      },
      world.patients,
      candidate.meetings ? { ...params, together: IN_TOGETHER_MAX } : params,
    ),
    fundAtRisk: fundOf(
      world,
      own.map((i) => stays.row[i]!),
    ),
  };
}

/** Others in the waves were not looked at in the search: evidence of its own, paid for by the candidates. */
function withWaves(searched: number, { companions }: Candidate, searches: BrokeringSearches) {
  const waves = Math.min(1, (companions?.p ?? 1) * searches.candidates);
  return Math.min(searched, fisherCombination([searched, waves]));
}

/** The look for waves that a candidate comes from, if it does. */
function wavesOf({ circles }: Candidate, { waves }: BrokeringSearches): WaveScreen | undefined {
  return circles?.search && waves.get(circles.search);
}

/** Joint stays, and those that began in one wave at hospitals where two members did; else stays at shared hospitals. */
function staysTogether(
  candidate: Candidate,
  searches: BrokeringSearches,
  joint: JointStays,
): readonly number[] {
  const { stays } = searches;
  const { members, meetings } = candidate;
  const waves = wavesOf(candidate, searches);
  if (!waves) return meetings ? joint.stays : staysAtSharedPlaces(stays, members);
  const inWaves = new Set<number>();
  for (const a of members)
    for (const b of members)
      if (a < b) for (const pair of waves.matched(a, b)) for (const i of pair) inWaves.add(i);
  const visitors = new Map<number, Set<number>>();
  for (const i of inWaves) {
    const at = visitors.get(stays.institution[i]!) ?? new Set();
    visitors.set(stays.institution[i]!, at.add(stays.patient[i]!));
  }
  const shared = [...inWaves].filter((i) => visitors.get(stays.institution[i]!)!.size >= 2);
  return [...new Set([...(meetings ? joint.stays : []), ...shared])].sort((x, y) => x - y);
}

/** Doctors who attended a fifth of the stays, and five at least. */
function signers(world: World, stays: Stays, own: readonly number[]): number[] {
  const signed = new Map<number, number>();
  for (const i of own) {
    const doctor = world.settlements.doctor[stays.row[i]!]!;
    if (doctor >= 0) signed.set(doctor, (signed.get(doctor) ?? 0) + 1);
  }
  return [...signed]
    .filter(([, n]) => n >= SIGNED_MIN && n >= SIGNED_SHARE * own.length)
    .map(([doctor]) => doctor)
    .sort((x, y) => x - y);
}

/** Stays at hospitals where at least two members, and four in ten, were. */
function staysAtSharedPlaces(stays: Stays, members: readonly number[]): number[] {
  const inside = new Set(members);
  const visitors = new Map<number, Set<number>>();
  for (let i = 0; i < stays.patient.length; i++) {
    if (!inside.has(stays.patient[i]!)) continue;
    const set = visitors.get(stays.institution[i]!) ?? new Set();
    set.add(stays.patient[i]!);
    visitors.set(stays.institution[i]!, set);
  }
  const enough = Math.max(2, members.length * 0.4);
  const out: number[] = [];
  for (let i = 0; i < stays.patient.length; i++)
    if (inside.has(stays.patient[i]!) && visitors.get(stays.institution[i]!)!.size >= enough)
      out.push(i);
  return out;
}

function describeReasons(
  world: World,
  candidate: Candidate,
  searches: BrokeringSearches,
  joint: JointStays,
  own: readonly number[],
): { main: Reason; side: Reason[] } {
  const { stays, meetings } = searches;
  const search = candidate.circles?.search ?? searches.circles;
  const settled = (list: readonly number[]) => list.map((i) => stays.row[i]!);
  const all: Reason[] = [];
  const tell = (what: string, fact: Fact) => all.push(reason(world, DETECTOR, what, fact));
  if (candidate.meetings)
    tell('joint-stays', {
      measured: joint.meetings,
      expected: expectedHits(candidate.members, meetings.pairs),
      unit: 'meetings',
      rows: settled(joint.stays),
      p: candidate.meetings.p,
    });
  if (candidate.circles && wavesOf(candidate, searches))
    tell('joint-waves', {
      measured: hitsOf(candidate.members, search.pairs),
      expected: expectedHits(candidate.members, search.pairs),
      unit: 'meetings',
      rows: settled(own),
      p: candidate.circles.p,
    });
  else if (candidate.circles)
    tell('shared-hospitals', {
      measured: candidate.circles.score,
      expected: search.table.best.reduce((x, y) => x + y, 0) / search.table.best.length,
      unit: 'score',
      rows: settled(own),
      p: candidate.circles.p,
    });
  const main = all.shift()!;
  const { companions } = candidate;
  if (companions && companions.p < 0.05)
    tell('wave-companions', {
      measured: companions.visits.length,
      expected: companions.expected,
      unit: 'stays',
      rows: settled(companions.visits),
      p: companions.p,
    });
  const hospitals = new Set(joint.stays.map((i) => stays.institution[i]!)).size;
  if (hospitals >= 2)
    tell('hospital-hops', {
      measured: hospitals,
      expected: 1,
      unit: 'hospitals',
      rows: settled(joint.stays),
    });
  const cash = zeroCash(world, stays, own);
  if (cash.zero.length >= 3 && cash.p < 0.05)
    tell('zero-cash', {
      measured: cash.zero.length,
      expected: cash.expected,
      unit: 'stays',
      rows: settled(cash.zero),
      p: cash.p,
    });
  return { main, side: all };
}

/** Stays for which nothing was paid in cash, against the share among all stays of the period. */
function zeroCash(world: World, stays: Stays, own: readonly number[]) {
  const s = world.settlements;
  const isZero = (i: number) => s.cash[stays.row[i]!] === 0;
  let zeros = 0;
  for (let i = 0; i < stays.row.length; i++) if (isZero(i)) zeros++;
  const share = (zeros + 1) / (stays.row.length + 2);
  const zero = own.filter(isZero);
  return {
    zero,
    expected: share * own.length,
    p: Math.exp(logBinomialTail(zero.length, own.length, share)),
  };
}
