import { logBenjaminiHochberg } from '../../algorithms/multiplicity.js';
import { logPoissonTail } from '../../algorithms/tails.js';
import { rowsOf } from '../../projection/indexes.js';
import type { World } from '../../projection/world.js';
import { cellOf, type PlaceDays } from './hubs.js';

/** What is looked through for further cards of an agent, and how sure their company must be by itself. */
export interface Pool {
  readonly people: readonly number[];
  /** P of so much company, at most. */
  readonly company: number;
}

/** Times that they are looked for with those found, who bring others along. */
const ROUNDS = 3;

/**
 * Whose card is with those of an agent though his telephone does not say so, or who was at one of the places only.
 * p of somebody = Π of the chances that his neighbours use the agent's places that he used (`rare`: −ln of them, summed) ×
 * the Poisson tail of the times that he came with one of the cards, against the share of the others' visits that fall on
 * their days; Benjamini–Hochberg over the pool. Neighbours who live elsewhere than they are registered are at the places,
 * too, so that the company is asked for by itself as well.
 */
export function joiners(
  world: World,
  members: readonly number[],
  places: ReadonlySet<number>,
  days: PlaceDays,
  by: {
    readonly rare: (patient: number) => number;
    readonly pools: readonly Pool[];
    readonly q: number;
  },
): number[] {
  const found: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const more = nextJoiners(world, [...members, ...found], places, days, by);
    if (more.length === 0) break;
    found.push(...more);
  }
  return found;
}

function nextJoiners(
  world: World,
  members: readonly number[],
  places: ReadonlySet<number>,
  days: PlaceDays,
  { rare, pools, q }: Parameters<typeof joiners>[4],
): number[] {
  const { institution, cancelled } = world.settlements;
  const at = (m: number) =>
    [...rowsOf(world, m)]
      .filter((i) => !cancelled[i] && places.has(institution[i]!))
      .map((i) => cellOf(world, i, days.width));
  const theirs = new Map<number, number>();
  const own = new Map<number, number>();
  for (const m of members)
    for (const cell of at(m)) {
      theirs.set(cell, (theirs.get(cell) ?? 0) + 1);
      const h = days.placeOf(cell);
      own.set(h, (own.get(h) ?? 0) + 1);
    }
  const onTheirs = new Map<number, number>();
  for (const [cell, n] of theirs) {
    const h = days.placeOf(cell);
    onTheirs.set(h, (onTheirs.get(h) ?? 0) + days.cells.get(cell)! - n);
  }
  const usual = (h: number) =>
    (onTheirs.get(h) ?? 0) / Math.max(1, days.visits[h]! - (own.get(h) ?? 0));
  const inside = new Set(members);
  const out: number[] = [];
  for (const { people, company } of pools) {
    const looked = people.filter((m) => !inside.has(m) && rare(m) > 0);
    const logP = looked.map((m) => {
      const cells = [...new Set(at(m))];
      const joined = cells.filter((cell) => theirs.has(cell)).length;
      const expected = cells.reduce((sum, cell) => sum + usual(days.placeOf(cell)), 0);
      const together = joined > 0 ? logPoissonTail(joined, expected) : 0;
      return together <= Math.log(company) ? together - rare(m) : 0;
    });
    const logQ = logBenjaminiHochberg(logP, people.length);
    out.push(...looked.filter((_, i) => logQ[i]! <= Math.log(q)));
  }
  return out;
}
