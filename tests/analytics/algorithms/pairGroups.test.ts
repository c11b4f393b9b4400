import { describe, expect, it } from 'vitest';
import {
  groupP,
  groupsOfPairs,
  type WeightedPairs,
} from '../../../analytics/algorithms/pairGroups.js';

const alone = (n: number) => new Int32Array(n).map((_, i) => i);

function pairsOf(edges: ReadonlyArray<readonly [number, number, number]>): WeightedPairs {
  return {
    a: Int32Array.from(edges, (e) => e[0]),
    b: Int32Array.from(edges, (e) => e[1]),
    weight: Float64Array.from(edges, (e) => e[2]),
  };
}

function clique(members: number[], weight: number): Array<[number, number, number]> {
  return members.flatMap((a) =>
    members.filter((b) => b > a).map((b): [number, number, number] => [a, b, weight]),
  );
}

describe('groups of pairs', () => {
  it('finds each clique whole, peels what is barely joined, scores Σ weight ÷ members', () => {
    const edges = [
      ...clique([0, 1, 2, 3, 4], 10),
      ...clique([10, 11, 12], 9),
      [4, 20, 1] as const,
      [12, 21, 1] as const,
      [4, 10, 1] as const,
    ];
    const groups = groupsOfPairs(pairsOf(edges), { minUnits: 3, seed: 1, household: alone(30) });
    expect(groups.map((g) => g.members)).toEqual([
      [0, 1, 2, 3, 4],
      [10, 11, 12],
    ]);
    expect(groups.map((g) => g.score)).toEqual([20, 9]);
  });

  it('counts households, not people, and does not join people of one household', () => {
    const household = alone(30);
    household[1] = 0;
    household[2] = 0;
    const edges = clique([0, 1, 2, 3], 10);
    expect(groupsOfPairs(pairsOf(edges), { minUnits: 3, seed: 1, household })).toEqual([]);
    const wider = groupsOfPairs(pairsOf(clique([0, 1, 2, 3, 4], 10)), {
      minUnits: 3,
      seed: 1,
      household,
    });
    expect(wider[0]!.units).toBe(3);
  });
});

describe('p of a group', () => {
  it('a table without spread gives the empirical p', () => {
    expect(groupP(5, { best: new Float64Array(50) })).toBeCloseTo(1 / 51, 12);
    expect(groupP(0, { best: new Float64Array(50) })).toBe(1);
  });
});
