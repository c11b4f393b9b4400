import { push } from '../model/multimap.js';
import type { Companions } from './companions.js';
import type { CalibratedGroup, GroupSearch } from './groupSearch.js';

/** The best of several looks at who comes together, and the search that it comes from. */
export interface MetGroup extends CalibratedGroup {
  readonly search: GroupSearch;
  /** p in the next best search; 1 where only one found it. */
  readonly otherP: number;
}

/** One group of people that one or both searches found. */
export interface Candidate {
  readonly members: readonly number[];
  /** Those that the searches found themselves, before companions joined. */
  readonly found?: readonly number[];
  readonly meetings?: MetGroup;
  /** With its search where several searches look for people who share places. */
  readonly circles?: CalibratedGroup & { readonly search?: GroupSearch };
  /** Others who were in the group's waves; those that chance does not explain are members. */
  readonly companions?: Companions;
}

export const metIn = (search: GroupSearch): MetGroup[] =>
  search.groups.map((group) => ({ ...group, search, otherP: 1 }));

/** Several searches for people who come together: of a group that more than one found the best one is kept. */
export function bestOf(first: GroupSearch, ...others: readonly GroupSearch[]): MetGroup[] {
  let found = metIn(first);
  for (const search of others)
    found = mergeCandidates(found, search.groups).map(({ members, meetings, circles }) => {
      const isBefore = meetings && (!circles || meetings.p <= circles.p);
      const better = isBefore ? meetings : { ...circles!, search };
      const other = (isBefore ? circles?.p : meetings?.p) ?? 1;
      return { ...better, members, otherP: Math.min(meetings?.otherP ?? 1, other) };
    });
  return found;
}

/** Each p times the number of looks that it is the best of. */
export function paidFor(looks: number, groups: readonly MetGroup[]): MetGroup[] {
  const paid = (p: number) => Math.min(1, looks * p);
  return groups.map((group) => ({ ...group, p: paid(group.p), otherP: paid(group.otherP) }));
}

/** Groups with a p above this are no candidates: nothing that follows could save them. */
export const HOPELESS = 0.3;

/**
 * Groups of both searches that share at least half of the smaller are one candidate. A hopeless group is left
 * out before: it would only take a good one of the other search with it.
 */
export function mergeCandidates(
  meetings: readonly MetGroup[],
  circles: ReadonlyArray<NonNullable<Candidate['circles']>>,
): Candidate[] {
  type Circle = NonNullable<Candidate['circles']>;
  const taken = new Set<Circle>();
  const groupsOf = new Map<number, Circle[]>();
  for (const g of circles.filter((c) => c.p <= HOPELESS))
    for (const m of g.members) push(groupsOf, m, g);
  const out: Candidate[] = [];
  for (const g of meetings.filter((m) => m.p <= HOPELESS)) {
    const overlap = new Map<Circle, number>();
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
