import { fitGeneralisedPareto, generalisedParetoTail } from '../../algorithms/extremes.js';
import { sidak } from '../../algorithms/multiplicity.js';
import { testPeers } from '../../algorithms/peerCounts.js';
import { quantileSorted } from '../../algorithms/robust.js';
import type { Shortfall } from './shortfalls.js';

export interface GapOptions {
  /** Standard deviations, and packs, that a gap has at least. */
  readonly sigma: number;
  readonly packs: number;
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
  readonly gaps: readonly Gap[];
  readonly items: number;
  readonly expected: number;
  /** Family-wise over all institutions. */
  readonly p: number;
  /** Of the number of gaps, and of the size of the largest. */
  readonly pCount: number;
  readonly pSize: number;
}

/** Shares of gaps among honest items before looking, and the items that this is worth. */
const HONEST = { prior: 1 / 2000, priorExposure: 2000, spread: 0.5 };
/** Share of the institutions that is set aside before the tail is taken. */
const SET_ASIDE = 0.1;
/** A tail lighter than an exponential one is not believed. */
const TAIL_FROM = 0.99;
const TAIL_LEAST = 200;

/** `rise` of each pair, against pairs that sold about as much elsewhere. */
export function siteGaps(
  pairs: readonly Shortfall[],
  rise: (pair: Shortfall) => number,
  options: GapOptions,
): SiteGaps[] {
  const rises = pairs.map(rise);
  const peers = volumePeers(pairs, rises);
  const judged = pairs.map((pair, i): Gap => {
    const { centre, deviation } = peers[i]!;
    const missing = rises[i]! - centre;
    return { pair, missing, usual: centre, z: missing / deviation };
  });
  const isGap = (g: Gap) => g.z > options.sigma && g.missing > options.packs;
  const byInstitution = new Map<number, Gap[]>();
  for (const g of judged)
    byInstitution.set(g.pair.institution, [...(byInstitution.get(g.pair.institution) ?? []), g]);
  const sites = [...byInstitution].sort((x, y) => x[0] - y[0]);
  const test = testPeers(
    sites.map(([, list]) => ({ k: list.filter(isGap).length, exposure: list.length, stratum: 0 })),
    HONEST,
  );
  const pCount = [...test.logP].map((logP) => sidak(Math.exp(logP), sites.length));
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
    const gaps = list.filter(isGap).sort((x, y) => y.missing - x.missing);
    const largest = gaps.reduce((most, g) => Math.max(most, g.z), 0);
    const pSize = largest > 0 ? sidak(tail(largest), pairs.length) : 1;
    return {
      institution,
      gaps,
      items: list.length,
      expected: test.expected[i]!,
      p: gaps.length === 0 ? 1 : Math.min(1, 2 * Math.min(pCount[i]!, pSize)),
      pCount: pCount[i]!,
      pSize,
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
