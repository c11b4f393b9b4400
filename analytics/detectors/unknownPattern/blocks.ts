import { poissonLikelihoodRatio } from '../../algorithms/tails.js';
import { tensorBlocks } from '../../algorithms/tensorBlocks.js';
import type { Purchases } from './purchases.js';
import { countCells, type WeekShares, weekShares } from './weekShares.js';

/** Households × institutions × drugs × weeks, and how far beyond habit they are. */
export interface Pattern {
  readonly units: ReadonlySet<number>;
  /** Institution · weeks + week: a week at one institution has nothing to do with that week at another. */
  readonly occasions: ReadonlySet<number>;
  /** Institution × drug: the pair's number. */
  readonly pairs: ReadonlySet<number>;
  /** Purchases in all of these; those that habit puts there. */
  readonly inside: number;
  readonly expected: number;
  /** Poisson log likelihood ratio of the one under the other ÷ households: a sum would favour large blocks of noise. */
  readonly score: number;
}

export interface PatternOptions {
  readonly blocks: number;
  readonly signal?: AbortSignal | undefined;
}

/** A week's purchases of a drug at a place enter with so many households and such a log likelihood ratio beyond habit. */
const CELL_MIN = 3;
const CELL_SCORE = 2;
/** No expectation is taken for smaller: a single purchase is no surprise. */
const EXPECTED_MIN = 0.5;

/** Number of cells that a search needs room for: institution × drug × week. */
export const cellsOf = ({ pairs, weeks }: Purchases) => pairs * weeks;

/**
 * Patterns of one world, the highest score first. The tensor that is peeled has the purchases of those cells that
 * hold more households than habit, each weighing its part of the cell's log likelihood ratio: what is popular
 * weighs nothing. `cells` is scratch of `cellsOf` numbers.
 */
export function patternsOf(
  purchases: Purchases,
  week: Int32Array,
  cells: Int32Array,
  options: PatternOptions,
): Pattern[] {
  const { count, unit, institution, drug, pair, weeks } = purchases;
  countCells(purchases, week, cells);
  const shares = weekShares(purchases, week, cells);
  const burst: number[] = [];
  const scores = new Map<number, number>();
  for (let e = 0; e < count; e++) {
    const w = week[e]!;
    const c = cells[pair[e]! * weeks + w]!;
    if (c < CELL_MIN) continue;
    const usual = Math.max(EXPECTED_MIN, shares.expected(pair[e]!, institution[e]!, drug[e]!, w));
    const score = poissonLikelihoodRatio(c, usual);
    if (score < CELL_SCORE) continue;
    burst.push(e);
    scores.set(pair[e]! * weeks + w, score / c);
  }
  const kept = repeated(purchases, week, burst);
  const take = (of: (e: number) => number) => Int32Array.from(kept, of);
  const [units, places] = purchases.sizes;
  const found = tensorBlocks(
    {
      sizes: [units, places * weeks, purchases.pairs],
      at: [
        take((e) => unit[e]!),
        take((e) => institution[e]! * weeks + week[e]!),
        take((e) => pair[e]!),
      ],
      weights: Float64Array.from(kept, (e) => scores.get(pair[e]! * weeks + week[e]!)!),
    },
    { blocks: options.blocks, signal: options.signal },
  );
  return found
    .map(({ values }) => {
      const [of, occasions, bought] = values.map((v) => new Set(v));
      const sides = { units: of!, occasions: occasions!, pairs: bought! };
      return measure(purchases, week, shares, sides);
    })
    .sort((x, y) => y.score - x.score);
}

export const weeksOf = ({ occasions }: Pick<Pattern, 'occasions'>, weeks: number): Set<number> =>
  new Set([...occasions].map((o) => o % weeks));

export const institutionsOf = (
  { occasions }: Pick<Pattern, 'occasions'>,
  weeks: number,
): Set<number> => new Set([...occasions].map((o) => Math.floor(o / weeks)));

/**
 * What is left when households that are on fewer than two occasions, and cells with fewer than three households,
 * are left out again and again: whoever comes to one event only makes no pattern.
 */
function repeated(purchases: Purchases, week: Int32Array, entries: readonly number[]): number[] {
  const { unit, institution, pair, weeks, sizes } = purchases;
  const numbers = new Map<number, number>();
  const cell = Int32Array.from(entries, (e) => {
    const key = pair[e]! * weeks + week[e]!;
    const number = numbers.get(key) ?? numbers.size;
    if (number === numbers.size) numbers.set(key, number);
    return number;
  });
  const inCell = new Int32Array(numbers.size);
  const firstOccasion = new Int32Array(sizes[0]);
  const comesAgain = new Uint8Array(sizes[0]);
  let left = entries.map((_, k) => k);
  for (;;) {
    inCell.fill(0);
    firstOccasion.fill(-1);
    comesAgain.fill(0);
    for (const k of left) {
      const e = entries[k]!;
      const u = unit[e]!;
      const occasion = institution[e]! * weeks + week[e]!;
      if (firstOccasion[u] === -1) firstOccasion[u] = occasion;
      else if (firstOccasion[u] !== occasion) comesAgain[u] = 1;
      inCell[cell[k]!]!++;
    }
    const next = left.filter(
      (k) => comesAgain[unit[entries[k]!]!] && inCell[cell[k]!]! >= CELL_MIN,
    );
    if (next.length === left.length) return next.map((k) => entries[k]!);
    left = next;
  }
}

type Sides = Pick<Pattern, 'units' | 'occasions' | 'pairs'>;

/** What lies inside given sides; `counts` says which purchases are looked at. */
export function measure(
  purchases: Purchases,
  week: Int32Array,
  shares: WeekShares,
  sides: Sides,
  counts: (e: number) => boolean = () => true,
): Pattern {
  const { start, institution, drug, pair, weeks, ofPair } = purchases;
  const usual = new Map<number, number>();
  let inside = 0;
  let expected = 0;
  const add = (e: number) => {
    if (!sides.pairs.has(pair[e]!) || !counts(e)) return;
    const from = institution[e]! * weeks;
    if (sides.occasions.has(from + week[e]!)) inside++;
    let share = usual.get(pair[e]!);
    if (share === undefined) {
      let here = 0;
      let all = 0;
      for (let w = 0; w < weeks; w++) {
        const x = shares.expected(pair[e]!, institution[e]!, drug[e]!, w) / ofPair[pair[e]!]!;
        all += x;
        if (sides.occasions.has(from + w)) here += x;
      }
      share = all > 0 ? here / all : 1;
      usual.set(pair[e]!, share);
    }
    expected += share;
  };
  for (const u of sides.units) for (let e = start[u]!; e < start[u + 1]!; e++) add(e);
  return {
    ...sides,
    inside,
    expected,
    score: poissonLikelihoodRatio(inside, expected) / Math.max(1, sides.units.size),
  };
}
