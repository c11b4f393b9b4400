import { fitGeneralisedPareto, generalisedParetoTail } from '../../algorithms/extremes.js';
import { sidak } from '../../algorithms/multiplicity.js';
import { type PeerOptions, testPeers } from '../../algorithms/peerCounts.js';
import { quantileSorted } from '../../algorithms/robust.js';
import { logNegativeBinomialTail } from '../../algorithms/tails.js';
import type { Shortfall } from './shortfalls.js';

export interface GapOptions {
  /** Standard deviations, and packs, that a gap has at least. */
  readonly sigma: number;
  readonly packs: number;
  /** Standard deviations of a small gap, of which a site has to have `items`. */
  readonly smallSigma: number;
  readonly items: number;
}

export interface Gap {
  readonly pair: Shortfall;
  /** Packs that nothing accounts for: the rise beyond what its like shows. */
  readonly missing: number;
  /** Packs that its like shows, and by how many standard deviations it stands out. */
  readonly usual: number;
  readonly z: number;
}

export interface SiteGaps {
  readonly institution: number;
  /** What is short there: the gaps, or the small ones where these tell more. */
  readonly gaps: readonly Gap[];
  readonly small: boolean;
  /** Gaps that an honest institution would show. */
  readonly expected: number;
  /** Family-wise over all institutions. */
  readonly p: number;
  /** Of the number of gaps, and of the size of the largest. */
  readonly pCount: number;
  readonly pSize: number;
}

/**
 * Large gaps are so rare among the honest that they cannot tell how much houses differ in them: variance is mean +
 * φ·mean² with this φ, so rates deviate by twice their mean.
 */
const GAP_SPREAD = 4;
/** Shares of gaps among honest items before looking, and the items that this is worth. */
const HONEST = { prior: 1 / 2000, priorExposure: 2000, spread: 0.5 };
/** Small ones happen everywhere, so that houses differ less in them. */
const HONEST_SMALL = { prior: 1 / 200, priorExposure: 200, spread: 0.15 };
/**
 * Share of the institutions that may stand apart before the others are taken for the rule, by large gaps and by small
 * ones. What was never bought should not be sold anywhere, and whoever swipes cards for nothing, whatever else it is for,
 * is short of many packs.
 */
const SET_ASIDE = 0.25;
const SET_ASIDE_SMALL = 0.1;
/** Ways to look at an institution: the number of its gaps, the largest, and the number of small ones. */
const LOOKS = 3;
/** A tail lighter than an exponential one is not believed. */
const TAIL_FROM = 0.99;
const TAIL_LEAST = 200;

/** Packs of a pair: how far sales ran ahead of purchases, and what was sold in all beyond what was bought. */
export interface Measures {
  readonly rise: (pair: Shortfall) => number;
  readonly net: (pair: Shortfall) => number;
}

/**
 * Both measures of each pair, against pairs that sold about as much elsewhere. One large gap shows in the rise; many
 * small ones show in the net, which does not depend on the day that a purchase was booked.
 */
export function siteGaps(
  pairs: readonly Shortfall[],
  measures: Measures,
  options: GapOptions,
): SiteGaps[] {
  const bySite = (values: readonly number[]): Map<number, Gap[]> => {
    const peers = volumePeers(pairs, values);
    const out = new Map<number, Gap[]>();
    pairs.forEach((pair, i) => {
      const { centre, deviation } = peers[i]!;
      const missing = values[i]! - centre;
      const gap = { pair, missing, usual: centre, z: missing / deviation };
      const list = out.get(pair.institution);
      if (list) list.push(gap);
      else out.set(pair.institution, [gap]);
    });
    return out;
  };
  const isGap = (g: Gap) => g.z > options.sigma && g.missing > options.packs;
  const isSmall = (g: Gap) => g.z > options.smallSigma;
  const sites = [...bySite(pairs.map(measures.rise))].sort((x, y) => x[0] - y[0]);
  const nets = bySite(pairs.map(measures.net));
  const netsOf = (institution: number) => nets.get(institution)!;
  const count = (
    of: (site: (typeof sites)[number]) => readonly Gap[],
    is: (g: Gap) => boolean,
    options: PeerOptions,
    spread?: number,
  ) => {
    const units = sites.map((site) => ({
      ...{ k: of(site).filter(is).length, exposure: of(site).length, stratum: 0 },
    }));
    const test = testPeers(units, options);
    return {
      expected: test.expected,
      p: units.map(({ k }, i) => {
        const logP = spread
          ? logNegativeBinomialTail(k, test.expected[i]!, 1 / spread)
          : test.logP[i]!;
        return sidak(Math.exp(logP), sites.length);
      }),
    };
  };
  const large = count(([, list]) => list, isGap, { ...HONEST, aside: SET_ASIDE }, GAP_SPREAD);
  const small = count(([h]) => netsOf(h), isSmall, { ...HONEST_SMALL, aside: SET_ASIDE_SMALL });
  // The few that stand out most must not be their own tail.
  const furthest = sites
    .map(([h, list]) => ({ h, z: list.reduce((most, g) => Math.max(most, isGap(g) ? g.z : 0), 0) }))
    .filter((x) => x.z > 0)
    .sort((x, y) => y.z - x.z || x.h - y.h)
    .slice(0, Math.ceil(sites.length * SET_ASIDE));
  const aside = new Set(furthest.map((x) => x.h));
  const honest = sites.flatMap(([h, list]) => (aside.has(h) ? [] : list.map((g) => g.z)));
  const tail = tailOf(honest);
  return sites.map(([institution, list], i) => {
    const shortOf = (of: readonly Gap[], is: (g: Gap) => boolean) =>
      of.filter(is).sort((x, y) => y.missing - x.missing);
    const [gaps, many] = [shortOf(list, isGap), shortOf(netsOf(institution), isSmall)];
    const largest = gaps.reduce((most, g) => Math.max(most, g.z), 0);
    const pSize = largest > 0 ? sidak(tail(largest), pairs.length) : 1;
    const pLarge = gaps.length === 0 ? 1 : Math.min(large.p[i]!, pSize);
    const pSmall = many.length < options.items ? 1 : small.p[i]!;
    const told = pSmall < pLarge ? small : large;
    return {
      ...{ institution, gaps: told === small ? many : gaps, small: told === small },
      expected: told.expected[i]!,
      p: Math.min(1, LOOKS * Math.min(pLarge, pSmall)),
      ...{ pCount: told.p[i]!, pSize },
    };
  });
}

/** P(z or more) of an honest pair: the empirical tail, continued by a generalised Pareto one. */
function tailOf(z: readonly number[]): (z: number) => number {
  if (z.length < TAIL_LEAST) return () => 1;
  const fit = fitGeneralisedPareto(z, TAIL_FROM);
  const safe = { ...fit, shape: Math.max(0.1, fit.shape), scale: Math.max(fit.scale, 0.5) };
  return (x) => generalisedParetoTail(safe, x);
}

/** Pairs of about the same sales are peers; at least so many. */
const PEERS = 60;

/** What stands on a shelf grows more slowly than what goes over the counter; so much faster than √ at most. */
const GROWTH = 1.3;

/**
 * Median and robust deviation (at least a pack) of the rise among the pairs with the nearest sales.
 * The best sellers of all may be mostly rings, so neither grows faster from block to block than a
 * stock does.
 */
function volumePeers(
  pairs: readonly Shortfall[],
  rises: readonly number[],
): Array<{ centre: number; deviation: number }> {
  const order = pairs.map((_, i) => i);
  order.sort((a, b) => pairs[a]!.sold - pairs[b]!.sold || a - b);
  const out: Array<{ centre: number; deviation: number }> = new Array(pairs.length);
  const blocks = Math.max(1, Math.floor(order.length / PEERS));
  let before = { sold: 0, centre: Infinity, deviation: Infinity };
  for (let b = 0; b < blocks; b++) {
    const block = order.slice(
      Math.floor((b * order.length) / blocks),
      Math.floor(((b + 1) * order.length) / blocks),
    );
    const sorted = Float64Array.from(block, (i) => rises[i]!).sort();
    const sold = Math.max(1, pairs[block[block.length >> 1]!]!.sold);
    const growth = GROWTH * Math.sqrt(sold / Math.max(1, before.sold));
    const spread = quantileSorted(sorted, 0.75) - quantileSorted(sorted, 0.25);
    const centre = Math.min(quantileSorted(sorted, 0.5), before.centre * growth);
    const deviation = Math.max(1, Math.min(spread / 1.349, before.deviation * growth));
    for (const i of block) {
      const more = Math.sqrt(Math.max(1, pairs[i]!.sold / sold));
      out[i] = { centre: centre * more, deviation: deviation * more };
    }
    before = { sold, centre: Math.max(1, centre), deviation };
  }
  return out;
}
