import { z } from 'zod';
import { cauchyCombination, sidak } from '../algorithms/multiplicity.js';
import { mean } from '../algorithms/robust.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import type { World } from '../projection/world.js';
import type { Detector } from './detector.js';
import { listLevel } from './parameters.js';
import { type Discharge, discharges, type Return } from './splitAdmission/returns.js';
import {
  byHospital,
  type Chain,
  chainTest,
  type Hospital,
  returnTest,
} from './splitAdmission/tests.js';
import {
  conclude,
  fundOf,
  inOrder,
  institutionSubject,
  memberSubjects,
  ranked,
  reason,
} from './telling.js';

const ID = 'split-admission';
const VERSION = 4;

const parameters = z.object({
  days: z
    .number()
    .int()
    .min(1)
    .max(60)
    .default(15)
    .describe('A stay that begins within so many days of a discharge is a return'),
  atOnce: z
    .number()
    .int()
    .min(0)
    .max(15)
    .default(2)
    .describe('Returns within so many days are also tested by themselves'),
  after: z
    .number()
    .int()
    .min(1)
    .max(30)
    .default(7)
    .describe('So are those of the days after the first limit, where who knows it waits'),
  ratio: z
    .number()
    .min(1)
    .max(20)
    .default(2)
    .describe('Observed returns ÷ expected returns, at least'),
  patients: z
    .number()
    .int()
    .min(2)
    .max(50)
    .default(3)
    .describe('Patients of a hospital who return, at least'),
  chain: z
    .number()
    .int()
    .min(3)
    .max(100)
    .default(6)
    .describe('Quick returns of one patient, at least'),
  spread: z
    .number()
    .min(0)
    .max(2)
    .default(0.05)
    .describe('Least overdispersion φ of honest hospitals (variance = mean + φ·mean²)'),
  q: listLevel,
});

type Parameters = z.output<typeof parameters>;

/**
 * One illness billed as several stays (分解住院): hospitals whose patients return too soon for the
 * same illness, given their diagnoses and ages, and patients who are discharged and admitted again
 * without end, at one hospital or in turn at several.
 */
export const splitAdmission: Detector<typeof parameters> = {
  id: ID,
  version: VERSION,
  parameters,
  needs: [],
  async detect(world, params, context) {
    const all = discharges(world, params.days);
    throwIfAborted(context.signal);
    const longer = discharges(world, params.days + params.after);
    const findings = hospitalFindings(world, params, byHospital(longer));
    throwIfAborted(context.signal);
    return inOrder([...findings, ...patientFindings(world, params, all)]);
  },
};

/** Days after a discharge on which a return counts. */
interface Span {
  readonly what: string;
  /** In the combination of all windows. */
  readonly weight: number;
  readonly has: (r: Return) => boolean;
}

/** What a window weighs without the returns that cycles and courses account for, against 1 with them. */
const LEFT_WEIGHT = 3;
/** The days just after the limit weigh twice as much: illness does not know of it, and a house that splits does. */
const AFTER_WEIGHT = 2;

const isExplained = (r: Return) => r.planned || r.wardTransfer || r.interim || r.course;

function hospitalFindings(
  world: World,
  params: Parameters,
  hospitals: readonly Hospital[],
): Finding[] {
  const spans: readonly Span[] = [
    { what: 'returns', weight: LEFT_WEIGHT, has: (r) => r.gap <= params.days },
    { what: 'returns-at-once', weight: LEFT_WEIGHT, has: (r) => r.gap <= params.atOnce },
    {
      ...{ what: 'returns-after-limit', weight: AFTER_WEIGHT * LEFT_WEIGHT },
      has: (r) => r.gap > params.days,
    },
  ];
  // Cycles and courses differ from house to house; what they leave differs little and weighs more.
  const windows: readonly Span[] = [
    ...spans.map((span) => ({ ...span, weight: 1 })),
    ...spans.map((span) => ({ ...span, has: (r: Return) => span.has(r) && !isExplained(r) })),
  ];
  const weights = windows.map((w) => w.weight);
  const tests = windows.map((w) => returnTest(world, hospitals, w.has, params.spread));
  // A window that shows less than usual says nothing against another that shows more.
  const together = hospitals.map((_, h) =>
    cauchyCombination(
      tests.map((t) => Math.min(0.5, Math.exp(t.logP[h]!))),
      weights,
    ),
  );
  const all = weights.reduce((x, y) => x + y, 0);
  const findings: Finding[] = [];
  hospitals.forEach(({ hospital, discharges: own }, h) => {
    const which = tests.reduce((x, t, i) => (t.logP[h]! < tests[x]!.logP[h]! ? i : x), 0);
    const test = tests[which]!;
    const window = windows[which]!;
    // What the other windows cost this one, at every hospital.
    const looks = (hospitals.length * all) / window.weight;
    const back = own.filter((d) => d.next && window.has(d.next));
    const expected = test.expected[h]!;
    const p = sidak(together[h]!, hospitals.length);
    const people = new Set(back.map((d) => d.patient));
    if (p > params.q || back.length < params.ratio * expected) return;
    if (people.size < params.patients) return;
    const innocent = explain(world, params, hospitals, h, window, looks);
    findings.push({
      detector: ID,
      detectorVersion: VERSION,
      kind: 'entity',
      subjects: [institutionSubject(world, hospital), ...memberSubjects(world, people)],
      reasons: [
        reason(world, ID, window.what, {
          measured: back.length,
          expected,
          unit: 'stays',
          rows: back.flatMap((d) => [d.row, d.next!.row]),
          p: Math.exp(test.logP[h]!),
        }),
      ],
      innocent,
      ...conclude(p, innocent, params.q),
      fundAtRisk: fundOf(
        world,
        back.map((d) => d.next!.row),
      ),
    });
  });
  return findings;
}

/** Each hypothesis takes its returns away, at the peers too, and the rest is tested again. */
function explain(
  world: World,
  params: Parameters,
  hospitals: readonly Hospital[],
  at: number,
  window: Span,
  looks: number,
): InnocentExplanation[] {
  const back = hospitals[at]!.discharges.flatMap((d) =>
    d.next && window.has(d.next) ? [d.next] : [],
  );
  const hypotheses: ReadonlyArray<readonly [string, (r: Return) => boolean]> = [
    ['planned-cycle', (r) => r.planned],
    ['ward-transfer', (r) => r.wardTransfer],
    ['settled-in-parts', (r) => r.interim],
    ['rehabilitation-course', (r) => r.course],
  ];
  return ranked(
    hypotheses.map(([code, accounts]) => {
      const left = returnTest(
        world,
        hospitals,
        (r) => window.has(r) && !accounts(r),
        params.spread,
      );
      return {
        code,
        q: sidak(Math.exp(left.logP[at]!), looks),
        weight: back.filter(accounts).length / back.length,
      };
    }),
  );
}

const isReturn = (d: Discharge) =>
  d.anywhere !== undefined && !d.anywhere.transfer && !d.anywhere.course;

function patientFindings(world: World, params: Parameters, all: readonly Discharge[]): Finding[] {
  const { chains, looks } = chainTest(all, isReturn);
  const naive = chainTest(all, (d) => d.anywhere !== undefined);
  const findings: Finding[] = [];
  for (const whole of naive.chains) {
    const p0 = sidak(Math.exp(whole.logP), looks);
    if (p0 > params.q || whole.k < params.chain || whole.k < params.ratio * whole.expected)
      continue;
    const strict = chains.find((c) => c.patient === whole.patient);
    const p = strict ? sidak(Math.exp(strict.logP), looks) : 1;
    const chain = strict && p <= params.q ? strict : whole;
    const back = chain.discharges.filter((d) =>
      chain === whole ? d.anywhere !== undefined : isReturn(d),
    );
    const places = placesOf(chain);
    const others = chains.filter((c) => c.patient !== chain.patient);
    const usualPlaces = Math.max(1, mean(others.map((c) => placesOf(c).size)));
    const share = (what: 'transfer' | 'course') =>
      whole.discharges.filter((d) => d.anywhere?.[what]).length / whole.k;
    const innocent = ranked([
      { code: 'hospital-transfer', q: p, weight: share('transfer') },
      { code: 'rehabilitation-course', q: p, weight: share('course') },
    ]);
    findings.push({
      detector: ID,
      detectorVersion: VERSION,
      kind: 'entity',
      subjects: [
        { kind: 'patient', id: world.patients.ids[chain.patient]!, role: 'core' },
        ...[...places].sort((x, y) => x - y).map((h) => institutionSubject(world, h)),
      ],
      reasons: [
        reason(world, ID, 'chain', {
          measured: chain.k,
          expected: chain.expected,
          unit: 'stays',
          rows: back.flatMap((d) => [d.row, d.anywhere!.row]),
          p: Math.exp(chain.logP),
        }),
        ...(places.size > Math.max(2, usualPlaces)
          ? [
              reason(world, ID, 'rotation', {
                measured: places.size,
                expected: usualPlaces,
                unit: 'hospitals',
                rows: back.map((d) => d.anywhere!.row),
              }),
            ]
          : []),
      ],
      innocent,
      ...conclude(Math.min(p0, p), innocent, params.q),
      fundAtRisk: fundOf(
        world,
        back.map((d) => d.anywhere!.row),
      ),
    });
  }
  return findings;
}

/** Hospitals with a tenth of the chain's stays at least. */
function placesOf(chain: Chain): Set<number> {
  const count = new Map<number, number>();
  for (const d of chain.discharges)
    count.set(d.hospital, (count.get(d.hospital) ?? 0) + 1 / chain.discharges.length);
  return new Set([...count].filter(([, share]) => share >= 0.1).map(([h]) => h));
}
