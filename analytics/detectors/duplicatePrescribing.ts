import { z } from 'zod';
import { exceedanceTail } from '../algorithms/exceedance.js';
import { sidak } from '../algorithms/multiplicity.js';
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
const VERSION = 1;

const parameters = z.object({
  minDays: z
    .number()
    .int()
    .min(7)
    .max(3650)
    .default(30)
    .describe('Days of supply given again by another hospital, at least'),
  reviewDays: z
    .number()
    .int()
    .min(30)
    .max(3650)
    .default(365)
    .describe(
      'Days from which a person is put up for review where too few are there to compare with',
    ),
  q: listLevel,
});
type Parameters = z.output<typeof parameters>;

/** The same ingredient from several hospitals at once, far beyond what others do (跨院重复开药). */
export const duplicatePrescribing: Detector<typeof parameters> = {
  id: DETECTOR,
  version: VERSION,
  parameters,
  needs: ['fee_list_d'],
  uses: ['hilist_b'],
  async detect(world, params, context) {
    throwIfAborted(context.signal);
    const found = duplicates(world, (patient) => {
      if (patient % 4096 === 0) throwIfAborted(context.signal);
    });
    const p = tests(found);
    const best = new Map<number, number>();
    found.forEach((d, i) => {
      const known = best.get(d.patient);
      if (known === undefined || p.plain(i) < p.plain(known)) best.set(d.patient, i);
    });
    const findings: Finding[] = [];
    for (const i of best.values()) {
      if (found[i]!.days < params.minDays) continue;
      const finding = describe(world, found[i]!, p, i, params);
      if (finding) findings.push(finding);
    }
    return inOrder(findings);
  },
};

interface Tests {
  readonly calibrated: boolean;
  /** Family-wise p of one duplicate. */
  readonly plain: (i: number) => number;
  readonly without: ReadonlyArray<readonly [code: string, p: (i: number) => number]>;
  /** Days that half of those with any show of the ingredient. */
  readonly usual: (i: number) => number;
}

/** Duplicates of an ingredient from which its own scale is known. */
const OWN = 30;

/**
 * Overlap in units of what is usual for the ingredient (packs differ in size), on the log scale,
 * against everybody’s; what an explanation accounts for is taken away from everybody.
 */
function tests(found: readonly Duplicate[]): Tests {
  const all = median(found.map((d) => d.days));
  const byDrug = new Map<number, number[]>();
  for (const d of found) byDrug.set(d.ingredient, [...(byDrug.get(d.ingredient) ?? []), d.days]);
  const scale = new Map(
    [...byDrug].map(([g, days]) => [g, Math.max(OWN, days.length >= OWN ? median(days) : all)]),
  );
  const test = (days: (d: Duplicate) => number) => {
    const y = found.map((d) => Math.log1p(days(d) / scale.get(d.ingredient)!));
    const tail = exceedanceTail(y.filter((v) => v > 0));
    return {
      known: tail !== undefined,
      p: (i: number) => (tail && y[i]! > 0 ? sidak(tail(y[i]!), found.length) : 1),
    };
  };
  const plain = test((d) => d.days);
  return {
    calibrated: plain.known,
    plain: plain.p,
    without: [
      ['dose-change', test((d) => d.sameItem).p],
      ['early-refill', test((d) => d.notEarly).p],
      ['long-script', test((d) => d.monthly).p],
    ],
    usual: (i) => scale.get(found[i]!.ingredient)!,
  };
}

function describe(
  world: World,
  d: Duplicate,
  test: Tests,
  i: number,
  params: Parameters,
): Finding | undefined {
  const p = test.plain(i);
  if (test.calibrated ? p > params.q : d.days < params.reviewDays) return undefined;
  const shares = [d.sameItem, d.notEarly, d.monthly].map((left) => 1 - left / d.days);
  const innocent: InnocentExplanation[] = test.calibrated
    ? test.without.map(([code, q], k) => ({ code, q: q(i), weight: Math.max(0, shares[k]!) }))
    : [];
  const ingredient = (item: number) => world.items.ingredient[item] === d.ingredient;
  const items = world.items.ids.filter((_, k) => ingredient(k) && bought(world, d, k));
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
        ...{ measured: d.days, expected: test.usual(i), unit: 'days', rows: d.rows },
        ...(test.calibrated ? { p } : {}),
      }),
      reason(world, DETECTOR, 'hospitals', {
        ...{ measured: d.hospitals, expected: 1, unit: 'hospitals', rows: d.rows },
      }),
    ],
    innocent: ranked(innocent),
    ...(test.calibrated ? conclude(p, innocent, params.q) : { status: 'review', p: null }),
    fundAtRisk: fundOfItems(world, d.rows, (_, item) => ingredient(item)),
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
