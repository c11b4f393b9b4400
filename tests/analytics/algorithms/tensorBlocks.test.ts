import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Tensor,
  type TensorBlock,
  tensorBlocks,
  tensorMemory,
} from '../../../analytics/algorithms/tensorBlocks.js';
import { createRng, shuffle } from '../../../analytics/model/rng.js';

type Entry = readonly [number, number, number, number, number];

const tensorOf = (entries: readonly Entry[], sizes: readonly number[]): Tensor => ({
  sizes,
  at: sizes.map((_, k) => Int32Array.from(entries, (e) => e[k]!)),
  weights: Float64Array.from(entries, (e) => e[4]),
});

const plain = (block: TensorBlock) => block.values.map((v) => [...v]);
const upTo = (n: number, from = 0) => Array.from({ length: n }, (_, i) => from + i);

/** Random entries, and a block of which every `each`th entry is there. */
function planted(seed: number, from = 0, each = 3): { entries: Entry[]; block: number[][] } {
  const rng = createRng(seed);
  const entries: Entry[] = [];
  for (let n = 0; n < 6000; n++)
    entries.push([rng.int(600), rng.int(40), Math.floor(60 * rng.next() ** 2), rng.int(52), 1]);
  const block = [upTo(14, from), upTo(3, from), upTo(4, from), upTo(12, from)];
  for (const p of block[0]!)
    for (const h of block[1]!)
      for (const d of block[2]!)
        for (const w of block[3]!) if ((p + h + d + w) % each === 0) entries.push([p, h, d, w, 1]);
  return { entries, block };
}

describe('tensor blocks', () => {
  it('returns exactly the block that was planted, whatever the order of the entries', () => {
    const { entries, block } = planted(3);
    for (const list of [entries, shuffle([...entries], createRng(5))])
      expect(plain(tensorBlocks(tensorOf(list, [600, 40, 60, 52]))[0]!)).toEqual(block);
  });

  it('returns several blocks, one after another', () => {
    const one = planted(7);
    const two = planted(8, 20, 2);
    const found = tensorBlocks(tensorOf([...one.entries, ...two.entries], [600, 40, 60, 52]), {
      blocks: 2,
    });
    expect(found.map(plain)).toEqual(expect.arrayContaining([one.block, two.block]));
    expect(found[0]!.score).toBeGreaterThanOrEqual(found[1]!.score);
  });

  it('is at least a fourth of the densest block, and its score is its own', () => {
    const size = 3;
    const entry = fc.tuple(
      ...([fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2), fc.integer({ min: 0, max: 5 })] as const),
    );
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 30 }), (entries) => {
        const density = (has: (mode: number, value: number) => boolean, values: number) =>
          entries.reduce((sum, e) => sum + (upTo(4).every((k) => has(k, e[k]!)) ? e[4] : 0), 0) /
          (values / 4);
        let best = 0;
        for (let mask = 1; mask < 2 ** (4 * size); mask++) {
          const has = (k: number, v: number) => ((mask >> (size * k + v)) & 1) === 1;
          if (upTo(4).some((k) => !upTo(size).some((v) => has(k, v)))) continue;
          best = Math.max(best, density(has, mask.toString(2).replaceAll('0', '').length));
        }
        const [found] = tensorBlocks(tensorOf(entries, [size, size, size, size]));
        if (best === 0) {
          expect(found).toBeUndefined();
          return;
        }
        const inside = found!.values.map((v) => new Set(v));
        const own = density(
          (k, v) => inside[k]!.has(v),
          inside.reduce((sum, s) => sum + s.size, 0),
        );
        expect(found!.score).toBeCloseTo(own, 9);
        expect(found!.score).toBeGreaterThanOrEqual(best / 4 - 1e-9);
        expect(found!.score).toBeLessThanOrEqual(best + 1e-9);
      }),
      { numRuns: 40 },
    );
  });

  it('is not drawn to what weighs nothing', () => {
    const { entries, block } = planted(11);
    const popular: Entry[] = [];
    for (let p = 100; p < 160; p++) for (let w = 0; w < 52; w++) popular.push([p, 39, 59, w, 0.01]);
    const all = tensorOf([...entries, ...popular], [600, 40, 60, 52]);
    expect(plain(tensorBlocks(all)[0]!)).toEqual(block);
  });

  it('takes nothing, says what it needs and stops when told to', () => {
    expect(tensorBlocks(tensorOf([], [0, 0, 0, 0]))).toEqual([]);
    expect(tensorMemory([10, 10, 10, 10], 100)).toBeGreaterThan(2000);
    const { entries } = planted(2);
    expect(() =>
      tensorBlocks(tensorOf(entries, [600, 40, 60, 52]), { signal: AbortSignal.abort() }),
    ).toThrow('Cancelled');
  });
});
