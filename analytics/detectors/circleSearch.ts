import {
  type CircleScreen,
  type CircleWorld,
  circleScreen,
  type LinkColumns,
} from '../algorithms/circles.js';
import { type Group, groupP, groupsOfPairs, type WeightedPairs } from '../algorithms/pairGroups.js';
import { throwIfAborted } from '../model/errors.js';
import { push } from '../model/multimap.js';
import { deriveSeed } from '../model/rng.js';
import type { DetectorContext } from './detector.js';
import { type GroupSearch, searchGroups } from './groupSearch.js';

/** So many proposed groups of a world are judged again without themselves; the rest is noise. */
const JUDGED_MAX = 40;

export interface CircleSearchOptions {
  readonly name: string;
  readonly household: Int32Array;
  readonly minScore: number;
  /** Places that two have in common, at least; 2 unless told. */
  readonly minShared?: number;
  readonly minUnits: number;
  readonly worlds: number;
}

/**
 * Circles in two steps: pairs that share unlikely places propose groups, and each group is judged by
 * what everybody but the group does. Redrawn worlds go the same way; there a pair is a group already,
 * as in `searchGroups`.
 */
export function searchCircles(
  links: LinkColumns,
  options: CircleSearchOptions,
  context: DetectorContext,
): GroupSearch {
  const screen = circleScreen(links, {
    minScore: options.minScore,
    minShared: options.minShared ?? 2,
    ...(context.signal ? { signal: context.signal } : {}),
  });
  const best: number[] = [];
  for (let w = 0; w < options.worlds; w++) {
    throwIfAborted(context.signal);
    const name = `${options.name} ${w}`;
    const world = screen.redrawn(deriveSeed(context.seed, name));
    const { groups } = judge(
      world,
      { ...options, minUnits: 2 },
      deriveSeed(context.seed, `${name} groups`),
    );
    best.push(groups[0]?.score ?? 0);
    context.progress?.({ phase: `redrawing ${options.name}`, done: w + 1, total: options.worlds });
  }
  const table = { best: Float64Array.from(best) };
  context.redrawn?.(options.name, table.best);
  const { groups, pairs } = judge(
    screen.observed(),
    options,
    deriveSeed(context.seed, options.name),
  );
  return { groups: groups.map((g) => ({ ...g, p: groupP(g.score, table) })), table, pairs };
}

const weighed = ({ pairs: { a, b, score } }: CircleWorld): WeightedPairs => ({
  a,
  b,
  weight: score,
});

/** The pairs that a screen proposes in the observed world. */
export const proposedPairs = (screen: CircleScreen): WeightedPairs => weighed(screen.observed());

/**
 * Groups of the proposed pairs as they are; `searchCircles` judges each again by what everybody but the group does.
 * `name` names the streams of random numbers, `phase` the progress.
 */
export function searchProposed(
  screen: CircleScreen,
  observed: WeightedPairs,
  options: {
    readonly name: string;
    readonly phase: string;
    readonly household: Int32Array;
    readonly minUnits: number;
    readonly worlds: number;
  },
  context: DetectorContext,
): GroupSearch {
  const { name, phase, household, minUnits, worlds: total } = options;
  function* redrawn() {
    for (let w = 0; w < total; w++) {
      context.progress?.({ phase, done: w, total });
      yield weighed(screen.redrawn(deriveSeed(context.seed, `${name} ${w}`)));
    }
  }
  return searchGroups(observed, redrawn(), {
    ...{ household, minUnits },
    ...{ seed: deriveSeed(context.seed, name), signal: context.signal },
  });
}

function judge(
  world: CircleWorld,
  options: Pick<CircleSearchOptions, 'household' | 'minUnits'>,
  seed: number,
): { groups: Group[]; pairs: WeightedPairs } {
  const { household, minUnits } = options;
  const judged: Group[] = [];
  const parts: WeightedPairs[] = [];
  for (const { members, more } of proposed(world, options, seed)) {
    const again = world.rescore(together(members, more));
    const pairs = { a: again.a, b: again.b, weight: again.score };
    judged.push(...groupsOfPairs(pairs, { household, minUnits, seed }));
    parts.push(pairs);
  }
  return {
    groups: judged.sort((x, y) => y.score - x.score || x.members[0]! - y.members[0]!),
    pairs: {
      a: Int32Array.from(parts.flatMap((p) => [...p.a])),
      b: Int32Array.from(parts.flatMap((p) => [...p.b])),
      weight: Float64Array.from(parts.flatMap((p) => [...p.weight])),
    },
  };
}

interface Proposed {
  readonly members: readonly number[];
  /** Others who are judged with them. */
  readonly more: readonly number[];
}

function proposed(
  world: CircleWorld,
  { household, minUnits }: Pick<CircleSearchOptions, 'household' | 'minUnits'>,
  seed: number,
): Proposed[] {
  const { a, b, score } = world.pairs;
  const neighbours = neighboursOf(a, b);
  return groupsOfPairs({ a, b, weight: score }, { household, minUnits, seed })
    .slice(0, JUDGED_MAX)
    .map(({ members }) => ({ members, more: joinedTo(members, neighbours) }));
}

type Neighbours = ReadonlyMap<number, readonly number[]>;

function neighboursOf(a: Int32Array, b: Int32Array): Neighbours {
  const out = new Map<number, number[]>();
  const add = (x: number, y: number) => {
    push(out, x, y);
  };
  for (let e = 0; e < a.length; e++) {
    add(a[e]!, b[e]!);
    add(b[e]!, a[e]!);
  }
  return out;
}

/** Joined to two members, one belongs to the group that is judged. */
const JOINED_TO = 2;

function joinedTo(members: readonly number[], neighbours: Neighbours): number[] {
  const inside = new Set(members);
  const joined = new Map<number, number>();
  for (const m of members)
    for (const n of neighbours.get(m) ?? [])
      if (!inside.has(n)) joined.set(n, (joined.get(n) ?? 0) + 1);
  return [...joined].filter(([, n]) => n >= JOINED_TO).map(([n]) => n);
}

/**
 * The group and who else belongs to it: of a ring that is most of a tiny pharmacy's custom, a few members left
 * out would make the others' way there look usual. Whoever does not belong falls out when it is judged.
 */
function together(members: readonly number[], others: readonly number[]): readonly number[] {
  const more = new Set(others);
  return more.size > members.length ? members : [...members, ...more].sort((x, y) => x - y);
}
