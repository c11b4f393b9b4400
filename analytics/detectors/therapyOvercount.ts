import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { testPeers } from '../algorithms/peerCounts.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import type { World } from '../projection/world.js';
import type { Detector } from './detector.js';
import { fundOfItems } from './money.js';
import { listLevel } from './parameters.js';
import { conclude, inOrder, institutionSubject, itemSubjects, ranked, reason } from './telling.js';
import { type TherapyCount, therapyCounts } from './therapy/counts.js';
import { THERAPIES } from './therapy/kinds.js';

const DETECTOR = 'therapy-overcount';
const VERSION = 3;
/** A kind is counted otherwise on the ward, by the day, than at the counter. */
const SETTINGS = THERAPIES.flatMap((_, kind) => [false, true].map((bed) => ({ kind, bed })));

/** Overdispersion of what a patient gets in all: houses differ more in courses than in what a day holds. */
const COURSES = 0.1;

const parameters = z.object({
  ratio: z
    .number()
    .min(1.1)
    .max(20)
    .default(1.5)
    .describe('Times what others count for the same days, at least'),
  units: z.number().min(10).max(100_000).default(100).describe('Units beyond that, at least'),
  spread: z
    .number()
    .min(0.001)
    .max(2)
    .default(0.01)
    .describe('Overdispersion that honest institutions have at least'),
  dayMinutes: z
    .number()
    .min(240)
    .max(1440)
    .default(600)
    .describe('Minutes that one pair of hands works in a day'),
  q: listLevel,
});
type Parameters = z.output<typeof parameters>;

/** Acupuncture, massage, rehabilitation, imaging and tests counted more often than done (虚计诊疗次数). */
export const therapyOvercount: Detector<typeof parameters> = {
  id: DETECTOR,
  version: VERSION,
  parameters,
  needs: ['fee_list_d'],
  async detect(world, params, context) {
    throwIfAborted(context.signal);
    const counts = therapyCounts(world);
    const byDay = againstPeers(counts, (c) => c.usual, params.spread);
    const byPatient = againstPeers(
      counts,
      (c) => c.usualByPatient,
      Math.max(COURSES, params.spread),
    );
    throwIfAborted(context.signal);
    const findings: Finding[] = [];
    counts.forEach((c, i) => {
      const expected = byDay.expected[i]!;
      const p = sidak(Math.exp(byDay.logP[i]!), byDay.looks);
      if (p > params.q || c.units < params.ratio * expected || c.units - expected < params.units)
        return;
      // Short courses of several sittings a day: as many for each patient as elsewhere.
      const innocent: InnocentExplanation[] = [
        {
          code: 'dense-course',
          q: sidak(Math.exp(byPatient.logP[i]!), byPatient.looks),
          weight: Math.max(
            0,
            1 - Math.max(0, c.units - byPatient.expected[i]!) / (c.units - expected),
          ),
        },
      ];
      findings.push(describe(world, c, expected, p, innocent, params));
    });
    return inOrder(findings);
  },
};

/** Each kind and setting by itself: a house that overcounts one must not widen the law of the next. */
function againstPeers(
  counts: readonly TherapyCount[],
  usual: (c: TherapyCount) => number,
  spread: number,
): { expected: Float64Array; logP: Float64Array; looks: number } {
  const expected = new Float64Array(counts.length);
  const logP = new Float64Array(counts.length);
  let looks = 0;
  for (const { kind, bed } of SETTINGS) {
    const at = [...counts.keys()].filter((i) => counts[i]!.kind === kind && counts[i]!.bed === bed);
    const test = testPeers(
      at.map((i) => ({
        ...{ k: Math.round(counts[i]!.units), exposure: usual(counts[i]!), stratum: 0 },
      })),
      { prior: 1, priorExposure: 50, spread, alone: true },
    );
    looks += test.looks;
    at.forEach((i, n) => {
      expected[i] = test.expected[n]!;
      logP[i] = test.logP[n]!;
    });
  }
  return { expected, logP, looks };
}

function describe(
  world: World,
  count: TherapyCount,
  expected: number,
  p: number,
  innocent: readonly InnocentExplanation[],
  params: Parameters,
): Finding {
  const items = new Set(count.items);
  const share = Math.max(0, 1 - expected / count.units);
  const crowded = beyondHands(world, count, params.dayMinutes);
  return {
    ...{ detector: DETECTOR, detectorVersion: VERSION, kind: 'entity' },
    subjects: [institutionSubject(world, count.institution), ...itemSubjects(world, items)],
    reasons: [
      reason(world, DETECTOR, `${THERAPIES[count.kind]!.kind}-counts`, {
        ...{ measured: count.units, expected, unit: 'times', rows: count.rows, p },
      }),
      ...(crowded.length > 0
        ? [
            reason(world, DETECTOR, 'beyond-hands', {
              ...{ measured: crowded.length, expected: 0, unit: 'days' },
              rows: crowded.flatMap((d) => d.rows),
            }),
          ]
        : []),
    ],
    innocent: ranked(innocent),
    ...conclude(p, innocent, params.q),
    fundAtRisk: Math.round(fundOfItems(world, count.rows, (_, item) => items.has(item)) * share),
  };
}

/** Days on which the sittings of patients without a bed took more minutes than all who order them there have. */
function beyondHands(
  world: World,
  count: TherapyCount,
  dayMinutes: number,
): Array<{ rows: number[] }> {
  const { lines, settlements: s } = world;
  const { minutes } = THERAPIES[count.kind]!;
  if (minutes === 0) return [];
  const items = new Set(count.items);
  const hands = new Set<number>();
  const days = new Map<number, { minutes: number; rows: number[] }>();
  for (const row of new Set(count.rows)) {
    if (s.beginDay[row] !== s.endDay[row]) continue;
    const day = days.get(s.day[row]!) ?? { minutes: 0, rows: [] };
    days.set(s.day[row]!, day);
    day.rows.push(row);
    for (let l = lines.start[row]!; l < lines.start[row + 1]!; l++) {
      if (!items.has(lines.item[l]!)) continue;
      day.minutes += minutes * lines.units[l]!;
      const doctor = lines.doctor[l]! >= 0 ? lines.doctor[l]! : s.doctor[row]!;
      if (doctor >= 0) hands.add(doctor);
    }
  }
  if (hands.size === 0) return [];
  return [...days]
    .sort((x, y) => x[0] - y[0])
    .map(([, d]) => d)
    .filter((d) => d.minutes > hands.size * dayMinutes);
}
