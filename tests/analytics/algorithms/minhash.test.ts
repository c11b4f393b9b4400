import { describe, expect, it } from 'vitest';
import { jaccard, similarPairs } from '../../../analytics/algorithms/minhash.js';
import { createRng } from '../../../analytics/model/rng.js';

function packed(sets: readonly number[][]): { start: number[]; tokens: number[] } {
  const start = [0];
  const tokens: number[] = [];
  for (const set of sets) {
    tokens.push(...[...new Set(set)].sort((a, b) => a - b));
    start.push(tokens.length);
  }
  return { start, tokens };
}

/** Every pair compared, as a set. */
function oracle(sets: readonly number[][], least: number): Map<string, number> {
  const out = new Map<string, number>();
  for (let i = 0; i < sets.length; i++)
    for (let j = i + 1; j < sets.length; j++) {
      const a = new Set(sets[i]);
      const b = new Set(sets[j]);
      const both = [...a].filter((x) => b.has(x)).length;
      const s = both / (a.size + b.size - both);
      if (a.size > 0 && s >= least) out.set(`${i},${j}`, s);
    }
  return out;
}

/** Copies of templates with some tokens exchanged, and much that is like nothing. */
function records(seed: number): number[][] {
  const rng = createRng(seed);
  const draw = (n: number) => Array.from({ length: n }, () => rng.int(300));
  const templates = Array.from({ length: 8 }, () => draw(8 + rng.int(20)));
  return Array.from({ length: 250 }, (_, i) => {
    const template = templates[i % 16];
    if (!template) return draw(rng.int(15));
    return template.map((t) => (rng.next() < 0.04 ? rng.int(300) : t));
  });
}

describe('similar pairs', () => {
  it.each([1, 2, 3, 4, 5])('are those that comparing everything finds (%i)', (seed) => {
    const sets = records(seed);
    const { start, tokens } = packed(sets);
    const found = new Map<string, number>();
    similarPairs(start, tokens, { similarity: 0.9, seed }, (i, j, s) => {
      expect(found.has(`${i},${j}`)).toBe(false);
      found.set(`${i},${j}`, s);
    });
    expect(found.size).toBeGreaterThan(50);
    expect(new Map([...found].sort())).toEqual(new Map([...oracle(sets, 0.9)].sort()));
  });

  it('misses hardly any that are just similar enough', () => {
    const sets = records(6);
    const { start, tokens } = packed(sets);
    let found = 0;
    similarPairs(start, tokens, { similarity: 0.7, seed: 1 }, () => found++);
    expect(found).toBeGreaterThan(0.98 * oracle(sets, 0.7).size);
  });

  it('are none where there is nothing', () => {
    similarPairs([0], [], { similarity: 0.9, seed: 1 }, () => expect.unreachable());
    similarPairs([0, 0, 0], [], { similarity: 0.9, seed: 1 }, () => expect.unreachable());
  });

  it('have the similarity of sets', () => {
    const { start, tokens } = packed([[1, 2, 3, 4], [3, 4, 5], []]);
    expect(jaccard(start, tokens, 0, 1)).toBeCloseTo(2 / 5);
    expect(jaccard(start, tokens, 0, 2)).toBe(0);
    expect(jaccard(start, tokens, 2, 2)).toBe(0);
  });
});
