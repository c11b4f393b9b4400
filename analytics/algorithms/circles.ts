/**
 * Circles (DETECTORS.md §1): people who avoid meeting still share *places*.
 *
 * A link is patient × place. With `deg_i` links of a patient and `g` the share of the home area's
 * links that go to a place (the patient left out, shrunk to the share over all areas), the chance
 * that i uses k is `p_ik = 1 − exp(−deg_i·g_{area(i),k})`. A pair scores
 * `Σ_k (−ln p_ik − ln p_jk)` over shared places minus the largest term, so one place is never
 * enough. `redrawn` permutes the links among the people of one area (N2), keeping every person's
 * number of places and every place's number of people from that area.
 *
 * Pairs are enumerated from the pairs of places of each patient, not from the patients of each place.
 *
 * `rescore` judges a group that these pairs propose by what everybody else does: shares are taken without the
 * group, which may be most of a small pharmacy's custom, and p_ik is never taken for less than the share of another
 * shared place's other visitors who visited k as well, since places of one street go together; only what is
 * rarer than common counts.
 */
import { throwIfAborted } from '../model/errors.js';
import { createRng } from '../model/rng.js';
import { type People, pairsOfPlaces } from './pairsOfPlaces.js';
import {
  type CoVisits,
  countShares,
  coVisits,
  type Links,
  linksByArea,
  logChance,
  logChanceOf,
  placePair,
  rangesOf,
  rewire,
  type Shares,
  sharedPlaces,
  sortLinks,
} from './placeLinks.js';

/** Two places that more people than this have in common are a habit of the area. */
const PLACE_PAIR_MAX = 80;
/**
 * −ln of the share of the neighbours, 1 in 7, from which on going to a place is no sign of anything. Many people
 * who each do what is a little unusual would otherwise add up to a circle: a village and its two shops.
 */
const COMMON = 2;

export interface LinkColumns {
  /** Distinct patient × place, any order. */
  readonly patient: Int32Array;
  readonly place: Int32Array;
  /** Home area of each *patient*. */
  readonly area: Int32Array;
  /** Distinct patient × place of every visit, also the only one: by what places go together. */
  readonly visited: { readonly patient: Int32Array; readonly place: Int32Array };
}

/** Pairs a < b ascending, with their score and the number of places shared. */
export interface ScoredPairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly score: Float64Array;
  readonly shared: Int32Array;
}

export interface CircleOptions {
  readonly minScore: number;
  readonly minShared: number;
  /**
   * So many place numbers in a row are one site (an institution's drugs, each a place of its own): a pair shares
   * `minShared` sites, and the largest site is left out as a whole. 1 unless told.
   */
  readonly siteWidth?: number;
  /** Only pairs of these people are looked at, against what everybody does; everybody unless told. */
  readonly among?: ReadonlySet<number>;
  readonly signal?: AbortSignal;
}

export interface CircleWorld {
  readonly pairs: ScoredPairs;
  /** What the pairs share places in, sorted by patient and place, and −ln p of each link. */
  readonly links: Links;
  readonly costOf: (link: number) => number;
  /** The pairs of a group that share places, scored by what everybody but the group does. */
  rescore(members: readonly number[]): ScoredPairs;
}

export interface CircleScreen {
  observed(): CircleWorld;
  redrawn(seed: number): CircleWorld;
  readonly looks: number;
}

export function circleScreen(links: LinkColumns, options: CircleOptions): CircleScreen {
  const sorted = sortLinks(links.patient, links.place);
  const perPlace = new Map<number, number>();
  for (const k of sorted.place) perPlace.set(k, (perPlace.get(k) ?? 0) + 1);
  let looks = 0;
  for (const n of perPlace.values()) looks += (n * (n - 1)) / 2;
  const visited = coVisits(sortLinks(links.visited.patient, links.visited.place));
  // Links are dealt among the people of one area: neither what an area has nor what a person has moves.
  const shares = countShares(sorted, links.area);
  const ranges = rangesOf(sorted.patient);
  const people: People = {
    who: Int32Array.from(ranges.keys()),
    begin: Int32Array.from(ranges.values(), ([from]) => from),
    end: Int32Array.from(ranges.values(), ([, to]) => to),
  };
  const byArea = linksByArea(sorted.patient, links.area);
  const world = (own: Links): CircleWorld => {
    const costOf = logChanceOf(own, ranges, links.area, shares);
    return {
      ...{ links: own, costOf, pairs: scorePairs(own, people, costOf, options) },
      rescore: (members) => rescore(members, own, ranges, links.area, shares, visited),
    };
  };
  return {
    looks,
    observed: () => world(sorted),
    redrawn: (seed) => world(rewire(sorted, byArea, createRng(seed))),
  };
}

function rescore(
  members: readonly number[],
  own: Links,
  ranges: ReadonlyMap<number, readonly [number, number]>,
  area: Int32Array,
  shares: Shares,
  visited: CoVisits,
): ScoredPairs {
  const mine = countShares(restrict(own, ranges, members), area);
  const visits = new Map<number, number>();
  const both = new Map<number, number>();
  for (const m of members) {
    const places = visited.of(m);
    for (const [x, k] of places.entries()) {
      visits.set(k, (visits.get(k) ?? 0) + 1);
      for (const l of places.slice(x + 1))
        both.set(placePair(k, l), (both.get(placePair(k, l)) ?? 0) + 1);
    }
  }
  const usual = (k: number, other: number) =>
    -Math.log(
      ((visited.both.get(placePair(k, other)) ?? 0) - (both.get(placePair(k, other)) ?? 0) + 0.25) /
        Math.max(1, visited.at(other).length - (visits.get(other) ?? 0) + 1),
    );
  const cost = (m: number, k: number) => {
    const [from, to] = ranges.get(m)!;
    const home = area[m]!;
    const at = (s: Shares) => s.here.get(home * s.places + k) ?? 0;
    return logChance(
      to - from,
      at(shares) - at(mine),
      (shares.ofArea.get(home) ?? 0) - (mine.ofArea.get(home) ?? 0),
      (shares.ofPlace.get(k) ?? 0) - (mine.ofPlace.get(k) ?? 0),
      shares.total,
    );
  };
  const out: Array<{ a: number; b: number; score: number; shared: number }> = [];
  const sorted = members.filter((m) => ranges.has(m)).sort((x, y) => x - y);
  for (const [x, a] of sorted.entries())
    for (const b of sorted.slice(x + 1)) {
      const places = [...sharedPlaces(own.place, ranges.get(a)!, ranges.get(b)!)].map(
        ([i]) => own.place[i]!,
      );
      if (places.length < 2) continue;
      const terms = places.map((k) => {
        const together = Math.min(
          ...places.filter((l) => l !== k).map((l) => Math.max(0, usual(k, l))),
        );
        return surprise(Math.min(cost(a, k), together)) + surprise(Math.min(cost(b, k), together));
      });
      const score = terms.reduce((sum, t) => sum + t, 0) - Math.max(...terms);
      if (score > 0) out.push({ a, b, score, shared: places.length });
    }
  return toPairs(out);
}

/** What is beyond COMMON of −ln p. */
function surprise(logChance: number): number {
  return Math.max(0, logChance - COMMON);
}

function restrict(
  own: Links,
  ranges: ReadonlyMap<number, readonly [number, number]>,
  members: readonly number[],
): Links {
  const rows = members.flatMap((m) => {
    const [from, to] = ranges.get(m) ?? [0, 0];
    return Array.from({ length: to - from }, (_, i) => from + i);
  });
  return {
    patient: Int32Array.from(rows, (i) => own.patient[i]!),
    place: Int32Array.from(rows, (i) => own.place[i]!),
  };
}

function toPairs(
  found: ReadonlyArray<{ a: number; b: number; score: number; shared: number }>,
): ScoredPairs {
  return {
    a: Int32Array.from(found, (f) => f.a),
    b: Int32Array.from(found, (f) => f.b),
    score: Float64Array.from(found, (f) => f.score),
    shared: Int32Array.from(found, (f) => f.shared),
  };
}

/** Links sorted by patient, then place. */
function scorePairs(
  { place }: Links,
  people: People,
  costOf: (link: number) => number,
  options: CircleOptions,
): ScoredPairs {
  const { who, begin, end } = people;
  const { start, pairsOf, listStart, list } = pairsOfPlaces(place, people, options);
  const width = options.siteWidth ?? 1;
  const cursor = listStart.slice();
  /** The one whom another was last compared with. */
  const compared = new Int32Array(who.length).fill(-1);
  const found: Array<{ a: number; b: number; score: number; shared: number }> = [];

  function compare(r: number, o: number): void {
    let sum = 0;
    let largest = 0;
    let shared = 0;
    let site = -1;
    let ofSite = 0;
    let x = begin[r]!;
    let y = begin[o]!;
    const xEnd = end[r]!;
    const yEnd = end[o]!;
    while (x < xEnd && y < yEnd) {
      const mine = place[x]!;
      const theirs = place[y]!;
      if (mine < theirs) {
        x++;
        continue;
      }
      if (mine > theirs) {
        y++;
        continue;
      }
      const here = width === 1 ? mine : Math.floor(mine / width);
      if (here !== site) {
        site = here;
        ofSite = 0;
        shared++;
      }
      const term = costOf(x++) + costOf(y++);
      sum += term;
      ofSite += term;
      largest = Math.max(largest, ofSite);
    }
    if (shared >= options.minShared && sum - largest >= options.minScore)
      found.push({ a: who[r]!, b: who[o]!, score: sum - largest, shared });
  }

  for (let r = 0; r < who.length; r++) {
    if ((r & 0x3fff) === 0) throwIfAborted(options.signal);
    for (let t = start[r]!; t < start[r + 1]!; t++) {
      const pair = pairsOf[t]!;
      const to = listStart[pair + 1]!;
      const size = to - listStart[pair]!;
      // Lists are in order of people, as this loop is: whoever stands behind comes later.
      const own = cursor[pair]!++;
      if (size < 2 || size > PLACE_PAIR_MAX) continue;
      for (let m = own + 1; m < to; m++) {
        const o = list[m]!;
        if (o === r || compared[o] === r) continue;
        compared[o] = r;
        compare(r, o);
      }
    }
  }
  return toPairs(found.sort((u, v) => u.a - v.a || u.b - v.b));
}
