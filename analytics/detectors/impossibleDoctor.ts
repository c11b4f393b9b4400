import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { type PeerTest, testPeers } from '../algorithms/peerCounts.js';
import { logBinomialTail, logNegativeBinomialTail } from '../algorithms/tails.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import type { World } from '../projection/world.js';
import type { Detector } from './detector.js';
import { type DoctorDays, doctorDays, type Impossible } from './impossibleDoctor/days.js';
import { listLevel } from './parameters.js';
import { conclude, fundOf, inOrder, institutionSubject, ranked, reason } from './telling.js';

const ID = 'impossible-doctor';
const VERSION = 4;

const parameters = z.object({
  minutes: z
    .number()
    .min(1)
    .max(240)
    .default(20)
    .describe(
      'Visits at two institutions within so many minutes cannot be one doctor’s, however near',
    ),
  kilometres: z
    .number()
    .min(0)
    .max(100)
    .default(2)
    .describe('Institutions nearer to each other than this are one site'),
  speed: z
    .number()
    .min(5)
    .max(300)
    .default(60)
    .describe('Kilometres as the crow flies that an hour covers from door to door, at most'),
  minutesAVisit: z
    .number()
    .min(0.5)
    .max(60)
    .default(5)
    .describe('A visit takes so long at the least; a day has 1440 minutes'),
  days: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(3)
    .describe('Impossible days of a finding; fewer are for review'),
  recordError: z
    .number()
    .min(0.00001)
    .max(0.1)
    .default(0.001)
    .describe('Share of visits with a wrong doctor’s code, before looking'),
  latePayers: z
    .number()
    .min(0.001)
    .max(0.9)
    .default(0.1)
    .describe('Share of days at two sites on which somebody pays after the doctor has left'),
  lone: z
    .number()
    .min(0.0001)
    .max(0.2)
    .default(0.05)
    .describe('An impossible day less likely by wrong codes than this is put up for review'),
  q: listLevel,
});

type Parameters = z.output<typeof parameters>;

/** Doctors that may be impossible before anybody is held against the rest: one in twenty. */
const ASIDE = 0.05;
/** Overdispersion that honest doctors have at least. */
const SPREAD = 0.5;

const KINDS = ['twoSites', 'overfull'] as const;
type Kind = (typeof KINDS)[number];
const CODE = { twoSites: 'two-sites', overfull: 'more-than-a-day' } as const;

/**
 * Doctors who cannot have done what they signed: out-patients at two sites with less time between than the
 * way takes, or more of them than the minutes of a day. A hard count against the rate of wrong codes at all doctors.
 */
export const impossibleDoctor: Detector<typeof parameters> = {
  id: ID,
  version: VERSION,
  parameters,
  needs: [],
  async detect(world, params, context) {
    const doctors = doctorDays(world, params);
    throwIfAborted(context.signal);
    const tests: Record<Kind, PeerTest> = {
      twoSites: peers(doctors, params, (d) => [d.twoSites.length, d.visits]),
      overfull: peers(doctors, params, (d) => [d.overfull.length, d.days]),
    };
    const looks = tests.twoSites.looks + tests.overfull.looks;
    const findings: Finding[] = [];
    doctors.forEach((doctor, at) => {
      const shown = KINDS.filter(
        (kind) => doctor[kind].length > 0 && tests[kind].logP[at]! <= Math.log(params.lone),
      ).sort((x, y) => tests[x].logP[at]! - tests[y].logP[at]!);
      const best = shown[0];
      if (!best) return;
      const p = sidak(Math.exp(tests[best].logP[at]!), looks);
      const enough = p <= params.q && doctor[best].length >= params.days;
      const innocent = [
        sharedLogin(doctors, doctor, best, tests[best].expected[at]!, looks),
        ...(best === 'twoSites' ? [latePayers(doctor, params.latePayers)] : []),
      ];
      const rows = shown.flatMap((kind) => doctor[kind].flatMap((day) => day.rows));
      const [first, ...rest] = shown.map((kind) =>
        reason(world, ID, CODE[kind], {
          measured: doctor[kind].length,
          expected: tests[kind].expected[at]!,
          unit: 'days',
          rows: doctor[kind].flatMap((day) => day.rows),
          p: Math.exp(tests[kind].logP[at]!),
        }),
      );
      findings.push({
        detector: ID,
        detectorVersion: VERSION,
        kind: 'entity',
        subjects: [
          { kind: 'doctor', id: world.doctors[doctor.doctor]!, role: 'core' },
          ...sitesOf(
            world,
            shown.flatMap((kind) => doctor[kind]),
          ).map((h) => institutionSubject(world, h)),
        ],
        reasons: [first!, ...rest],
        innocent: ranked(innocent),
        ...(enough ? conclude(p, innocent, params.q) : { status: 'review', p: null }),
        fundAtRisk: fundOf(world, rows),
      });
    });
    return inOrder(findings);
  },
};

function peers(
  doctors: readonly DoctorDays[],
  params: Parameters,
  count: (d: DoctorDays) => readonly [k: number, exposure: number],
): PeerTest {
  return testPeers(
    doctors.map((d) => ({ k: count(d)[0], exposure: count(d)[1], stratum: 0 })),
    {
      prior: params.recordError,
      priorExposure: 1 / params.recordError,
      spread: SPREAD,
      aside: ASIDE,
    },
  );
}

/**
 * Several people work under one code. At two sites: other doctors of the same two sites show the
 * same, and the mean of them is what to expect. On a full day: what is left of it when only the
 * doctor's usual department counts.
 */
function sharedLogin(
  doctors: readonly DoctorDays[],
  doctor: DoctorDays,
  kind: Kind,
  expected: number,
  looks: number,
): InnocentExplanation {
  const k = doctor[kind].length;
  if (kind === 'overfull') {
    const left = doctor.overfull.filter((day) => day.inOneDepartment).length;
    const logP = logNegativeBinomialTail(left, expected, 2);
    return { code: 'shared-login', q: sidak(Math.exp(logP), looks), weight: 1 - left / k };
  }
  const sites = new Set(doctor.twoSites.map((day) => day.sites.join()));
  const others = doctors
    .filter((d) => d !== doctor)
    .map((d) => d.twoSites.filter((day) => sites.has(day.sites.join())).length)
    .filter((n) => n > 0);
  if (others.length < 2) return { code: 'shared-login', q: 0, weight: 0 };
  const usual = others.reduce((x, y) => x + y, 0) / others.length;
  return {
    code: 'shared-login',
    q: Math.exp(logNegativeBinomialTail(k, usual, others.length)),
    weight: Math.min(1, usual / k),
  };
}

/**
 * A morning here and an afternoon there, and patients of the morning who pay when the doctor has left: so it goes on
 * some of the days at two sites. Whose name is lent is at both on most of them.
 */
function latePayers(doctor: DoctorDays, share: number): InnocentExplanation {
  const k = doctor.twoSites.length;
  return {
    code: 'late-payers',
    q: Math.exp(logBinomialTail(k, doctor.travels, share)),
    weight: Math.min(1, (share * doctor.travels) / k),
  };
}

function sitesOf(world: World, days: readonly Impossible[]): number[] {
  const { institution } = world.settlements;
  return [...new Set(days.flatMap((d) => d.rows.map((i) => institution[i]!)))].sort(
    (x, y) => x - y,
  );
}
