import { z } from 'zod';
import { changeP, scanChange, weeklyDispersion, withoutEvents } from '../algorithms/changePoint.js';
import { sidak } from '../algorithms/multiplicity.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation, Reason } from '../model/finding.js';
import { deriveSeed } from '../model/rng.js';
import type { World } from '../projection/world.js';
import type { Detector, DetectorContext } from './detector.js';
import { listLevel } from './parameters.js';
import { driftOf } from './suddenChange/drift.js';
import { explain, type Jump, type RegularsTest } from './suddenChange/explain.js';
import { newcomers } from './suddenChange/newcomers.js';
import { newRegulars, type Regular, regularsOf, rowsOfRegulars } from './suddenChange/regulars.js';
import {
  changedRows,
  isAway,
  MEASURES,
  type Measure,
  type Weeks,
  weekly,
} from './suddenChange/weeks.js';
import {
  conclude,
  fundOf,
  inOrder,
  institutionSubject,
  memberSubjects,
  reason,
} from './telling.js';

const ID = 'sudden-change';
const VERSION = 10;
/** A jump less likely than this in its first simulated years is held against so many times as many. */
const PROMISING = 0.5;
const CONFIRM = 10;
/** Jumps and new regulars: two ways to stand out, both paid for. */
const WAYS = 2;

const parameters = z.object({
  ratio: z
    .number()
    .min(1.1)
    .max(20)
    .default(2)
    .describe('Level within the change ÷ level outside it, the peers allowed for, at least'),
  margin: z
    .number()
    .int()
    .min(2)
    .max(26)
    .default(5)
    .describe('Weeks before a change and of it, at least'),
  events: z
    .number()
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe('So many busiest weeks are taken for events and cut to the next busiest'),
  settlements: z
    .number()
    .int()
    .min(20)
    .max(10_000)
    .default(100)
    .describe('Institutions with fewer settlements in the period are not looked at'),
  regular: z
    .number()
    .int()
    .min(3)
    .max(50)
    .default(5)
    .describe('Visits that make somebody who was never seen before a regular of the place'),
  drift: z
    .number()
    .min(0)
    .max(2)
    .default(0.15)
    .describe('Least deviation of the log of honest level shifts'),
  worlds: z
    .number()
    .int()
    .min(50)
    .max(1000)
    .default(99)
    .describe('Simulated years of an institution; ten times as many where it seems to stand out'),
  q: listLevel,
});

/** What each measure counts. */
const UNITS = {
  visits: 'settlements',
  spend: 'mean-settlements',
  outsiders: 'settlements',
  'new-regulars': 'people',
} as const;

type Parameters = z.output<typeof parameters>;

/**
 * An institution whose visits, spending or patients from elsewhere jump, for good or for a season, and its peers' do not;
 * or to which a crowd begins to come that was never there before.
 */
export const suddenChange: Detector<typeof parameters> = {
  id: ID,
  version: VERSION,
  parameters,
  needs: [],
  async detect(world, params, context) {
    const all = (i: number) => i >= 0;
    const series = new Map(MEASURES.map((m) => [m, weekly(world, m, all)]));
    throwIfAborted(context.signal);
    const rows = new Float64Array(world.institutions.ids.length);
    for (let i = 0; i < world.settlements.count; i++)
      if (!world.settlements.cancelled[i]) rows[world.settlements.institution[i]!]!++;
    const places = [...rows.keys()].filter((h) => rows[h]! >= params.settlements);
    const drifts = new Map(MEASURES.map((m) => [m, driftOf(series.get(m)!, places, params.drift)]));
    const looks = places.length * MEASURES.length;
    const findings: Finding[] = [];
    const visits = series.get('visits')!;
    const regular = regularsOf(world, visits.firstDay, params.regular);
    const regulars = regularsTest(world, params, regular, visits.weeks);
    const usual = regulars(all);
    const away = isAway(world);
    for (let h = 0; h < rows.length; h++) {
      throwIfAborted(context.signal);
      const test = (measure: Measure, weeks: Weeks): Jump | undefined =>
        jumpOf(world, params, context, measure, weeks, h, drifts.get(measure)!, looks);
      const jumps = [
        ...(rows[h]! >= params.settlements
          ? MEASURES.flatMap((m) => test(m, series.get(m)!) ?? [])
          : []),
        usual(h),
      ]
        .filter((j) => j.p <= params.q)
        .sort((x, y) => x.p - y.p);
      if (jumps.length === 0) continue;
      const innocent = explain(world, params, h, jumps[0]!, series, test, regular, regulars);
      const finding = describe(world, params, h, jumps, visits.firstDay, regular, innocent);
      const unsure = finding.status === 'finding' && away(h);
      findings.push(unsure ? { ...finding, status: 'review', p: null } : finding);
    }
    return inOrder(findings);
  },
};

function jumpOf(
  world: World,
  params: Parameters,
  context: DetectorContext,
  measure: Measure,
  { weeks, counts, expected, clustering }: Weeks,
  h: number,
  drift: number,
  looks: number,
): Jump | undefined {
  const usual = expected.subarray(h * weeks, (h + 1) * weeks);
  const own = withoutEvents(counts.subarray(h * weeks, (h + 1) * weeks), usual, params.events);
  const dispersion = Math.max(clustering[h]!, weeklyDispersion(own, usual));
  const scan = scanChange(own, usual, params.margin, dispersion);
  if (!scan || scan.ratio < params.ratio) return undefined;
  // The weeks before must be more like those outside than like the change: a place that wanes never jumped.
  if (scan.rise < Math.sqrt(scan.ratio)) return undefined;
  // Twice the statistic is at best χ² with one degree of freedom at the best of `weeks` points.
  if (scan.statistic < 3) return { measure, scan, p: 1 };
  const p = (worlds: number) => {
    const seed = deriveSeed(context.seed, `${measure} ${world.institutions.ids[h]} ${worlds}`);
    const tail = changeP(own, usual, scan.statistic, {
      ...{ margin: params.margin, dispersion, drift, worlds, seed },
    });
    return sidak(tail, looks * WAYS);
  };
  const first = p(params.worlds);
  // Few years say little of a far tail: what seems to stand out is looked at again in many.
  return { measure, scan, p: first > PROMISING ? first : p(params.worlds * CONFIRM) };
}

/** The test of new regulars among the settlements that count. */
function regularsTest(
  world: World,
  params: Parameters,
  regular: readonly Regular[],
  weeks: number,
): RegularsTest {
  return (counts) => {
    const found = newRegulars(world, regular, weeks, params.regular, counts);
    return (h) => {
      const [after, expected] = [found.people[h]!, found.expected[h]!];
      return {
        measure: 'new-regulars',
        scan: {
          ...{ at: found.week[h]!, until: weeks, after, expected },
          ratio: after / Math.max(1e-9, expected),
        },
        p: sidak(found.p[h]!, WAYS),
      };
    };
  };
}

function describe(
  world: World,
  params: Parameters,
  h: number,
  jumps: readonly Jump[],
  firstDay: number,
  regular: readonly Regular[],
  innocent: readonly InnocentExplanation[],
): Finding {
  const first = jumps[0]!;
  const rowsOf = jumps.map(({ measure, scan }) =>
    measure === 'new-regulars'
      ? rowsOfRegulars(world, regular, h, scan.at)
      : changedRows(world, h, measure, firstDay, scan),
  );
  const rows = rowsOf[0]!;
  const share = 1 - 1 / Math.max(1, first.scan.ratio);
  const [main, ...rest] = jumps.map(
    (jump, i): Reason =>
      reason(world, ID, jump.measure, {
        measured: Math.round(jump.scan.after),
        expected: jump.scan.expected,
        unit: UNITS[jump.measure],
        rows: rowsOf[i]!,
        p: jump.p,
      }),
  );
  const members =
    first.measure === 'new-regulars'
      ? rows.map((i) => world.settlements.patient[i]!)
      : newcomers(world, rows, h, first.scan.at, firstDay, rows.length * share);
  const since = reason(world, ID, 'lasts', {
    measured: first.scan.until - first.scan.at,
    expected: 0,
    unit: 'weeks',
    rows,
  });
  return {
    detector: ID,
    detectorVersion: VERSION,
    kind: 'entity',
    subjects: [institutionSubject(world, h), ...memberSubjects(world, members)],
    reasons: [main!, ...rest, since],
    innocent,
    ...conclude(first.p, innocent, params.q),
    fundAtRisk: Math.round(fundOf(world, rows) * share),
  };
}
