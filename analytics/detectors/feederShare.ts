/**
 * Feeders: a home, a telephone or a village that sends a hospital a share of its admissions which neither
 * distance nor the age of its people accounts for (published case: 52.78 % of one hospital's admissions came
 * from two nursing homes).
 *
 * Formula: k stays of the origin's people at the hospital against E = Σ (stays of others of their age) × (share
 * of the neighbours' stays that are at this hospital), negative-binomial tail, family-wise over origins ×
 * hospitals. A home with a contract sends everybody to one hospital, and a place with one hospital as well:
 * that only moves stays, it makes none. So the same k is held against *all* stays that as many people of
 * their ages would have anywhere, and the p is never below that. There homes are each other's peers: the rate is
 * raised to their median (old people in homes are frailer than others of their age) and the spread is theirs, both
 * robust, since feeders are among them.
 */

import { sidak } from '../algorithms/multiplicity.js';
import { quantileSorted } from '../algorithms/robust.js';
import { logNegativeBinomialTail } from '../algorithms/tails.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import { push } from '../model/multimap.js';
import type { WorkContext } from '../model/progress.js';
import type { World } from '../projection/world.js';
import { type Origin, type OriginKind, originsOf } from './feederShare/origins.js';
import { shareLevel } from './levelShare.js';
import type { Stays } from './stays.js';
import { conclude, fundOf, institutionSubject, memberSubjects, ranked, reason } from './telling.js';

const DETECTOR = 'patient-brokering-ring';
/** What this search is given of the detector's level. */
const LEVEL_SHARE = 0.1;
/** A hospital depends on feeders that send this share of its admissions. */
const SHARE_MIN = 0.2;
const STAYS_MIN = 10;
/** Stays at least so many times what the ages account for. */
const RATIO = 3;
/** Size of the negative binomial: neighbours choose differently. */
const CHOICE_SIZE = 2;
/** Homes of the average rate that a kind's median is shrunk with; least spread φ, and that of an unknown rate. */
const PRIOR_PEERS = 3;
const SPREAD = 0.2;
const UNSURE = 0.2;
/** Infections that go round a house, and courses of months (ICD-10). */
const INFECTIOUS = /^(J0|J1|J2|U07|A0|B0[0-9]|R50)/;
const OUTBREAK_DAYS = 7;
const OUTBREAK_MIN = 3;
const COURSE = /^(I69|G8[0-3]|Z49|Z50|F\d|T9[0-8]|B90)/;
const COURSE_DAYS = 21;

interface Judged {
  readonly origin: Origin;
  readonly expected: number;
  /** Family-wise, by distance and age. */
  readonly p: number;
  readonly innocent: readonly InnocentExplanation[];
}

/** The rings that were found, and the hospitals with feeders; the level is shared between the two. */
export function withFeeders(
  world: World,
  rings: readonly Finding[],
  stays: Stays,
  options: { readonly q: number; readonly version: number },
  context: WorkContext,
): Finding[] {
  return shareLevel(rings, feederFindings(world, stays, options, context), LEVEL_SHARE);
}

function feederFindings(
  world: World,
  stays: Stays,
  options: { readonly q: number; readonly version: number },
  context: WorkContext,
): Finding[] {
  throwIfAborted(context.signal);
  const admissions = new Float64Array(world.institutions.ids.length);
  for (const h of stays.institution) admissions[h]!++;
  const byHospital = new Map<number, Judged[]>();
  for (const judged of judge(world, stays, options.q))
    push(byHospital, judged.origin.hospital, judged);
  const findings: Finding[] = [];
  for (const [hospital, all] of [...byHospital].sort((x, y) => x[0] - y[0])) {
    throwIfAborted(context.signal);
    const stands = all.filter((j) => worst(j) <= options.q);
    // Villages have a nearest hospital each: that needs no telling.
    const told = stands.length > 0 ? stands : all.filter((j) => j.origin.kind !== 'village');
    if (told.length === 0) continue;
    const feeders = distinct(told);
    const sent = new Set(feeders.flatMap((j) => j.origin.own));
    if (sent.size < SHARE_MIN * admissions[hospital]!) continue;
    const expected = feeders.reduce((sum, j) => sum + j.expected, 0);
    const byAge = feeders.reduce((sum, j) => sum + j.origin.byAge, 0);
    const rows = [...sent].map((i) => stays.row[i]!);
    const p = Math.min(...feeders.map((j) => (stands.length > 0 ? worst(j) : j.p)));
    const innocent = ranked(best(feeders));
    const others = admissions[hospital]! - sent.size;
    findings.push({
      ...{ detector: DETECTOR, detectorVersion: options.version, kind: 'ring' },
      subjects: [
        institutionSubject(world, hospital),
        ...memberSubjects(
          world,
          rows.map((i) => world.settlements.patient[i]!),
        ),
      ],
      reasons: [
        reason(world, DETECTOR, 'feeder-share', {
          measured: sent.size / admissions[hospital]!,
          expected: expected / (others + expected),
          ...{ unit: 'share', rows, p },
        }),
        reason(world, DETECTOR, 'feeder-stays', {
          ...{ measured: sent.size, expected: byAge, unit: 'stays', rows },
        }),
      ],
      innocent,
      ...conclude(p, innocent, options.q),
      fundAtRisk: fundOf(world, rows),
    });
  }
  return findings;
}

/** Origins whose people are at one hospital more than distance and age say. */
function judge(world: World, stays: Stays, level: number): Judged[] {
  const origins = originsOf(world, stays);
  const hospitals = new Set(stays.institution).size;
  const anywhere = contractTest(origins);
  const looks = origins.length * hospitals;
  return origins.flatMap((origin, at): Judged[] => {
    const k = origin.own.length;
    const expected = origin.byAge * origin.nearby;
    const p = sidak(Math.exp(logNegativeBinomialTail(k, expected, CHOICE_SIZE)), looks);
    if (k < STAYS_MIN || k < RATIO * expected || p > level) return [];
    const left = (gone: number) => {
      // Less than the ratio is no excess, however sure.
      if (k - gone < RATIO * origin.byAge) return 1;
      return sidak(Math.exp(anywhere(at, k - gone)), origins.length);
    };
    const outbreak = outbreakStays(world, stays, origin);
    const course = courseStays(world, stays, origin);
    const accounted = origin.byAge / k;
    return [
      {
        ...{ origin, expected, p },
        innocent: [
          {
            code: origin.kind === 'village' ? 'only-hospital' : 'nursing-home',
            ...{ q: left(0), weight: Math.min(1, accounted) },
          },
          { code: 'outbreak-week', q: left(outbreak), weight: outbreak / k },
          { code: 'rehabilitation-course', q: left(course), weight: course / k },
        ],
      },
    ];
  });
}

/** ln P(an origin's people have k stays or more), whatever the hospital, by age and by the other origins of the kind. */
function contractTest(origins: readonly Origin[]): (at: number, k: number) => number {
  const kinds = new Map<OriginKind, number[]>();
  origins.forEach(({ kind }, i) => {
    kinds.set(kind, [...(kinds.get(kind) ?? []), i]);
  });
  const ratio = origins.map((o) => Math.log((o.own.length + 1) / (o.byAge + 1)));
  return (at, k) => {
    const others = kinds.get(origins[at]!.kind)!.filter((i) => i !== at);
    const peers = [...others.map((i) => ratio[i]!), ...Array<number>(PRIOR_PEERS).fill(0)].sort(
      (x, y) => x - y,
    );
    const median = quantileSorted(peers, 0.5);
    const apart = peers.map((r) => Math.abs(r - median)).sort((x, y) => x - y);
    const deviation = 1.4826 * quantileSorted(apart, 0.5);
    const spread = Math.max(SPREAD, Math.expm1(deviation ** 2)) + UNSURE;
    const mean = origins[at]!.byAge * Math.exp(Math.max(0, median));
    return logNegativeBinomialTail(k, mean, 1 / spread);
  };
}

/** The surest first; whoever consists of people already told adds nothing. */
function distinct(all: readonly Judged[]): Judged[] {
  const told = new Set<number>();
  return [...all]
    .sort((x, y) => x.p - y.p || x.origin.people[0]! - y.origin.people[0]!)
    .filter(({ origin }) => {
      const who = new Set(origin.own);
      const fresh = [...who].filter((i) => !told.has(i)).length;
      if (fresh * 2 < who.size) return false;
      for (const i of who) told.add(i);
      return true;
    });
}

/** Of each explanation what it leaves of the feeder that stands best. */
function best(feeders: readonly Judged[]): InnocentExplanation[] {
  const surest = feeders.reduce((x, y) => (worst(y) < worst(x) ? y : x));
  return [...surest.innocent];
}

/** p of what is left under the explanation that leaves least. */
const worst = (j: Judged) => Math.max(j.p, ...j.innocent.map((x) => x.q));

/** Stays with an infection in a week in which several of the origin were admitted with one. */
function outbreakStays(world: World, stays: Stays, { own }: Origin): number {
  const s = world.settlements;
  const ill = own
    .filter((i) => INFECTIOUS.test(s.diagnoses[s.diagnosis[stays.row[i]!]!] ?? ''))
    .sort((x, y) => stays.begin[x]! - stays.begin[y]!);
  return ill.filter(
    (i) =>
      ill.filter((j) => Math.abs(stays.begin[i]! - stays.begin[j]!) <= OUTBREAK_DAYS).length >=
      OUTBREAK_MIN,
  ).length;
}

/** Planned cycles, courses of months, and long stays settled in parts, the first of each left out. */
function courseStays(world: World, stays: Stays, { own }: Origin): number {
  const s = world.settlements;
  const byPatient = new Map<number, number[]>();
  for (const i of own)
    byPatient.set(stays.patient[i]!, [...(byPatient.get(stays.patient[i]!) ?? []), i]);
  let gone = 0;
  for (const list of byPatient.values()) {
    list.sort((x, y) => stays.begin[x]! - stays.begin[y]!);
    list.forEach((i, at) => {
      const before = list[at - 1];
      if (before === undefined) return;
      const course =
        stays.cyclic[i] === 1 || COURSE.test(s.diagnoses[s.diagnosis[stays.row[i]!]!] ?? '');
      const part =
        stays.begin[i]! - stays.end[before]! <= 1 &&
        stays.end[before]! - stays.begin[before]! >= COURSE_DAYS;
      if (course || part) gone++;
    });
  }
  return gone;
}
