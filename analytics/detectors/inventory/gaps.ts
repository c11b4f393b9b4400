import { fitGeneralisedPareto, generalisedParetoTail } from '../../algorithms/extremes.js';
import { sidak } from '../../algorithms/multiplicity.js';
import { type PeerOptions, type PeerUnit, testPeers } from '../../algorithms/peerCounts.js';
import { quantileSorted } from '../../algorithms/robust.js';
import { push } from '../../model/multimap.js';
import { compoundTail } from './compoundTail.js';
import { type Shortfall, TELLING } from './shortfalls.js';

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
  /** Family-wise over all institutions, and over the ways to look at one. */
  readonly p: number;
  /** Of the look that tells most, over all institutions. */
  readonly pLook: number;
}

/**
 * Shares of gaps among honest items before looking, and the items that this is worth. Large gaps are so rare among the
 * honest that they cannot tell how much houses differ in them: variance is mean + 4·mean², so that rates deviate by twice
 * their mean. Small ones happen everywhere, and houses differ less in them. `aside` may stand apart before the others are
 * taken for the rule: what was never bought should not be sold anywhere, and whoever swipes cards for nothing, whatever
 * else it is for, is short of many packs.
 */
const HONEST = { prior: 1 / 2000, priorExposure: 2000, spread: 0.5, aside: 0.25 };
const HONEST_SMALL = { prior: 1 / 200, priorExposure: 200, spread: 0.5, aside: 0.1 };
const GAP_SPREAD = 4;
/** Ways to look at an institution: gaps of the year, gaps on the way, and the number of small ones. */
const LOOKS = 3;
/** A tail lighter than an exponential one is not believed. */
const TAIL_FROM = 0.99;
const TAIL_LEAST = 200;

/** Packs of a pair: how far sales ran ahead of purchases, and what was sold in all beyond what was bought. */
export interface Measures {
  readonly rise: (pair: Shortfall) => number;
  readonly net: (pair: Shortfall) => number;
  /** Packs that another cause may account for: a gap is larger; none by default. */
  readonly excused?: (pair: Shortfall) => number;
}

interface Look {
  readonly gaps: readonly Gap[];
  readonly expected: number;
  /** Family-wise over the institutions. */
  readonly p: number;
}
type Looks = ReadonlyMap<number, Look>;

/**
 * Each pair against pairs that sold about as much elsewhere, in two measures. The net does not depend on the day that a
 * purchase was booked, and an honest one is what the stock fell by from the first day to the last; the rise is the
 * largest stock that there must have been, and shows also what was balanced by purchases later on. Small gaps are told by
 * the net alone, of items that sold enough to be short of anything.
 */
export function siteGaps(
  pairs: readonly Shortfall[],
  measures: Measures,
  options: GapOptions,
): SiteGaps[] {
  const excused = measures.excused ?? (() => 0);
  const nets = bySite(pairs, pairs.map(measures.net), excused);
  const rises = bySite(pairs, pairs.map(measures.rise), excused);
  const { sigma, packs } = options;
  const large = { sold: packs, sigma, packs, least: 1, peers: HONEST, spread: GAP_SPREAD };
  const small = { sigma: options.smallSigma, packs: 0, least: options.items, peers: HONEST_SMALL };
  const looks = [look(nets, large), look(rises, large), look(nets, { ...small, sold: TELLING })];
  return [...nets.keys()].map((institution) => {
    const of = looks.map((look) => look.get(institution)!);
    const told = of.reduce((best, look) => (look.p < best.p ? look : best));
    return {
      ...{ institution, gaps: told.gaps, small: told === of[2], expected: told.expected },
      ...{ p: Math.min(1, LOOKS * told.p), pLook: told.p },
    };
  });
}

/** A pair against its like. */
interface Compared extends Gap {
  readonly deviation: number;
  readonly excused: number;
}
type Sites = ReadonlyMap<number, readonly Compared[]>;

function bySite(
  pairs: readonly Shortfall[],
  values: readonly number[],
  excused: (pair: Shortfall) => number,
): Sites {
  const peers = volumePeers(pairs, values);
  const out = new Map<number, Compared[]>();
  pairs.forEach((pair, i) => {
    const { centre, deviation } = peers[i]!;
    const missing = values[i]! - centre;
    const z = missing / deviation;
    const compared = { pair, missing, usual: centre, z, deviation, excused: excused(pair) };
    push(out, pair.institution, compared);
  });
  return new Map([...out].sort((x, y) => x[0] - y[0]));
}

/** What makes a gap, and how honest institutions differ in the number of theirs. */
interface LookAt {
  /** Packs sold of an item that can be short of enough. */
  readonly sold: number;
  readonly sigma: number;
  readonly packs: number;
  /** Fewer gaps tell nothing. */
  readonly least: number;
  readonly peers: PeerOptions & { readonly aside: number };
  /** φ of the number; what the institutions themselves show by default. */
  readonly spread?: number;
}

/**
 * Number and size of the gaps in one: each counts with what another one costs, and with how far it lies beyond the line
 * from which it is one (a truncated product of p-values, Zaykin et al. 2002).
 */
function look(sites: Sites, at: LookAt): Looks {
  const able = select(sites, (g) => g.pair.sold >= at.sold);
  const lineOf = (g: Compared) => Math.max(at.sigma, Math.max(at.packs, g.excused) / g.deviation);
  const short = select(able, (g) => g.z > lineOf(g));
  const units = [...able].map(
    ([h, list]): PeerUnit => ({ k: short.get(h)!.length, exposure: list.length, stratum: 0 }),
  );
  const test = testPeers(units, at.peers);
  const spread = at.spread ?? test.spread;
  const tail = tailOf(honest(able, short, at.peers.aside));
  const size = (g: Compared) => Math.max(0, Math.log(tail(lineOf(g)) / tail(g.z)));
  return new Map(
    [...short].map(([h, gaps], i) => {
      const sizes = gaps.reduce((sum, g) => sum + size(g), 0);
      const expected = test.expected[i]!;
      const alone = compoundTail(gaps.length, sizes, { mean: expected, spread });
      const p = gaps.length < at.least ? 1 : sidak(alone, sites.size);
      return [h, { gaps: largestFirst(gaps), expected, p }];
    }),
  );
}

const select = (sites: Sites, is: (g: Compared) => boolean): Sites =>
  new Map([...sites].map(([h, list]) => [h, list.filter(is)]));

const largestFirst = (gaps: readonly Gap[]) =>
  gaps.toSorted((x, y) => y.missing - x.missing || x.pair.item - y.pair.item);

/** z of the pairs of institutions that do not stand out: the few that do most must not be their own tail. */
function honest(able: Sites, short: Sites, share: number): number[] {
  const furthest = [...short]
    .map(([h, list]) => ({ h, z: list.reduce((most, g) => Math.max(most, g.z), 0) }))
    .filter((x) => x.z > 0)
    .sort((x, y) => y.z - x.z || x.h - y.h)
    .slice(0, Math.ceil(able.size * share));
  const aside = new Set(furthest.map((x) => x.h));
  return [...able].flatMap(([h, list]) => (aside.has(h) ? [] : list.map((g) => g.z)));
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
