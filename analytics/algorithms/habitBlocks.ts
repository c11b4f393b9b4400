/**
 * Blocks of people × places that habit does not make: everybody of the people uses each of the places with
 * probability ½, instead of with the p_ik of his home (circles.ts).
 *
 * A block S × T scores its log likelihood ratio, less what it costs to name its people and places (two-part code
 * length; Rissanen 1978): Σ_{i∈S,k∈T} [x_ik·ln(½/p_ik) + (1 − x_ik)·ln ½] − ln C(people, |S|) − ln C(places, |T|), with
 * 1 − p_ik taken for 1. So pairs need not stand out each: seven people who share two or three places each
 * are a block if it is always some of the same eight places.
 *
 * Grown from pairs, the highest score first: the places whose sum over S pays for their name, then the people whose
 * sum over T does, of a household the one with most, until nothing moves. One name more costs ln(people/|S|), or
 * ln(places/|T|): the larger the block, the likelier is it that the next one is of it.
 */
import { push } from '../model/multimap.js';
import { type Links, rangesOf } from './placeLinks.js';

/** ln of the chance that one of a block uses one of its places, and that he does not. */
const LOG_HALF = -Math.LN2;
const ROUNDS = 12;

export interface HabitBlock {
  /** Ascending. */
  readonly people: readonly number[];
  readonly places: readonly number[];
  readonly score: number;
}

export interface SeedPairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly score: Float64Array;
}

export interface GrowOptions {
  readonly household: Int32Array;
  /** Blocks are grown from so many pairs. */
  readonly seeds: number;
}

/**
 * Blocks in descending score, each of people of whom half are in no block before it; links are sorted by patient and
 * place, `costOf` is −ln p of each. Blocks of fewer than two people or places are none; a score may be negative.
 */
export function growBlocks(
  links: Links,
  costOf: (link: number) => number,
  seeds: SeedPairs,
  { household, seeds: most }: GrowOptions,
): HabitBlock[] {
  const grow = grower(links, costOf, household);
  const order = [...seeds.a.keys()]
    .filter((e) => household[seeds.a[e]!] !== household[seeds.b[e]!])
    .sort((x, y) => seeds.score[y]! - seeds.score[x]! || x - y);
  const seen = new Set<number>();
  const found: HabitBlock[] = [];
  let tried = 0;
  for (const e of order) {
    const pair = [seeds.a[e]!, seeds.b[e]!];
    if (pair.every((m) => seen.has(m))) continue;
    if (tried++ >= most) break;
    const block = grow(pair);
    for (const m of [...pair, ...(block?.people ?? [])]) seen.add(m);
    if (block) found.push(block);
  }
  return distinct(found.sort((x, y) => y.score - x.score || x.people[0]! - y.people[0]!));
}

function distinct(blocks: readonly HabitBlock[]): HabitBlock[] {
  const told = new Set<number>();
  return blocks.filter(({ people }) => {
    const isTold = people.filter((m) => told.has(m)).length * 2 > people.length;
    if (!isTold) for (const m of people) told.add(m);
    return !isTold;
  });
}

function logChoose(all: number, some: number): number {
  let sum = 0;
  for (let i = 0; i < some; i++) sum += Math.log((all - i) / (i + 1));
  return sum;
}

function grower(links: Links, costOf: (link: number) => number, household: Int32Array) {
  const ranges = rangesOf(links.patient);
  const usersOf = new Map<number, number[]>();
  for (const [e, k] of links.place.entries()) push(usersOf, k, e);
  const pays = (all: number, known: number) => Math.log(Math.max(2, all) / Math.max(1, known));

  /** Places that several of the people use, where the sum pays for the name; so many were known before. */
  function placesOf(people: readonly number[], known: number): number[] {
    const placePays = pays(usersOf.size, known);
    const sums = new Map<number, { users: number; cost: number }>();
    for (const m of people) {
      const [from, to] = ranges.get(m)!;
      for (let e = from; e < to; e++) {
        const sum = sums.get(links.place[e]!) ?? { users: 0, cost: 0 };
        sums.set(links.place[e]!, sum);
        sum.users++;
        sum.cost += costOf(e);
      }
    }
    return [...sums]
      .filter(([, s]) => s.users >= 2 && s.cost + people.length * LOG_HALF > placePays)
      .map(([k]) => k)
      .sort((x, y) => x - y);
  }

  /** People whose sum over the places pays for the name, with the sum; so many were known before. */
  function peopleOf(places: readonly number[], known: number): Map<number, number> {
    const personPays = pays(ranges.size, known);
    const sums = new Map<number, number>();
    for (const k of places)
      for (const e of usersOf.get(k)!) {
        const m = links.patient[e]!;
        sums.set(m, (sums.get(m) ?? 0) + costOf(e));
      }
    const heads = new Map<number, readonly [number, number]>();
    for (const [m, cost] of sums) {
      const sum = cost + places.length * LOG_HALF;
      const head = heads.get(household[m]!);
      if (sum > personPays && (!head || sum > head[1] || (sum === head[1] && m < head[0])))
        heads.set(household[m]!, [m, sum]);
    }
    return new Map(heads.values());
  }

  return (pair: readonly number[]): HabitBlock | undefined => {
    let block: HabitBlock = { people: pair, places: [], score: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const places = placesOf(block.people, block.places.length);
      if (places.length < 2) return undefined;
      const sums = peopleOf(places, block.people.length);
      const people = [...sums.keys()].sort((x, y) => x - y);
      if (people.length < 2) return undefined;
      const sum = people.reduce((all, m) => all + sums.get(m)!, 0);
      const names = logChoose(ranges.size, people.length) + logChoose(usersOf.size, places.length);
      const last = block;
      block = { people, places, score: sum - names };
      if (people.length === last.people.length && people.every((m, i) => m === last.people[i]))
        break;
    }
    return block;
  };
}
