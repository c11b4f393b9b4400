import { z } from 'zod';
import { cauchyCombination, sidak } from '../algorithms/multiplicity.js';
import { type PeerTest, testPeers } from '../algorithms/peerCounts.js';
import { mean } from '../algorithms/robust.js';
import { logBinomialTail } from '../algorithms/tails.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import type { World } from '../projection/world.js';
import { crowdedHospitals } from './bedHanging/beds.js';
import { type Clash, interiorStays, type Stay } from './bedHanging/clashes.js';
import type { Detector } from './detector.js';
import { listLevel } from './parameters.js';
import { stayColumns } from './stays.js';
import {
  conclude,
  fundOf,
  inOrder,
  institutionSubject,
  memberSubjects,
  ranked,
  reason,
} from './telling.js';

const ID = 'bed-hanging';
const VERSION = 3;

const parameters = z.object({
  ratio: z
    .number()
    .min(1)
    .max(20)
    .default(3)
    .describe('A hospital shows at least so many times the clashes of its peers'),
  patients: z
    .number()
    .int()
    .min(2)
    .max(50)
    .default(3)
    .describe('Patients seen elsewhere during their stays, at least'),
  recordError: z
    .number()
    .min(0.0001)
    .max(0.2)
    .default(0.02)
    .describe('Share of visits that wrong dates and relatives put into a stay, before looking'),
  spread: z
    .number()
    .min(0)
    .max(2)
    .default(0.15)
    .describe('Least overdispersion φ of honest hospitals (variance = mean + φ·mean²)'),
  q: listLevel,
});

type Parameters = z.output<typeof parameters>;

/** A hospital, or one of its departments. */
interface Ward {
  readonly hospital: number;
  readonly stratum: number;
  readonly stays: Stay[];
  exposure: number;
}

/**
 * Patients booked into a bed who buy medicine or are treated elsewhere meanwhile (挂床住院): stays with
 * such a clash, hospital by hospital and department by department, against the peers' rate, which
 * is that of wrong dates, relatives and leave.
 */
export const bedHanging: Detector<typeof parameters> = {
  id: ID,
  version: VERSION,
  parameters,
  needs: [],
  async detect(world, params, context) {
    const all = stayColumns(world);
    const stays = interiorStays(world, all);
    throwIfAborted(context.signal);
    const crowded = crowdedHospitals(world, all);
    const scales = [wardsOf(world, stays, false), wardsOf(world, stays, true)];
    // Leave and relatives differ from house to house; what they leave differs little and is looked at too.
    const views = scales.flatMap((wards) =>
      [() => true, unexplained].map(
        (counts): View => ({
          wards,
          counts,
          test: clashTest(wards, params, counts),
        }),
      ),
    );
    const judged = hospitalsOf(views);
    const looks = judged.length * views.length;
    const findings: Finding[] = [];
    for (const { hospital, view, at, together } of judged) {
      throwIfAborted(context.signal);
      const ward = view.wards[at]!;
      const expected = view.test.expected[at]!;
      const logP = view.test.logP[at]!;
      const p = sidak(together, judged.length);
      const clashed = ward.stays.filter((x) => x.clashes.some(view.counts));
      const people = new Set(clashed.map((x) => x.patient));
      if (p > params.q || clashed.length < params.ratio * expected) continue;
      if (people.size < params.patients) continue;
      const innocent = explain(view.wards, at, params, looks);
      const over = crowded.get(hospital);
      findings.push({
        detector: ID,
        detectorVersion: VERSION,
        kind: 'entity',
        subjects: [institutionSubject(world, hospital), ...memberSubjects(world, people)],
        reasons: [
          reason(world, ID, 'seen-elsewhere', {
            measured: clashed.length,
            expected,
            unit: 'stays',
            rows: clashed.flatMap((x) => [x.row, ...x.clashes.map((c) => c.row)]),
            p: Math.exp(logP),
          }),
          ...(over ? [crowding(world, over)] : []),
        ],
        innocent,
        ...conclude(p, innocent, params.q),
        fundAtRisk: fundOf(
          world,
          clashed.map((x) => x.row),
        ),
      });
      crowded.delete(hospital);
    }
    for (const [hospital, over] of crowded)
      findings.push({
        detector: ID,
        detectorVersion: VERSION,
        kind: 'entity',
        subjects: [institutionSubject(world, hospital)],
        reasons: [crowding(world, over)],
        innocent: [],
        status: 'review',
        p: null,
        fundAtRisk: 0,
      });
    return inOrder(findings);
  },
};

const CHANCE = 0.05;
/** Share of the houses that may stand apart before the others are taken for the rule. */
const ASIDE = 0.1;
const unexplained = (c: Clash) => !c.relative && !c.weekend && !c.late;

/** Hospitals or departments, and the clashes that are looked at. */
interface View {
  readonly wards: readonly Ward[];
  readonly counts: (clash: Clash) => boolean;
  readonly test: PeerTest;
}

interface Judged {
  readonly hospital: number;
  /** Where it stands out most. */
  readonly view: View;
  readonly at: number;
  /** p of the hospital, all views together. */
  readonly together: number;
}

/**
 * Every hospital in every view, whole and by its most striking department, by the Cauchy rule. A view
 * that shows less than usual says nothing against another that shows more (Fang et al. 2023, truncated).
 */
function hospitalsOf(views: readonly View[]): Judged[] {
  const found = new Map<number, Array<{ view: View; at: number; p: number }>>();
  for (const view of views) {
    const own = new Map<number, number[]>();
    view.wards.forEach((ward, at) => {
      if (ward.exposure <= 0) return;
      own.set(ward.hospital, [...(own.get(ward.hospital) ?? []), at]);
    });
    for (const [hospital, wards] of own) {
      const at = wards.reduce((x, y) => (view.test.logP[y]! < view.test.logP[x]! ? y : x));
      const p = sidak(Math.exp(view.test.logP[at]!), wards.length);
      found.set(hospital, [...(found.get(hospital) ?? []), { view, at, p }]);
    }
  }
  return [...found].map(([hospital, list]) => {
    const best = list.reduce((x, y) => (y.p < x.p ? y : x));
    return { hospital, ...best, together: cauchyCombination(list.map((x) => Math.min(x.p, 0.5))) };
  });
}

function crowding(world: World, over: { days: number; expected: number; rows: readonly number[] }) {
  return reason(world, ID, 'more-than-beds', {
    measured: over.days,
    expected: over.expected,
    unit: 'days',
    rows: over.rows,
  });
}

function wardsOf(world: World, stays: readonly Stay[], byDepartment: boolean): Ward[] {
  const wards = new Map<string, Ward>();
  for (const stay of stays) {
    if (byDepartment && stay.department < 0) continue;
    const key = byDepartment ? `${stay.hospital}|${stay.department}` : `${stay.hospital}`;
    const known = wards.get(key);
    const ward: Ward = known ?? {
      hospital: stay.hospital,
      stratum: byDepartment ? stay.department : world.institutions.level[stay.hospital]!,
      stays: [],
      exposure: 0,
    };
    if (!known) wards.set(key, ward);
    ward.stays.push(stay);
    ward.exposure += stay.exposure;
  }
  return [...wards.values()];
}

/** Stays with a clash that counts, against those of the peers. */
function clashTest(
  wards: readonly Ward[],
  params: Parameters,
  counts: (clash: Clash) => boolean,
): PeerTest {
  return testPeers(
    wards.map((w) => ({
      k: w.stays.filter((x) => x.clashes.some(counts)).length,
      exposure: w.exposure,
      stratum: w.stratum,
    })),
    {
      ...{ prior: params.recordError, priorExposure: 1 / params.recordError },
      ...{ spread: params.spread, aside: ASIDE },
    },
  );
}

/**
 * Each hypothesis takes the clashes it accounts for away, here and at the peers, and what is left is
 * tested again. Its weight is how much more than by chance it accounts for: two days in seven are a weekend,
 * and what chance would do in one case of twenty weighs nothing.
 */
function explain(
  wards: readonly Ward[],
  at: number,
  params: Parameters,
  looks: number,
): InnocentExplanation[] {
  const clashed = wards[at]!.stays.filter((x) => x.clashes.length > 0);
  const late = mean(clashed.map((x) => Math.min(1, 2 / (x.end - x.begin - 1))));
  const n = clashed.length;
  const hypotheses: ReadonlyArray<readonly [string, number, (c: Clash) => boolean]> = [
    ['relative-fetches', 0, (c) => c.relative],
    ['authorised-leave', 2 / 7, (c) => c.weekend],
    ['late-discharge-record', Math.min(0.95, late), (c) => c.late],
  ];
  return ranked(
    hypotheses.map(([code, usual, accounts]) => {
      const left = clashTest(wards, params, (c) => !accounts(c));
      const gone = clashed.filter((x) => x.clashes.every(accounts)).length;
      const byChance = usual > 0 && Math.exp(logBinomialTail(gone, n, usual)) > CHANCE;
      return {
        code,
        q: sidak(Math.exp(left.logP[at]!), looks),
        weight: byChance ? 0 : Math.max(0, (gone / n - usual) / (1 - usual)),
      };
    }),
  );
}
