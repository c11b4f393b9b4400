import { describe, expect, it } from 'vitest';
import { weekShifts } from '../../../analytics/algorithms/weekShifts.js';

describe('weekShifts', () => {
  it('moves by −4 … +4 whole weeks, each about as often', () => {
    const counts = new Map<number, number>();
    for (const days of weekShifts(9000, 1)) counts.set(days, (counts.get(days) ?? 0) + 1);
    expect([...counts.keys()].sort((x, y) => x - y)).toEqual([-28, -21, -14, -7, 0, 7, 14, 21, 28]);
    for (const n of counts.values()) expect(Math.abs(n - 1000)).toBeLessThan(150);
  });

  it('is told by its seed alone', () => {
    expect(weekShifts(50, 2)).toEqual(weekShifts(50, 2));
    expect(weekShifts(50, 2)).not.toEqual(weekShifts(50, 3));
    expect(weekShifts(20, 2)).toEqual(weekShifts(50, 2).slice(0, 20));
  });
});
