import type { World } from '../../projection/world.js';
import type { Loop } from './loops.js';
import type { Pass, Seller } from './sellers.js';
import type { Site } from './sites.js';

/** A buyer with his p, family-wise over all buyers and places. */
export interface JudgedSeller extends Seller {
  readonly p: number;
}

/** A place with its p and those with one innocent explanation, or none, taken away. */
export interface JudgedSite extends Site {
  readonly p: number;
  readonly pByLot: number;
  readonly pRebilled: number;
  readonly pParts: number;
  readonly pStandIns: number;
  readonly pNaive: number;
}

/** Institutions that belong together, and whose packs they sold. */
export interface Group {
  readonly sites: readonly JudgedSite[];
  readonly sellers: readonly JudgedSeller[];
  readonly loops: readonly Loop[];
  /** Whether a place stands out by itself; else only the sellers tell. */
  readonly byPlace: boolean;
}

const NOBODY: Group = { sites: [], sellers: [], loops: [], byPlace: false };

export interface Strong {
  readonly sites: readonly JudgedSite[];
  readonly sellers: readonly JudgedSeller[];
}

/**
 * Institutions that codes travel between; whoever has many codes in common with a strong one belongs to it, and so do those that
 * sold the packs of one seller. A lot whose maker gave all packs a few codes ties its sellers together for nothing.
 */
export function together(
  world: World,
  all: readonly JudgedSite[],
  strong: Strong,
  { sharedCodes, q }: { readonly sharedCodes: number; readonly q: number },
): Group[] {
  const { institution } = world.settlements;
  const site = new Map(all.map((s) => [s.institution, s]));
  const group = new Map(strong.sites.map((s) => [s.institution, s.institution]));
  const root = (h: number): number => (group.get(h) === h ? h : root(group.get(h)!));
  const join = (a: number, b: number) => {
    for (const h of [a, b]) if (!group.has(h)) group.set(h, h);
    const [x, y] = [root(a), root(b)];
    group.set(Math.max(x, y), Math.min(x, y));
  };
  for (const s of strong.sites) {
    const shared = new Map<number, number>();
    for (const loop of s.own)
      for (const h of new Set(loop.rows.map((r) => institution[r]!)))
        if (h !== s.institution) shared.set(h, (shared.get(h) ?? 0) + 1);
    for (const [h, n] of shared) {
      const other = site.get(h);
      if (n >= sharedCodes && other && Math.exp(other.logP) <= q) join(h, s.institution);
    }
  }
  const bySite = new Set(group.keys());
  const target = (x: Pass) => institution[x.to]!;
  for (const s of strong.sellers) for (const x of s.own) join(target(x), target(s.own[0]!));
  const out = new Map<number, Group>();
  const put = (h: number, more: Partial<Group>) => {
    const { sites, sellers, loops, byPlace } = out.get(root(h)) ?? NOBODY;
    out.set(root(h), {
      sites: [...sites, ...(more.sites ?? [])],
      sellers: [...sellers, ...(more.sellers ?? [])],
      loops: [...new Set([...loops, ...(more.loops ?? [])])],
      byPlace: byPlace || (more.byPlace ?? false),
    });
  };
  for (const h of [...group.keys()].sort((a, b) => a - b)) {
    const mine = site.get(h)!;
    const byPlace = bySite.has(h);
    put(h, { sites: [mine], loops: byPlace ? mine.own : [], byPlace });
  }
  for (const s of strong.sellers)
    put(target(s.own[0]!), { sellers: [s], loops: s.own.map((x) => x.loop) });
  return [...out.values()];
}
