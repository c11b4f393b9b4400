import type { CalibratedGroup } from './groupSearch.js';

/** One group of people that one or both searches found. */
export interface Candidate {
  readonly members: readonly number[];
  readonly meetings?: CalibratedGroup;
  readonly circles?: CalibratedGroup;
}

/** Groups of both searches that share at least half of the smaller are one candidate. */
export function mergeCandidates(
  meetings: readonly CalibratedGroup[],
  circles: readonly CalibratedGroup[],
): Candidate[] {
  const taken = new Set<CalibratedGroup>();
  const groupsOf = new Map<number, CalibratedGroup[]>();
  for (const g of circles)
    for (const m of g.members) {
      const list = groupsOf.get(m);
      if (list) list.push(g);
      else groupsOf.set(m, [g]);
    }
  const out: Candidate[] = [];
  for (const g of meetings) {
    const overlap = new Map<CalibratedGroup, number>();
    for (const m of g.members)
      for (const c of groupsOf.get(m) ?? []) overlap.set(c, (overlap.get(c) ?? 0) + 1);
    const best = [...overlap]
      .filter(([c, n]) => !taken.has(c) && n * 2 >= Math.min(c.members.length, g.members.length))
      .sort((x, y) => y[1] - x[1] || x[0].p - y[0].p)[0]?.[0];
    if (!best) {
      out.push({ members: g.members, meetings: g });
      continue;
    }
    taken.add(best);
    // Whichever search is surer names the members; the other adds its own where it is sure as well.
    const members = new Set(g.p <= best.p ? g.members : best.members);
    const other = g.p <= best.p ? best : g;
    if (other.p <= 0.05) for (const m of other.members) members.add(m);
    out.push({ members: [...members].sort((x, y) => x - y), meetings: g, circles: best });
  }
  for (const c of circles) if (!taken.has(c)) out.push({ members: c.members, circles: c });
  return out;
}
