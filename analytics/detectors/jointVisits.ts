import { push } from '../model/multimap.js';
import { secondOfDay } from '../model/time.js';
import { rowsOf } from '../projection/indexes.js';
import type { World } from '../projection/world.js';
import { isPharmacySwipe } from './visits.js';

/** Members of different homes at one pharmacy on one day, within minutes of each other. */
interface Session {
  /** Pairs of settlements with known baskets. */
  readonly basketPairs: number;
  /** Those that are the same, and those of two people for the first time. */
  readonly sameBasket: number;
  readonly newlySame: number;
}

/** Who of a group was where at the same time. */
export interface JointVisits {
  /** Settlements that meet another unit's, in order of time. */
  readonly rows: readonly number[];
  /** Sum over pairs of units of the days on which they met. */
  readonly meetings: number;
  /** Meetings by institution. */
  readonly byPlace: ReadonlyMap<number, number>;
  /** Cells (`institution · CELL_DAYS + day`) where two members met, by `pairKey`. */
  readonly cellsOfPair: ReadonlyMap<number, readonly number[]>;
  /** Every session, in order of day. */
  readonly cells: readonly Session[];
  readonly days: number;
}

export const CELL_DAYS = 100_000;

export function pairKey(a: number, b: number): number {
  return Math.min(a, b) * 2 ** 26 + Math.max(a, b);
}

/** Meetings within ±delta seconds of members of different households at one pharmacy. */
export function jointVisits(world: World, members: readonly number[], delta: number): JointVisits {
  const s = world.settlements;
  const household = world.patients.household;
  const cells = new Map<number, number[]>();
  for (const m of members)
    for (const i of rowsOf(world, m)) {
      if (s.cancelled[i] || !s.hasClock[i] || !isPharmacySwipe(world, i)) continue;
      const cell = s.institution[i]! * CELL_DAYS + s.day[i]!;
      push(cells, cell, i);
    }
  const rows = new Set<number>();
  const byPlace = new Map<number, number>();
  const cellsOfPair = new Map<number, number[]>();
  const days = new Set<number>();
  const sessions: Session[] = [];
  const shared = new Set<string>();
  let meetings = 0;
  const inOrder = [...cells].sort(([x], [y]) => (x % CELL_DAYS) - (y % CELL_DAYS) || x - y);
  for (const [cell, list] of inOrder) {
    if (list.length < 2) continue;
    list.sort((x, y) => s.time[x]! - s.time[y]! || x - y);
    const met = new Set<number>();
    let basketPairs = 0;
    let sameBasket = 0;
    let newlySame = 0;
    for (let x = 0; x < list.length; x++)
      for (let y = x + 1; y < list.length; y++) {
        const i = list[x]!;
        const j = list[y]!;
        if (secondOfDay(s.time[j]!) - secondOfDay(s.time[i]!) > delta) break;
        if (household[s.patient[i]!] === household[s.patient[j]!]) continue;
        rows.add(i);
        rows.add(j);
        if (s.basket[i] !== 0 && s.basket[j] !== 0) {
          basketPairs++;
          if (s.basket[i] === s.basket[j]) {
            sameBasket++;
            const known = `${pairKey(s.patient[i]!, s.patient[j]!)}|${s.basket[i]}`;
            if (!shared.has(known)) newlySame++;
            shared.add(known);
          }
        }
        met.add(pairKey(s.patient[i]!, s.patient[j]!));
      }
    if (met.size === 0) continue;
    meetings += met.size;
    const place = Math.floor(cell / CELL_DAYS);
    byPlace.set(place, (byPlace.get(place) ?? 0) + met.size);
    for (const key of met) push(cellsOfPair, key, cell);
    days.add(cell % CELL_DAYS);
    sessions.push({ basketPairs, sameBasket, newlySame });
  }
  return {
    rows: [...rows].sort((x, y) => s.time[x]! - s.time[y]! || x - y),
    meetings,
    byPlace,
    cellsOfPair,
    cells: sessions,
    days: days.size,
  };
}

/** Places that hold at least `share` of the weight, heaviest first; always the heaviest. */
export function corePlaces(weight: ReadonlyMap<number, number>, share: number): number[] {
  const total = [...weight.values()].reduce((x, y) => x + y, 0);
  const sorted = [...weight].sort((x, y) => y[1] - x[1] || x[0] - y[0]);
  return sorted.filter(([, w], i) => i === 0 || w >= share * total).map(([h]) => h);
}
