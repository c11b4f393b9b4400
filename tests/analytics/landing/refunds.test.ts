import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { netRefunds } from '../../../analytics/landing/refunds.js';

/** Amounts of one group in order; negative ones are refunds. Fund is 70 %. */
function net(...amounts: number[]) {
  return netRefunds({
    count: amounts.length,
    group: new Int32Array(amounts.length),
    refund: Uint8Array.from(amounts, (a) => (a < 0 ? 1 : 0)),
    amount: Float64Array.from(amounts),
    fund: Float64Array.from(amounts, (a) => Math.round(a * 0.7)),
    time: Float64Array.from(amounts, (_, i) => i),
  });
}

describe('refund netting', () => {
  it('cancels the latest earlier settlement of the opposite amount', () => {
    const n = net(100, 100, -100);
    expect([...n.touched.keys()]).toEqual([1]);
    expect(n.touched.get(1)).toEqual({ cancelled: true, refundTime: 2, amount: 0, fund: 0 });
    expect([n.matched, n.partial, n.unmatched]).toEqual([1, 0, 0]);
  });

  it('keeps swipe, refund, swipe apart', () => {
    const n = net(100, -100, 100);
    expect([...n.touched.keys()]).toEqual([0]);
  });

  it('cancels a settlement once', () => {
    const n = net(100, -100, -100);
    expect([n.matched, n.unmatched]).toEqual([1, 1]);
    const two = net(100, 100, -100, -100);
    expect([...two.touched.keys()].sort()).toEqual([0, 1]);
  });

  it('lets a smaller refund reduce, and the rest cancel what is left', () => {
    const n = net(100, -30);
    expect(n.touched.get(0)).toEqual({ cancelled: false, refundTime: 1, amount: 70, fund: 49 });
    expect(net(100, -30, -70).touched.get(0)).toMatchObject({ cancelled: true, fund: 0 });
    expect(net(100, -30, -100)).toMatchObject({ partial: 1, unmatched: 1 });
  });

  it('takes the equal amount before a later greater one', () => {
    expect([...net(100, 200, -100).touched.keys()]).toEqual([0]);
  });

  it('does not reach forward, nor to a smaller one', () => {
    expect(net(-100, 100)).toMatchObject({ matched: 0, unmatched: 1 });
    expect(net(50, -100)).toMatchObject({ matched: 0, unmatched: 1 });
  });

  it('keeps groups apart', () => {
    const n = netRefunds({
      count: 2,
      group: Int32Array.from([0, 1]),
      refund: Uint8Array.from([0, 1]),
      amount: Float64Array.from([100, -100]),
      fund: Float64Array.from([70, -70]),
      time: Float64Array.from([0, 1]),
    });
    expect(n.unmatched).toBe(1);
  });

  it('accounts for every refund, and never leaves less than nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }).filter((a) => a !== 0)), (amounts) => {
        const n = net(...amounts);
        const refunds = amounts.filter((a) => a < 0);
        expect(n.matched + n.partial + n.unmatched).toBe(refunds.length);
        for (const s of n.touched.values()) {
          expect(s.amount).toBeGreaterThanOrEqual(0);
          expect(s.fund).toBeGreaterThanOrEqual(0);
          expect(s.cancelled).toBe(s.amount === 0);
        }
        const left = amounts.map((a, i) => (a > 0 ? (n.touched.get(i)?.amount ?? a) : 0));
        const taken =
          amounts.filter((a) => a > 0).reduce((a, b) => a + b, 0) - left.reduce((a, b) => a + b, 0);
        expect(taken).toBeLessThanOrEqual(-refunds.reduce((a, b) => a + b, 0));
      }),
    );
  });
});
