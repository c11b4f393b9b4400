import type { Companions } from './companions.js';
import type { CalibratedGroup, GroupSearch } from './groupSearch.js';

/** The better of two looks at who comes together, and the search that it comes from. */
export interface MetGroup extends CalibratedGroup {
  readonly search: GroupSearch;
  /** p in the other search; 1 where only one found it. */
  readonly otherP: number;
}

/** One group of people that one or both searches found. */
export interface Candidate {
  readonly members: readonly number[];
  /** Those that the searches found themselves, before companions joined. */
  readonly found?: readonly number[];
  readonly meetings?: MetGroup;
  readonly circles?: CalibratedGroup;
  /** Others who were in the group's waves; those that chance does not explain are members. */
  readonly companions?: Companions;
}

export const metIn = (search: GroupSearch): MetGroup[] =>
  search.groups.map((group) => ({ ...group, search, otherP: 1 }));

/**
 * Two searches for people who come together are two looks: of a group that both found the better one counts,
 * with its p doubled.
 */
export function betterOfTwo(one: GroupSearch, other: GroupSearch): MetGroup[] {
  return mergeCandidates(metIn(one), other.groups).map(({ members, meetings, circles }) => {
    const first = meetings && (!circles || meetings.p <= circles.p);
    const better = first ? meetings : { ...circles!, search: other };
    const otherP = Math.min(1, 2 * ((first ? circles?.p : meetings?.p) ?? 1));
    return { ...better, members, p: Math.min(1, 2 * better.p), otherP };
  });
}

/** Groups with a p above this are no candidates: nothing that follows could save them. */
export const HOPELESS = 0.3;

/**
 * Groups of both searches that share at least half of the smaller are one candidate. A hopeless group is left
 * out before: it would only take a good one of the other search with it.
 */
export function mergeCandidates(
  meetings: readonly MetGroup[],
  circles: readonly CalibratedGroup[],
): Candidate[] {
  const taken = new Set<CalibratedGroup>();
  const groupsOf = new Map<number, CalibratedGroup[]>();
  for (const g of circles.filter((c) => c.p <= HOPELESS))
    for (const m of g.members) {
      const list = groupsOf.get(m);
      if (list) list.push(g);
      else groupsOf.set(m, [g]);
    }
  const out: Candidate[] = [];
  for (const g of meetings.filter((m) => m.p <= HOPELESS)) {
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
  for (const c of circles)
    if (c.p <= HOPELESS && !taken.has(c)) out.push({ members: c.members, circles: c });
  return out;
}
