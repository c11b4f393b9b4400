import { describe, expect, it } from 'vitest';
import { blockJudge } from '../../../analytics/algorithms/blockHabits.js';
import { coVisits, sortLinks } from '../../../analytics/algorithms/placeLinks.js';
import { createRng, shuffle } from '../../../analytics/model/rng.js';

const AREAS = 12;
const NEIGHBOURS = 80;
const PEOPLE = AREAS * NEIGHBOURS;
/** Of each area; six areas are a region. */
const OWN = 8;
const PLACES = AREAS * OWN;
const SHARE = 0.35;
const area = Int32Array.from({ length: PEOPLE }, (_, p) => Math.floor(p / NEIGHBOURS));
const region = area.map((a) => Math.floor(a / 6));

/** One of every other area. */
const apart = [0, 2, 4, 6, 8, 10, 1, 3].map((a, n) => a * NEIGHBOURS + 5 + n);
/** One place of each of nine areas. */
const houses = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((a) => a * OWN + 7);

/** Everybody at four places of his home and at one of his region; `more` come on top, and `instead` of all these. */
function judged(
  more: (rng: ReturnType<typeof createRng>) => Array<[number, number]>,
  instead: ReadonlySet<number> = new Set(),
  people: readonly number[] = apart,
) {
  const rng = createRng(31);
  const keys = new Set<number>();
  for (let p = 0; p < PEOPLE; p++) {
    if (instead.has(p)) continue;
    for (let n = 0; n < 4; n++) keys.add(p * PLACES + area[p]! * OWN + rng.int(OWN - 1));
    keys.add(p * PLACES + region[p]! * 6 * OWN + rng.int(6 * OWN));
  }
  for (const [p, k] of more(rng)) keys.add(p * PLACES + k);
  const list = [...keys];
  const used = sortLinks(
    Int32Array.from(list, (k) => Math.floor(k / PLACES)),
    Int32Array.from(list, (k) => k % PLACES),
  );
  const visited = coVisits(used);
  const household = area.map((_, p) => p);
  const { judge, settle } = blockJudge(used, visited, { area, region, household }, SHARE);
  const uses = { by: (m: number) => new Set(visited.of(m)), at: visited.at };
  return { ...judge(people, uses), settled: settle(people, uses) };
}

const atSome = (rng: ReturnType<typeof createRng>, places: readonly number[], many: number) =>
  shuffle([...places], rng).slice(0, many);

const sum = (values: readonly number[]) => values.reduce((x, y) => x + y, 0);

describe('what a block has beyond every way of living', () => {
  it('is much where people of many homes are at half of the same places', () => {
    const { places, score, joined, byHabit } = judged((rng) =>
      apart.flatMap((p) => atSome(rng, houses, 5).map((k): [number, number] => [p, k])),
    );
    expect(places.filter((k) => !houses.includes(k))).toEqual([]);
    expect(places.length).toBeGreaterThanOrEqual(6);
    expect(score).toBeGreaterThan(20);
    expect(sum(joined)).toBeGreaterThan(5 * sum(byHabit));
  });

  it('is made by most of its people, whoever was proposed', () => {
    const more = (rng: ReturnType<typeof createRng>) =>
      apart.flatMap((p) => atSome(rng, houses, 6).map((k): [number, number] => [p, k]));
    const strangers = [411, 577, 640];
    const { settled } = judged(more, new Set(), [...apart.slice(0, 5), ...strangers]);
    expect(settled.filter((m) => !apart.includes(m))).toEqual([]);
    expect(settled.length).toBeGreaterThanOrEqual(7);
  });

  it('is nothing where they all live in one place that they are not registered in', () => {
    const there = Array.from({ length: OWN - 1 }, (_, n) => 11 * OWN + n);
    const { places, score, joined, byHabit } = judged(
      (rng) => apart.flatMap((p) => atSome(rng, there, 4).map((k): [number, number] => [p, k])),
      new Set(apart),
    );
    // By the habits of where they are registered these are as many as those of a core.
    expect(places.length).toBeGreaterThanOrEqual(5);
    expect(sum(joined)).toBeGreaterThan(5 * sum(byHabit));
    expect(score).toBeLessThan(3);
  });

  it('is nothing where they go anywhere in their region', () => {
    const local = apart.filter((p) => region[p] === 0);
    const all = Array.from({ length: 6 * OWN }, (_, k) => k);
    const { score } = judged(
      (rng) => local.flatMap((p) => atSome(rng, all, 16).map((k): [number, number] => [p, k])),
      new Set(local),
      local,
    );
    expect(score).toBeLessThan(3);
  });

  it('is nothing where whoever goes to one of the places goes to the others', () => {
    const street = houses.slice(0, 6);
    const strangers = Array.from({ length: 60 }, (_, n) => (n % AREAS) * NEIGHBOURS + 40 + n);
    const { places, score } = judged((rng) =>
      [...strangers, ...apart].flatMap((p) =>
        atSome(rng, street, 4).map((k): [number, number] => [p, k]),
      ),
    );
    expect(places.length).toBeGreaterThanOrEqual(4);
    expect(score).toBeLessThan(3);
  });

  it('leaves the people themselves out of what is usual', () => {
    // They are all the custom that the houses have.
    const more = (rng: ReturnType<typeof createRng>) =>
      apart.flatMap((p) => atSome(rng, houses, 5).map((k): [number, number] => [p, k]));
    const { score } = judged(more);
    const few = judged(more, new Set(), apart.slice(0, 4));
    expect(few.score).toBeLessThan(score / 2);
  });
});
