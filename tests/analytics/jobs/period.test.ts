import { describe, expect, it } from 'vitest';
import { lastCompleteDay } from '../../../analytics/jobs/period.js';

const H = 3600;
const day = (d: number, n: number, last = 20 * H) => ({ day: d, n, last });
const month = (n: number) => Array.from({ length: 30 }, (_, i) => day(i, n + (i % 3), 20 * H + i));

describe('the last complete day', () => {
  it('is the last day of a whole export', () => {
    expect(lastCompleteDay(month(200))).toBe(29);
  });

  it('passes over a stray date far ahead', () => {
    expect(lastCompleteDay([...month(200), day(27_000, 1)])).toBe(29);
    expect(lastCompleteDay([...month(200), day(27_000, 1), day(40_000, 2)])).toBe(29);
  });

  it('passes over a day that was cut off at noon', () => {
    expect(lastCompleteDay([...month(200), day(30, 110, 12 * H)])).toBe(29);
  });

  it('takes a quiet day as it is', () => {
    expect(lastCompleteDay([...month(200), day(30, 60)])).toBe(30);
  });

  it('does not judge by clocks where the data have none', () => {
    const dates = month(200).map((d) => ({ ...d, last: -1 }));
    expect(lastCompleteDay([...dates, day(30, 150, -1)])).toBe(30);
  });

  it('takes few data as they are', () => {
    expect(lastCompleteDay([day(3, 1, 9 * H)])).toBe(3);
    expect(lastCompleteDay([day(3, 5), day(4, 1, 8 * H)])).toBe(4);
    expect(lastCompleteDay([])).toBeUndefined();
  });
});
