import { z } from 'zod';
import {
  type ChangeScan,
  changeP,
  scanChange,
  weeklyDispersion,
  withoutEvents,
} from '../algorithms/changePoint.js';
import { sidak } from '../algorithms/multiplicity.js';
import { quantileSorted } from '../algorithms/robust.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation, Reason } from '../model/finding.js';
import { deriveSeed } from '../model/rng.js';
import type { World } from '../projection/world.js';
import type { Detector, DetectorContext } from './detector.js';
import { listLevel } from './parameters.js';
import { hypotheses } from './suddenChange/hypotheses.js';
import { newcomers } from './suddenChange/newcomers.js';
import {
  isOutsider,
  MEASURES,
  type Measure,
  type Weeks,
  weekly,
  weekOf,
} from './suddenChange/weeks.js';
import {
  conclude,
  fundOf,
  inOrder,
  institutionSubject,
  memberSubjects,
  ranked,
  reason,
} from './telling.js';

const ID = 'sudden-change';
const VERSION = 2;
/** Before a change, an institution that has this share of its later level was not open yet. */
const CLOSED = 0.05;

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
    .describe('Simulated years of an institution'),
  q: listLevel,
});

type Parameters = z.output<typeof parameters>;

interface Jump {
  readonly measure: Measure;
  readonly scan: ChangeScan;
  readonly p: number;
}

/** An institution whose visits, spending or patients from elsewhere jump, for good or for a season, and its peers' do not. */
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
    const drifts = new Map(MEASURES.map((m) => [m, driftOf(series.get(m)!, places, params)]));
    const looks = places.length * MEASURES.length;
    const findings: Finding[] = [];
    for (const h of places) {
      throwIfAborted(context.signal);
      const test = (measure: Measure, weeks: Weeks): Jump | undefined =>
        jumpOf(world, params, context, measure, weeks, h, drifts.get(measure)!, looks);
      const jumps = MEASURES.flatMap((m) => test(m, series.get(m)!) ?? [])
        .filter((j) => j.p <= params.q)
        .sort((x, y) => x.p - y.p);
      if (jumps.length === 0) continue;
      const innocent = explain(world, params, h, jumps[0]!, series, test);
      findings.push(describe(world, params, h, jumps, series, innocent));
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
  // Twice the statistic is at best χ² with one degree of freedom at the best of `weeks` points.
  if (scan.statistic < 3) return { measure, scan, p: 1 };
  const p = changeP(own, usual, scan.statistic, {
    ...{ margin: params.margin, dispersion, drift, worlds: params.worlds },
    seed: deriveSeed(context.seed, `${measure} ${world.institutions.ids[h]}`),
  });
  return { measure, scan, p: sidak(p, looks) };
}

/** Deviation of the log of the change between the halves of the period, beyond chance, over all institutions. */
function driftOf(
  { weeks, counts, expected, clustering }: Weeks,
  places: readonly number[],
  params: Parameters,
): number {
  const half = weeks >> 1;
  const moves: number[] = [];
  const chance: number[] = [];
  for (const h of places) {
    const part = (from: number, to: number) => {
      let [k, e] = [0, 0];
      for (let t = from; t < to; t++) {
        k += counts[h * weeks + t]!;
        e += expected[h * weeks + t]!;
      }
      return { k, e };
    };
    const [a, b] = [part(0, half), part(half, weeks)];
    if (a.k < 10 || b.k < 10) continue;
    moves.push(Math.log(b.k / b.e / (a.k / a.e)));
    const dispersion = weeklyDispersion(
      counts.subarray(h * weeks, (h + 1) * weeks),
      expected.subarray(h * weeks, (h + 1) * weeks),
    );
    chance.push(Math.max(clustering[h]!, dispersion) * (1 / a.k + 1 / b.k));
  }
  if (moves.length < 8) return params.drift;
  const median = quantileSorted(
    moves.sort((x, y) => x - y),
    0.5,
  );
  const spread = moves.map((m) => Math.abs(m - median)).sort((x, y) => x - y);
  const variance = (1.4826 * quantileSorted(spread, 0.5)) ** 2;
  const sampling = quantileSorted(
    chance.sort((x, y) => x - y),
    0.5,
  );
  return Math.max(params.drift, Math.sqrt(Math.max(0, variance - sampling)));
}

/** Each hypothesis takes its settlements away, here and at the peers, and the rest is tested again. */
function explain(
  world: World,
  params: Parameters,
  h: number,
  jump: Jump,
  series: ReadonlyMap<Measure, Weeks>,
  test: (measure: Measure, weeks: Weeks) => Jump | undefined,
): InnocentExplanation[] {
  const { weeks, firstDay, counts } = series.get(jump.measure)!;
  const change = { institution: h, week: jump.scan.at, firstDay, weeks };
  const after = (of: Float64Array) => {
    let sum = 0;
    for (let t = jump.scan.at; t < jump.scan.until; t++) sum += of[h * weeks + t]!;
    return sum;
  };
  const excess = Math.max(1e-9, jump.scan.after - jump.scan.expected);
  const out = hypotheses(world, change).map(([code, accounts]) => {
    const left = weekly(world, jump.measure, (i) => !accounts(i));
    const gone = after(counts) - after(left.counts);
    const weight = Math.min(1, gone / excess);
    return { code, q: weight > 0 ? (test(jump.measure, left)?.p ?? 1) : jump.p, weight };
  });
  const visits = series.get('visits')!;
  const opened = scanChange(
    visits.counts.subarray(h * weeks, (h + 1) * weeks),
    visits.expected.subarray(h * weeks, (h + 1) * weeks),
    1,
    1,
  );
  const isNew = opened !== undefined && opened.expected <= CLOSED * opened.after;
  const fresh = { code: 'newly-opened', q: isNew ? 1 : jump.p, weight: isNew ? 1 : 0 };
  return ranked([...out, fresh].map((x) => ({ ...x, q: x.weight > params.q ? x.q : jump.p })));
}

function describe(
  world: World,
  params: Parameters,
  h: number,
  jumps: readonly Jump[],
  series: ReadonlyMap<Measure, Weeks>,
  innocent: readonly InnocentExplanation[],
): Finding {
  const first = jumps[0]!;
  const { firstDay } = series.get(first.measure)!;
  const rowsOf = jumps.map(({ measure, scan }) => changedRows(world, h, measure, firstDay, scan));
  const rows = rowsOf[0]!;
  const share = 1 - 1 / Math.max(1, first.scan.ratio);
  const [main, ...rest] = jumps.map(
    (jump, i): Reason =>
      reason(world, ID, jump.measure, {
        measured: Math.round(jump.scan.after),
        expected: jump.scan.expected,
        unit: jump.measure === 'spend' ? 'mean-settlements' : 'settlements',
        rows: rowsOf[i]!,
        p: jump.p,
      }),
  );
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
    subjects: [
      institutionSubject(world, h),
      ...memberSubjects(
        world,
        newcomers(world, rows, h, first.scan.at, firstDay, rows.length * share),
      ),
    ],
    reasons: [main!, ...rest, since],
    innocent,
    ...conclude(first.p, innocent, params.q),
    fundAtRisk: Math.round(fundOf(world, rows) * share),
  };
}

/** Settlements of the measure within the change, in order of time. */
function changedRows(
  world: World,
  h: number,
  measure: Measure,
  firstDay: number,
  { at, until }: ChangeScan,
): number[] {
  const s = world.settlements;
  const rows: number[] = [];
  for (let i = 0; i < s.count; i++) {
    if (s.institution[i] !== h || s.cancelled[i]) continue;
    const week = weekOf(world, i, firstDay);
    if (week < at || week >= until) continue;
    if (measure !== 'outsiders' || isOutsider(world, i)) rows.push(i);
  }
  return rows.sort((x, y) => s.time[x]! - s.time[y]! || x - y);
}
