import { median } from '../../algorithms/robust.js';
import { push } from '../../model/multimap.js';
import { STOCK_IN } from '../../projection/details.js';
import type { World } from '../../projection/world.js';

/** What one institution sold of one item against what it bought. Units are packs. */
export interface Shortfall {
  readonly institution: number;
  readonly item: number;
  readonly sold: number;
  readonly bought: number;
  /** Fen that the sales cost in all. */
  readonly paid: number;
  /** Largest rise of (sold − bought) over the period: the stock that must have stood there before. */
  readonly rise: number;
  /** Settlements that sold it, in order of time. */
  readonly rows: readonly number[];
  readonly units: readonly number[];
  /** Purchases by day, of the period and before. */
  readonly days: readonly number[];
  readonly purchases: readonly number[];
}

/** Purchases before an institution is taken to report its stock at all. */
const REPORTS = 10;

/** Every item that an institution which reports its stock sold, and anybody bought. */
export function shortfalls(world: World): Shortfall[] {
  const { lines, stock, settlements: s, items } = world;
  const width = Math.max(1, items.ids.length);
  const purchases = new Map<number, number>();
  const known = new Set<number>();
  const moves = new Map<number, { days: number[]; units: number[] }>();
  for (let i = 0; i < stock.count; i++) {
    if (stock.kind[i] !== STOCK_IN || stock.day[i]! < world.fromDay) continue;
    const h = stock.institution[i]!;
    purchases.set(h, (purchases.get(h) ?? 0) + 1);
    known.add(stock.item[i]!);
    const key = h * width + stock.item[i]!;
    const list = moves.get(key) ?? { days: [], units: [] };
    list.days.push(stock.day[i]!);
    list.units.push(stock.units[i]!);
    moves.set(key, list);
  }
  const sales = new Map<number, { rows: number[]; units: number[]; fen: number }>();
  for (let l = 0; l < lines.count; l++) {
    const row = lines.settlement[l]!;
    const units = lines.units[l]!;
    const h = s.institution[row]!;
    if (s.cancelled[row] || !(units > 0) || !known.has(lines.item[l]!)) continue;
    if ((purchases.get(h) ?? 0) < REPORTS) continue;
    const key = h * width + lines.item[l]!;
    const list = sales.get(key) ?? { rows: [], units: [], fen: 0 };
    list.rows.push(row);
    list.units.push(units);
    list.fen += lines.fen[l]!;
    sales.set(key, list);
  }
  return [...sales]
    .sort((x, y) => x[0] - y[0])
    .map(([key, sale]) => {
      const order = sale.rows.map((_, k) => k);
      order.sort((a, b) => s.day[sale.rows[a]!]! - s.day[sale.rows[b]!]! || a - b);
      const move = moves.get(key) ?? { days: [], units: [] };
      const base = {
        institution: Math.floor(key / width),
        item: key % width,
        sold: sale.units.reduce((x, y) => x + y, 0),
        bought: move.units.reduce((x, y) => x + y, 0),
        paid: sale.fen,
        rows: order.map((k) => sale.rows[k]!),
        units: order.map((k) => sale.units[k]!),
        days: move.days,
        purchases: move.units,
        rise: 0,
      };
      return { ...base, rise: riseOf(world, base, 1) };
    });
}

/** Largest rise of the cumulative sum of sales less purchases, each of which stands for `1/reported`. */
export function riseOf(world: World, pair: Omit<Shortfall, 'rise'>, reported: number): number {
  const day = world.settlements.day;
  let level = 0;
  let lowest = 0;
  let most = 0;
  let next = 0;
  for (let k = 0; k < pair.rows.length; k++) {
    for (; next < pair.days.length && pair.days[next]! <= day[pair.rows[k]!]!; next++) {
      level -= pair.purchases[next]! / reported;
      lowest = Math.min(lowest, level);
    }
    level += pair.units[k]!;
    most = Math.max(most, level - lowest);
  }
  return most;
}

/** Fen that a unit of each item costs in the median of the institutions; of those alone that so many sell. */
export function usualPrices(pairs: readonly Shortfall[]): Map<number, number> {
  const byItem = new Map<number, number[]>();
  for (const p of pairs)
    if (p.paid > 0) byItem.set(p.item, [...(byItem.get(p.item) ?? []), p.paid / p.sold]);
  return new Map(
    [...byItem]
      .filter(([, prices]) => prices.length >= PHARMACIES)
      .map(([item, prices]) => [item, median(prices)]),
  );
}

/** Packs sold below which an item tells nothing: what stood on the shelf is as much. */
export const TELLING = 10;
const PHARMACIES = 5;

/**
 * The share of what was sold that the records of purchases show, of all items together, and of those
 * single items whose records fall short nearly everywhere (another unit, another list).
 */
export function reportedShares(pairs: readonly Shortfall[]): (pair: Shortfall) => number {
  const byInstitution = new Map<number, { sold: number; bought: number }>();
  const byItem = new Map<number, number[]>();
  for (const p of pairs) {
    const sum = byInstitution.get(p.institution) ?? { sold: 0, bought: 0 };
    byInstitution.set(p.institution, { sold: sum.sold + p.sold, bought: sum.bought + p.bought });
    if (p.sold < TELLING) continue;
    byItem.set(p.item, [...(byItem.get(p.item) ?? []), p.bought / p.sold]);
  }
  const general = median([...byInstitution.values()].map((x) => x.bought / x.sold));
  const usual = bounded(Number.isNaN(general) ? 1 : general);
  const odd = new Map<number, number>();
  for (const [item, shares] of byItem) {
    const share = median(shares);
    if (shares.length >= PHARMACIES && share < 0.7 * usual) odd.set(item, Math.max(0.01, share));
  }
  return (pair) => odd.get(pair.item) ?? usual;
}

/**
 * How much of its purchases an institution reports (at most 1), by items that are not short themselves, against what
 * is bought elsewhere for sales of their size: who leaves out purchases leaves out those of all items alike. Where most
 * of its items are short, all of them count.
 */
export function ownShares(
  pairs: readonly Shortfall[],
  shares: (pair: Shortfall) => number,
  short: ReadonlySet<Shortfall>,
): Map<number, number> {
  const usual = median(pairs.map(shares));
  const sizeOf = (p: Shortfall) => Math.floor(Math.log2(Math.max(1, p.sold)));
  const bySite = new Map<number, Shortfall[]>();
  const all: Trade[] = [];
  // Items with a share of their own say nothing of the house.
  for (const p of pairs.filter((x) => shares(x) === usual)) {
    add(all, sizeOf(p), p);
    push(bySite, p.institution, p);
  }
  const out = new Map<number, number>();
  for (const [institution, list] of bySite) {
    const mine: Trade[] = [];
    for (const p of list) add(mine, sizeOf(p), p);
    const rest = all.map((of, size) => ({
      sold: of.sold - (mine[size]?.sold ?? 0),
      bought: of.bought - (mine[size]?.bought ?? 0),
    }));
    const sum = rest.reduce((x, y) => ({ sold: x.sold + y.sold, bought: x.bought + y.bought }));
    const general = sum.sold > 0 ? sum.bought / sum.sold : 1;
    const others = list.filter((p) => !short.has(p));
    let [bought, expected] = [0, 0];
    for (const p of others.length * 2 > list.length ? others : list) {
      const of = rest[sizeOf(p)]!;
      bought += p.bought;
      expected += (p.sold * (of.bought + SIZE_PRIOR * general)) / (of.sold + SIZE_PRIOR);
    }
    const share = expected > 0 ? bought / expected : 1;
    out.set(institution, Math.min(1, Math.max(0.05, share)));
  }
  return out;
}

interface Trade {
  readonly sold: number;
  readonly bought: number;
}

/** Packs of the general share that those sold of one size are shrunk with. */
const SIZE_PRIOR = 50;

/** Adds a pair to the sums of its size; sizes without any in between are empty. */
function add(sums: Trade[], size: number, pair: Trade): void {
  while (sums.length <= size) sums.push({ sold: 0, bought: 0 });
  const of = sums[size]!;
  sums[size] = { sold: of.sold + pair.sold, bought: of.bought + pair.bought };
}

const bounded = (share: number) => Math.min(1.2, Math.max(0.2, share));
