import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { logNegativeBinomialTail } from '../algorithms/tails.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import type { World } from '../projection/world.js';
import type { Detector } from './detector.js';
import { median } from './inventory/shortfalls.js';
import { fundOfItems } from './money.js';
import { listLevel } from './parameters.js';
import { type Duplicate, duplicates } from './supply/duplicates.js';
import { conclude, inOrder, ranked, reason } from './telling.js';

const DETECTOR = 'duplicate-prescribing';
const VERSION = 2;

const parameters = z.object({
  minDays: z
    .number()
    .int()
    .min(7)
    .max(3650)
    .default(30)
    .describe('Days of supply given again by another hospital, at least, over all drugs'),
  others: z
    .number()
    .int()
    .min(1)
    .max(10)
    .default(2)
    .describe(
      'A fill is too early while so many other hospitals’ supplies last: one other may not know, of two somebody does',
    ),
  reviewDays: z
    .number()
    .int()
    .min(30)
    .max(3650)
    .default(365)
    .describe(
      'Days from which a person is put up for review where too few are there to compare with',
    ),
  spread: z
    .number()
    .min(0.1)
    .max(20)
    .default(3)
    .describe('Overdispersion φ of early fills among honest people'),
  q: listLevel,
});
type Parameters = z.output<typeof parameters>;

/** Fewer people with drugs from hospitals than this say nothing of what is usual. */
const LEAST = 200;
/** Fills without a single early one that the rate of early fills begins with. */
const PRIOR_FILLS = 1000;

/** The same ingredient from several hospitals at once, far beyond what others do (跨院重复开药). */
export const duplicatePrescribing: Detector<typeof parameters> = {
  id: DETECTOR,
  version: VERSION,
  parameters,
  needs: ['fee_list_d'],
  uses: ['hilist_b'],
  async detect(world, params, context) {
    throwIfAborted(context.signal);
    const all = duplicates(world, params.others, (patient) => {
      if (patient % 4096 === 0) throwIfAborted(context.signal);
    });
    const calibrated = all.length >= LEAST;
    const fills = all.reduce((n, d) => n + d.fills, 0);
    // Everybody's rate, the guilty included: hardly any honest person has an early fill, and how much they
    // differ cannot be read off those few, so it is given.
    const test = (early: (d: Duplicate) => number) => {
      const rate = (all.reduce((n, d) => n + early(d), 0) + 1) / (fills + PRIOR_FILLS);
      return (i: number) =>
        sidak(
          Math.exp(
            logNegativeBinomialTail(early(all[i]!), rate * all[i]!.fills, 1 / params.spread),
          ),
          all.length,
        );
    };
    const plain = test((d) => d.early);
    const notNew = test((d) => d.notNew);
    throwIfAborted(context.signal);
    const usual = median(all.filter((d) => d.days > 0).map((d) => d.days));
    const findings: Finding[] = [];
    all.forEach((d, i) => {
      if (d.days < (calibrated ? params.minDays : params.reviewDays)) return;
      const p = calibrated ? plain(i) : undefined;
      if (p !== undefined && p > params.q) return;
      findings.push(describe(world, d, usual, p, p === undefined ? 0 : notNew(i), params));
    });
    return inOrder(findings);
  },
};

/** `p` is undefined where too few people are there to compare with. */
function describe(
  world: World,
  d: Duplicate,
  usual: number,
  p: number | undefined,
  notNew: number,
  params: Parameters,
): Finding {
  const weight = (left: number, of: number) => Math.max(0, 1 - left / Math.max(1, of));
  // What fetching early or a long script accounts for is in no count of early fills.
  const innocent: InnocentExplanation[] =
    p === undefined
      ? []
      : [
          { code: 'dose-change', q: notNew, weight: weight(d.notNew, d.early) },
          { code: 'early-refill', q: p, weight: weight(d.notEarly, d.days) },
          { code: 'long-script', q: p, weight: weight(d.monthly, d.days) },
        ];
  const twice = (item: number) => d.ingredients.has(world.items.ingredient[item]!);
  const items = world.items.ids.filter((_, k) => twice(k) && bought(world, d, k));
  return {
    detector: DETECTOR,
    detectorVersion: VERSION,
    kind: 'entity',
    subjects: [
      { kind: 'patient', id: world.patients.ids[d.patient]!, role: 'core' },
      ...items.map((id) => ({ kind: 'drug', id, role: 'item' }) as const),
    ],
    reasons: [
      reason(world, DETECTOR, 'overlapping-supply', {
        ...{ measured: d.days, expected: usual, unit: 'days', rows: d.rows },
        ...(p === undefined ? {} : { p }),
      }),
      reason(world, DETECTOR, 'hospitals', {
        ...{ measured: d.hospitals, expected: 1, unit: 'hospitals', rows: d.rows },
      }),
    ],
    innocent: ranked(innocent),
    ...(p === undefined ? { status: 'review', p: null } : conclude(p, innocent, params.q)),
    fundAtRisk: fundOfItems(world, d.rows, (_, item) => twice(item)),
  };
}

function bought(world: World, d: Duplicate, item: number): boolean {
  const { lines } = world;
  return d.rows.some((row) => {
    for (let l = lines.start[row]!; l < lines.start[row + 1]!; l++)
      if (lines.item[l] === item) return true;
    return false;
  });
}
