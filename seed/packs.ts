import type { Rng } from '../analytics/model/rng.js';

/** Seven digits of the product, six and seven of the pack. */
export function codeText(item: number, high: number, low: number): string {
  return `8${String(100_000 + item * 17).slice(-6)}${String(high).padStart(6, '0')}${String(low).padStart(7, '0')}`;
}

/** A pack's trace code, met once in the world unless somebody settles the pack again. */
export const packCode = (item: number, rng: Rng) =>
  codeText(item, rng.int(1_000_000), rng.int(10_000_000));
