import { z } from 'zod';
import { sidak } from '../algorithms/multiplicity.js';
import { testPeers } from '../algorithms/peerCounts.js';
import { median } from '../algorithms/robust.js';
import { logNegativeBinomialTail } from '../algorithms/tails.js';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import type { World } from '../projection/world.js';
import type { Detector } from './detector.js';
import { fundOfItems } from './money.js';
import { listLevel } from './parameters.js';
import { type Duplicate, duplicates } from './supply/duplicates.js';
import { conclude, inOrder, ranked, reason } from './telling.js';

const DETECTOR = 'duplicate-prescribing';
const VERSION = 4;

const parameters = z.object({
  minDays: z
    .number()
    .int()
    .min(7)
    .max(3650)
    .default(30)
    .describe('Days of supply given again by another hospital, at least, over all drugs'),
  early: z
    .number()
    .int()
    .min(1)
    .max(30)
    .default(10)
    .describe(
      'Days that another hospital’s last supply (a month at most) lasts when a fill is early',
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
    .describe('Overdispersion φ of honest people; of early fills at least'),
  q: listLevel,
});
type Parameters = z.output<typeof parameters>;

/** Fewer people with drugs from hospitals than this say nothing of what is usual. */
const LEAST = 200;
/** One early day, and one doubled drug, in so many before anybody is looked at. */
const PRIOR_EXPOSURE = 1000;
/** Share of the people that may stand apart: hardly any honest person has one, so that a few with dozens would hide the others. */
const ASIDE = 0.01;
/** Fills that come too early, and drugs doubled one after another: two looks at one person. */
const LOOKS = 2;

/** The same ingredient from several hospitals at once, far beyond what others do (跨院重复开药). */
export const duplicatePrescribing: Detector<typeof parameters> = {
  id: DETECTOR,
  version: VERSION,
  parameters,
  needs: ['fee_list_d'],
  uses: ['hilist_b'],
  async detect(world, params, context) {
    throwIfAborted(context.signal);
    const all = duplicates(world, params.early, (patient) => {
      if (patient % 4096 === 0) throwIfAborted(context.signal);
    });
    const calibrated = all.length >= LEAST;
    const early = tailsOfEarly(all, (d) => d.early, params);
    const earlyNotNew = tailsOfEarly(all, (d) => d.notNew, params);
    const newly = tailsByOthers(
      all.map((d) => ({ count: d.newly, exposure: d.drugs })),
      PRIOR_EXPOSURE,
      params,
    );
    const either = (p: number, i: number, doubled: number) =>
      Math.min(1, LOOKS * Math.min(p, newly(i, doubled)));
    const plain = (i: number) => either(early(i), i, all[i]!.newly);
    const notNew = (i: number) => either(earlyNotNew(i), i, all[i]!.newlyKept);
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

/**
 * Family-wise p of each person's early days by days with drugs, against everybody else's. No honest person may have any, so φ
 * is weighed from `spread` on by what those show who are not apart (peerCounts).
 */
function tailsOfEarly(
  all: readonly Duplicate[],
  early: (d: Duplicate) => number,
  params: Parameters,
): (i: number) => number {
  const test = testPeers(
    all.map((d) => ({ k: early(d), exposure: d.visits, stratum: 0 })),
    {
      ...{ prior: 1 / PRIOR_EXPOSURE, priorExposure: PRIOR_EXPOSURE },
      ...{ spread: params.spread, aside: ASIDE },
    },
  );
  return (i) => sidak(Math.exp(test.logP[i]!), test.looks);
}

interface Counted {
  readonly count: number;
  readonly exposure: number;
}

/**
 * Family-wise tail of so many drugs doubled by one person, by what everybody else does who is not surer: hardly any honest
 * person has one, so that a few who have many would hide the others. How much honest people differ cannot be
 * read off those few, so it is given (negative binomial, stepping down from the largest; Holm 1979).
 */
function tailsByOthers(
  all: readonly Counted[],
  prior: number,
  params: Parameters,
): (i: number, count: number) => number {
  let counts = all.reduce((n, c) => n + c.count, 1);
  let exposure = all.reduce((n, c) => n + c.exposure, prior);
  const tail = (count: number, own: Counted, rate: number) =>
    sidak(
      Math.exp(logNegativeBinomialTail(count, rate * own.exposure, 1 / params.spread)),
      all.length,
    );
  const rates = new Float64Array(all.length).fill(Number.NaN);
  const order = [...all.keys()]
    .filter((i) => all[i]!.count > 0)
    .sort((x, y) => all[y]!.count - all[x]!.count || all[x]!.exposure - all[y]!.exposure || x - y);
  for (const i of order) {
    const own = all[i]!;
    // Only who stands out against all others, himself apart, is set aside for those who follow.
    const rate = (counts - own.count) / (exposure - own.exposure);
    if (tail(own.count, own, rate) > params.q) break;
    rates[i] = rate;
    counts -= own.count;
    exposure -= own.exposure;
  }
  return (i, count) => {
    const rate = rates[i]!;
    return tail(count, all[i]!, Number.isNaN(rate) ? counts / exposure : rate);
  };
}

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
          {
            code: 'dose-change',
            q: notNew,
            weight: weight(d.notNew + d.newlyKept, d.early + d.newly),
          },
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
