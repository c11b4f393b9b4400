import { expect } from 'vitest';

/** Equal but for rounding: `relative` of what is wanted, or of a thousandth where that is smaller. */
export function close(got: number, want: number, relative = 1e-10): void {
  expect(Math.abs(got - want)).toBeLessThanOrEqual(relative * Math.max(Math.abs(want), 1e-3));
}
