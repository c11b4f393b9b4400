import { describe, expect, it } from 'vitest';
import { blockParts } from '../../../analytics/algorithms/blockParts.js';
import { createRng } from '../../../analytics/model/rng.js';

const places = [0, 1, 2, 3, 4, 5, 6, 7];

/** Who uses what, with the probability that `chance` says. */
function parts(count: number, seed: number, chance: (person: number, place: number) => number) {
  const rng = createRng(seed);
  const people = Array.from({ length: count }, (_, m) => m);
  const table = people.map((m) => places.map((k) => rng.next() < chance(m, k)));
  return blockParts(people, places, (m, k) => table[m]![k]!);
}

describe('parts of a block', () => {
  it('are one where everybody is at half of the places', () => {
    let whole = 0;
    for (let seed = 1; seed <= 40; seed++)
      if (parts(6 + (seed % 12), seed, () => 0.5).length === 1) whole++;
    expect(whole).toBeGreaterThanOrEqual(36);
  });

  it('are two where two rings share two places', () => {
    const [first, second] = parts(18, 3, (m, k) => ((m % 3 ? k < 5 : k >= 3) ? 0.9 : 0.02));
    const isThird = (m: number) => m % 3 === 0;
    expect([first, second].map((part) => part!.every(isThird))).toContain(true);
    expect([first, second].map((part) => part!.some(isThird))).toContain(false);
  });

  it('leave nobody out', () => {
    const found = parts(18, 5, (m, k) => (m < 9 === k < 4 ? 0.9 : 0.05));
    expect(found.flat().sort((x, y) => x - y)).toEqual(Array.from({ length: 18 }, (_, m) => m));
  });
});
