import { describe, expect, it } from 'vitest';
import { sameAddress } from '../../../analytics/detectors/explanations.js';

/** Address 7 is the home, −1 unknown. */
const explains = (addresses: readonly number[], a: number, b: number) =>
  sameAddress(
    addresses.map((_, i) => i),
    Int32Array.from(addresses),
  )(a, b) === Number.POSITIVE_INFINITY;

describe('the same address', () => {
  it('is that of who shares it, and of nobody else', () => {
    expect(explains([7, 7, 1, 2, 3], 0, 1)).toBe(true);
    expect(explains([7, 7, 1, 2, 3], 0, 2)).toBe(false);
    expect(explains([-1, -1, 1, 2, 3], 0, 1)).toBe(false);
  });
  it('is that of the unknown ones too where most of the others have it', () => {
    expect(explains([7, 7, 7, 1, -1], 0, 4)).toBe(true);
    expect(explains([7, 7, 7, 1, -1], 0, 3)).toBe(true);
    expect(explains([7, 7, 7, 1, 2, -1], 0, 5)).toBe(true);
    expect(explains([7, 7, 7, 1, 2, 3, -1], 0, 6)).toBe(false);
  });
  it('is that of a few who are registered elsewhere, where nearly all have it', () => {
    expect(explains([7, 7, 7, 7, 7, 1], 0, 5)).toBe(true);
    expect(explains([7, 7, 7, 1, 2], 0, 3)).toBe(false);
    expect(explains([7, 7, 7, 1, 2], 3, 4)).toBe(false);
  });
});
