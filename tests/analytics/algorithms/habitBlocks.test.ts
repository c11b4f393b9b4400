import { describe, expect, it } from 'vitest';
import { growBlocks } from '../../../analytics/algorithms/habitBlocks.js';
import { sortLinks } from '../../../analytics/algorithms/placeLinks.js';
import { createRng } from '../../../analytics/model/rng.js';

const PEOPLE = 600;
const PLACES = 120;
const COST = 3.8;
const alone = Int32Array.from({ length: PEOPLE }, (_, p) => p);

/** Four places of each of `PEOPLE`, and `lent` people at each of `houses` with probability ½. */
function world(seed: number, lent: readonly number[], houses: readonly number[]) {
  const rng = createRng(seed);
  const keys = new Set<number>();
  for (let p = 0; p < PEOPLE; p++)
    for (let n = 0; n < 4; n++) keys.add(p * PLACES + rng.int(PLACES));
  for (const p of lent) for (const h of houses) if (rng.next() < 0.5) keys.add(p * PLACES + h);
  const list = [...keys];
  return sortLinks(
    Int32Array.from(list, (k) => Math.floor(k / PLACES)),
    Int32Array.from(list, (k) => k % PLACES),
  );
}

/** Everybody with everybody who has two places in common with him. */
function pairs({ patient, place }: { patient: Int32Array; place: Int32Array }) {
  const of = new Map<number, Set<number>>();
  patient.forEach((p, e) => {
    of.set(p, (of.get(p) ?? new Set<number>()).add(place[e]!));
  });
  const out: Array<[number, number, number]> = [];
  for (let a = 0; a < PEOPLE; a++)
    for (let b = a + 1; b < PEOPLE; b++) {
      const shared = [...(of.get(a) ?? [])].filter((k) => of.get(b)?.has(k)).length;
      if (shared >= 2) out.push([a, b, shared]);
    }
  return {
    a: Int32Array.from(out, (x) => x[0]),
    b: Int32Array.from(out, (x) => x[1]),
    score: Float64Array.from(out, (x) => x[2]),
  };
}

const lent = [3, 77, 140, 222, 301, 388, 450, 512, 555, 590];
const houses = [5, 17, 29, 41, 53, 65, 77, 89, 101, 113];
const grow = (links: ReturnType<typeof world>, household = alone, seeds = 400) =>
  growBlocks(links, () => COST, pairs(links), { household, seeds });

describe('blocks that habit does not make', () => {
  it('are found where everybody was at half of the places only', () => {
    const [best, ...others] = grow(world(1, lent, houses));
    expect(best!.people.length).toBeGreaterThanOrEqual(7);
    expect(best!.people.filter((p) => !lent.includes(p))).toEqual([]);
    expect(best!.places.filter((h) => !houses.includes(h))).toEqual([]);
    expect(best!.places.length).toBeGreaterThanOrEqual(8);
    expect(Math.max(...others.map((b) => b.score), -Infinity)).toBeLessThan(0);
  });

  it('score what their links say less the names of their people and places', () => {
    const links = world(2, lent, houses);
    const { people, places, score } = grow(links)[0]!;
    const used = new Set(links.patient.map((p, e) => p * PLACES + links.place[e]!));
    const names = (all: number, some: readonly number[]) =>
      some.reduce((sum, _, i) => sum + Math.log((all - i) / (i + 1)), 0);
    let want = -names(PEOPLE, people) - names(PLACES, places);
    for (const p of people)
      for (const h of places) want += Math.log(0.5) + (used.has(p * PLACES + h) ? COST : 0);
    expect(score).toBeCloseTo(want, 6);
  });

  it('are nothing in worlds where nobody is lent', () => {
    for (const seed of [3, 4, 5])
      expect(grow(world(seed, [], [])).filter((b) => b.score > 0)).toEqual([]);
  });

  it('take one of a household', () => {
    const household = alone.slice();
    for (const p of lent.slice(0, 5)) household[p] = lent[0]!;
    const [best] = grow(world(1, lent, houses), household);
    expect(best!.people.filter((p) => household[p] === lent[0]!).length).toBe(1);
    expect(new Set(best!.people.map((p) => household[p])).size).toBe(best!.people.length);
  });

  it('are grown from as many pairs as asked for', () => {
    expect(grow(world(1, lent, houses), alone, 0)).toEqual([]);
  });
});
