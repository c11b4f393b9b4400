import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerBound } from '../../../analytics/algorithms/lowerBound.js';

const numbers = fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 40 });

describe('lowerBound', () => {
  it('counts what is below, also in another order and inside a window', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: -25, max: 25 }), (values, target) => {
        const sorted = [...values].sort((x, y) => x - y);
        const below = values.filter((v) => v < target).length;
        expect(lowerBound(sorted, target)).toBe(below);
        const order = Int32Array.from(values.keys()).sort((x, y) => values[x]! - values[y]!);
        expect(lowerBound(values, target, 0, values.length, order)).toBe(below);
        const from = Math.min(3, sorted.length);
        expect(lowerBound(sorted, target, from)).toBe(Math.max(from, below));
      }),
    );
  });
});
