import { z } from 'zod';
import { throwIfAborted } from '../model/errors.js';
import type { Finding, InnocentExplanation } from '../model/finding.js';
import type { World } from '../projection/world.js';
import type { Detector } from './detector.js';
import { type Measures, type SiteGaps, siteGaps } from './inventory/gaps.js';
import {
  ownShares,
  reportedShares,
  riseOf,
  type Shortfall,
  shortfalls,
  usualPrices,
} from './inventory/shortfalls.js';
import { fundOfItems } from './money.js';
import { listLevel } from './parameters.js';
import { conclude, inOrder, institutionSubject, itemSubjects, ranked, reason } from './telling.js';

const DETECTOR = 'inventory-gap';
const VERSION = 4;

const parameters = z.object({
  sigma: z
    .number()
    .min(2)
    .max(20)
    .default(3)
    .describe('Robust standard deviations that an item’s gap stands out from its like'),
  packs: z
    .number()
    .min(1)
    .max(10_000)
    .default(20)
    .describe('Packs that were sold and never bought, of one item, more than'),
  smallSigma: z
    .number()
    .min(1)
    .max(20)
    .default(2)
    .describe('Robust standard deviations of a gap where many items are short of few packs'),
  items: z
    .number()
    .int()
    .min(3)
    .max(200)
    .default(8)
    .describe('Items that are short, at least, where each is short of few packs'),
  openingDays: z
    .number()
    .int()
    .min(0)
    .max(365)
    .default(60)
    .describe('Days of sales that may have stood on the shelf before the period'),
  q: listLevel,
});
type Parameters = z.output<typeof parameters>;

/** Institutions that sold more of a drug than they ever bought (进销存不符). */
export const inventoryGap: Detector<typeof parameters> = {
  id: DETECTOR,
  version: VERSION,
  parameters,
  needs: ['fee_list_d', 'invt_d'],
  async detect(world, params, context) {
    const pairs = shortfalls(world);
    throwIfAborted(context.signal);
    if (pairs.length === 0) return [];
    const shares = reportedShares(pairs);
    const plain = siteGaps(pairs, measuresOf(world, shares), params);
    const odd = plain.filter((site) => site.p <= params.q);
    if (odd.length === 0) return [];
    throwIfAborted(context.signal);
    const without = explanations(world, pairs, shares, params, plain);
    return inOrder(odd.map((site) => describe(world, site, without, params)));
  },
};

interface Hypothesis {
  readonly code: string;
  readonly sites: ReadonlyMap<number, SiteGaps>;
}

/** Each hypothesis takes away what it accounts for, at everybody, and tests again. */
function explanations(
  world: World,
  pairs: readonly Shortfall[],
  shares: (pair: Shortfall) => number,
  params: Parameters,
  found: readonly SiteGaps[],
): Hypothesis[] {
  const days = Math.max(1, world.toDay - world.fromDay);
  const gaps = new Set(found.flatMap((site) => site.gaps.map((g) => g.pair)));
  const ownShare = ownShares(pairs, shares, gaps);
  const again = (code: string, measures: Measures): Hypothesis => ({
    code,
    sites: new Map(siteGaps(pairs, measures, params).map((s) => [s.institution, s])),
  });
  const plain = measuresOf(world, shares);
  const prices = usualPrices(pairs);
  const whole = (packs: number, p: Shortfall) =>
    inPieces(world, p, prices.get(p.item)) ? 0 : packs;
  return [
    again('opening-stock', { ...plain, excused: (p) => (p.sold / days) * params.openingDays }),
    again(
      'unreported-purchases',
      measuresOf(world, (p) => shares(p) * (ownShare.get(p.institution) ?? 1)),
    ),
    again('sold-in-pieces', {
      rise: (p) => whole(plain.rise(p), p),
      net: (p) => whole(plain.net(p), p),
    }),
  ];
}

/** Purchases stand for so many times what the records show of them. */
function measuresOf(world: World, shares: (pair: Shortfall) => number): Measures {
  return {
    rise: (p) => riseOf(world, p, shares(p)),
    net: (p) => p.sold - p.bought / shares(p),
  };
}

/** What is sold by the tablet costs less than this share of a pack, however dear the place is. */
const PIECE = 0.5;

/**
 * Sold by the tablet and bought by the pack: the two differ by the size of the pack, and a tablet does not cost what a
 * pack does. Where too few others sell the item nothing is known of its price.
 */
function inPieces(world: World, pair: Shortfall, price: number | undefined): boolean {
  const size = world.items.packSize[pair.item]!;
  const times = pair.sold / Math.max(1, pair.bought);
  const asPacks = price !== undefined && pair.paid >= PIECE * price * pair.sold;
  return size >= 4 && pair.bought > 0 && !asPacks && times > size * 0.5 && times < size * 1.6;
}

const total = (site: SiteGaps | undefined) =>
  (site?.gaps ?? []).reduce((sum, g) => sum + g.missing, 0);

function describe(
  world: World,
  site: SiteGaps,
  hypotheses: readonly Hypothesis[],
  params: Parameters,
): Finding {
  const missing = total(site);
  const innocent: InnocentExplanation[] = hypotheses.map(({ code, sites }) => {
    const rest = sites.get(site.institution);
    return { code, q: rest?.p ?? 1, weight: Math.max(0, 1 - total(rest) / missing) };
  });
  const rows = heaviestSales(world, site);
  const items = new Set(site.gaps.map((g) => g.pair.item));
  const largest = site.gaps[0]!;
  const share = missing / site.gaps.reduce((sum, g) => sum + g.pair.sold, 0);
  const sold = fundOfItems(
    world,
    site.gaps.flatMap((g) => g.pair.rows),
    (_, item) => items.has(item),
  );
  return {
    detector: DETECTOR,
    detectorVersion: VERSION,
    kind: 'entity',
    subjects: [institutionSubject(world, site.institution), ...itemSubjects(world, items)],
    reasons: [
      reason(world, DETECTOR, site.small ? 'many-short-items' : 'short-items', {
        ...{ measured: site.gaps.length, expected: site.expected, unit: 'items', rows },
        p: site.pLook,
      }),
      reason(world, DETECTOR, 'missing-packs', {
        ...{ measured: largest.pair.sold, expected: largest.pair.sold - largest.missing },
        ...{ unit: 'packs', rows: largest.pair.rows },
      }),
    ],
    innocent: ranked(innocent),
    ...conclude(site.p, innocent, params.q),
    fundAtRisk: Math.round(sold * Math.min(1, share)),
  };
}

/**
 * Sales of what is short, those to the heaviest buyers first: where an inspector begins. The buyers are no members: the
 * books say what was missing, and not on whose card.
 */
function heaviestSales(world: World, site: SiteGaps): number[] {
  const { patient } = world.settlements;
  const by = new Map<number, { units: number; rows: number[] }>();
  for (const { pair } of site.gaps)
    pair.rows.forEach((row, k) => {
      const of = by.get(patient[row]!) ?? { units: 0, rows: [] };
      of.units += pair.units[k]!;
      of.rows.push(row);
      by.set(patient[row]!, of);
    });
  const order = [...by].sort((x, y) => y[1].units - x[1].units || x[0] - y[0]);
  return order.flatMap(([, of]) => of.rows);
}
