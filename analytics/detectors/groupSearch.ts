import {
  type Group,
  groupP,
  groupsOfPairs,
  type NullTable,
  type WeightedPairs,
} from '../algorithms/pairGroups.js';
import type { PairScreen } from '../algorithms/pairSums.js';
import type { RedrawnScreen } from '../algorithms/weekShifts.js';
import { throwIfAborted } from '../model/errors.js';
import { deriveSeed } from '../model/rng.js';
import type { DetectorContext } from './detector.js';

export interface CalibratedGroup extends Group {
  readonly p: number;
}

/** Pairs that passed the screen; circles have a score but neither hits nor an expectation. */
export interface EvidencePairs extends WeightedPairs {
  readonly hits?: Int32Array;
  readonly expected?: Float64Array;
}

export interface GroupSearch {
  /** Descending score. */
  readonly groups: readonly CalibratedGroup[];
  /** The best group of each redrawn world. */
  readonly table: NullTable;
  /** The pairs that the groups stand on. */
  readonly pairs: EvidencePairs;
}

/** Pairs whose tail is below `screen`; a screen is not a claim, only groups carry a q. */
export function weighPairs(pairs: PairScreen, screen: number): EvidencePairs {
  const keep: number[] = [];
  const logScreen = Math.log(screen);
  for (let e = 0; e < pairs.a.length; e++)
    if (pairs.logP[e]! <= logScreen && pairs.llr[e]! > 0) keep.push(e);
  return {
    a: Int32Array.from(keep, (e) => pairs.a[e]!),
    b: Int32Array.from(keep, (e) => pairs.b[e]!),
    weight: Float64Array.from(keep, (e) => pairs.llr[e]!),
    hits: Int32Array.from(keep, (e) => pairs.hits[e]!),
    expected: Float64Array.from(keep, (e) => pairs.expected[e]!),
  };
}

/**
 * Groups of the observed pairs, each with its p against the best groups of the redrawn worlds. There a
 * pair already counts as a group: honest worlds rarely have three who meet, and a table of zeros
 * would say nothing of how far away a score is. It can only make the p larger.
 */
export function searchGroups(
  observed: EvidencePairs,
  redrawn: Iterable<WeightedPairs>,
  options: {
    readonly household: Int32Array;
    readonly minUnits: number;
    readonly seed: number;
    readonly signal?: AbortSignal | undefined;
  },
): GroupSearch {
  const search = (pairs: WeightedPairs, minUnits: number, name: string) =>
    groupsOfPairs(pairs, {
      household: options.household,
      minUnits,
      seed: deriveSeed(options.seed, name),
    });
  const best: number[] = [];
  for (const pairs of redrawn) {
    throwIfAborted(options.signal);
    best.push(search(pairs, 2, `null ${best.length}`)[0]?.score ?? 0);
  }
  const table = { best: Float64Array.from(best) };
  const groups = search(observed, options.minUnits, 'observed').map((g) => ({
    ...g,
    p: groupP(g.score, table),
  }));
  return { groups, table, pairs: observed };
}

/**
 * `searchGroups` of a pair statistic that redraws its own worlds. `name` names the streams of random numbers and
 * the progress; `level` is the tail probability below which a pair is looked at.
 */
export function searchRedrawn(
  screen: RedrawnScreen,
  options: {
    readonly name: string;
    readonly level: number;
    readonly worlds: number;
    readonly household: Int32Array;
    readonly minUnits: number;
  },
  context: DetectorContext,
): GroupSearch {
  const { name, level, worlds: total } = options;
  function* worlds() {
    for (let w = 0; w < total; w++) {
      yield weighPairs(screen.redrawn(deriveSeed(context.seed, `${name} ${w}`)), level);
      context.progress?.({ phase: `redrawing ${name}`, done: w + 1, total });
    }
  }
  const search = searchGroups(weighPairs(screen.observed(), level), worlds(), {
    household: options.household,
    minUnits: options.minUnits,
    seed: deriveSeed(context.seed, name),
    signal: context.signal,
  });
  context.redrawn?.(name, search.table.best);
  return search;
}

/**
 * The group that is left when some meetings are taken away as explained, and the p of what is left.
 * `explained` says how many of a pair's hits an innocent hypothesis accounts for (all of a circle's
 * score where it says 1 or more).
 */
export function remainingP(
  members: readonly number[],
  search: GroupSearch,
  explained: (a: number, b: number) => number,
  minUnits: number,
  household: Int32Array,
): { p: number; weight: number } {
  const { pairs, table } = search;
  const inside = new Set(members);
  const a: number[] = [];
  const b: number[] = [];
  const weight: number[] = [];
  let total = 0;
  for (let e = 0; e < pairs.a.length; e++) {
    const x = pairs.a[e]!;
    const y = pairs.b[e]!;
    if (!inside.has(x) || !inside.has(y) || household[x] === household[y]) continue;
    total += pairs.weight[e]!;
    // Of a circle, which has no hits, whatever is explained explains the pair.
    const share = Math.min(1, explained(x, y) / (pairs.hits?.[e] ?? 1));
    const left = pairs.weight[e]! * (1 - share);
    if (left <= 0) continue;
    a.push(x);
    b.push(y);
    weight.push(left);
  }
  const rest = groupsOfPairs(
    { a: Int32Array.from(a), b: Int32Array.from(b), weight: Float64Array.from(weight) },
    { household, minUnits, seed: 1 },
  );
  return {
    p: rest.length > 0 ? groupP(rest[0]!.score, table) : 1,
    weight: total > 0 ? 1 - weight.reduce((x, y) => x + y, 0) / total : 0,
  };
}

/** Σ E over the screened pairs inside a group. */
export const expectedHits = (members: readonly number[], pairs: EvidencePairs): number =>
  sumInside(members, pairs, pairs.expected);

/** Σ hits over the screened pairs inside a group. */
export const hitsOf = (members: readonly number[], pairs: EvidencePairs): number =>
  sumInside(members, pairs, pairs.hits);

function sumInside(
  members: readonly number[],
  { a, b }: EvidencePairs,
  of: Int32Array | Float64Array | undefined,
): number {
  const inside = new Set(members);
  let sum = 0;
  for (let e = 0; e < a.length; e++)
    if (inside.has(a[e]!) && inside.has(b[e]!)) sum += of?.[e] ?? 0;
  return sum;
}
