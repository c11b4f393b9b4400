import { lowerBound } from '../../algorithms/lowerBound.js';
import { mean, quantileSorted } from '../../algorithms/robust.js';
import type { World } from '../../projection/world.js';

/** A sale of less than this share of a pack's price is of a part of it. */
const PART = 0.75;
/** The parts of one pack come to this many packs' price at most: who sells by the piece asks a little more. */
const WHOLE = 1.4;
/** Codes of an item from which its pack's price is taken. */
const SAMPLE = 500;
const PRICE = 0.8;

/** Whether these sales, by row of the traces, are one pack handed out by parts (拆零): small each, and one pack in all. */
export type OfOnePack = (sales: readonly number[]) => boolean;

/**
 * What was charged for the item of a code, over the codes of that item on the settlement, against what all but
 * the dearest fifth ask for a code that was sold once, a pack's price (some of these are of parts, too).
 * Where fee lines are missing no sale is of a part.
 */
export function partsOfPacks(world: World): OfOnePack {
  const { traces, lines } = world;
  if (lines.count === 0) return () => false;
  const codesOn = codesOfSettlements(world);
  const charged = (i: number) => {
    const [row, item] = [traces.settlement[i]!, traces.item[i]!];
    return row < 0 || item < 0 ? Number.NaN : fenOf(world, row, item) / codesOn(row, item);
  };
  let prices: ReadonlyMap<number, number> | undefined;
  return (sales) => {
    prices ??= packPrices(world, charged);
    const price = prices.get(traces.item[sales[0]!]!) ?? Number.NaN;
    // A line that was lost is taken for the mean of the others.
    const shares = sales.map((i) => charged(i) / price).filter((share) => share > 0);
    const known = shares.length * 2 >= sales.length;
    return known && Math.max(...shares) < PART && mean(shares) * sales.length <= WHOLE;
  };
}

/** How many codes of an item a settlement has. */
function codesOfSettlements({ traces, items }: World): (row: number, item: number) => number {
  const width = items.ids.length;
  const count = new Map<number, number>();
  let keys: Float64Array | undefined;
  return (row, item) => {
    const key = row * width + item;
    const known = count.get(key);
    if (known !== undefined) return known;
    keys ??= Float64Array.from(traces.settlement, (s, i) => s * width + traces.item[i]!).sort();
    const n = lowerBound(keys, key + 1) - lowerBound(keys, key);
    count.set(key, n);
    return n;
  };
}

function fenOf({ lines }: World, row: number, item: number): number {
  let fen = 0;
  for (let l = lines.start[row]!; l < lines.start[row + 1]!; l++)
    if (lines.item[l] === item) fen += lines.fen[l]!;
  return fen;
}

/** That of every item, from the codes with one row only, the first SAMPLE in order of code. */
function packPrices({ traces }: World, charged: (i: number) => number): Map<number, number> {
  const fen = new Map<number, number[]>();
  for (let i = 0; i < traces.count; i++) {
    if (traces.code[i] === traces.code[i - 1] || traces.code[i] === traces.code[i + 1]) continue;
    const list = fen.get(traces.item[i]!) ?? [];
    fen.set(traces.item[i]!, list);
    const own = list.length < SAMPLE ? charged(i) : 0;
    if (own > 0) list.push(own);
  }
  return new Map(
    [...fen].map(([item, list]) => [
      item,
      quantileSorted(
        list.sort((a, b) => a - b),
        PRICE,
      ),
    ]),
  );
}
