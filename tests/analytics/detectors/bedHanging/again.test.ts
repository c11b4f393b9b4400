import { describe, expect, it } from 'vitest';
import { againTests, isAgain } from '../../../../analytics/detectors/bedHanging/again.js';
import type { Clash, Stay } from '../../../../analytics/detectors/bedHanging/clashes.js';

const any = () => true;

function clash(day: number, place: number, more: Partial<Clash> = {}): Clash {
  return { row: 0, relative: false, weekend: false, late: false, ...more, day, place };
}

function stay(...clashes: Clash[]): Stay {
  return {
    ...{ index: 0, patient: 0, hospital: 0, department: -1, row: 0 },
    ...{ begin: 0, end: 10, exposure: 0.3, clashes },
  };
}

/** A hospital of so many quiet stays, stays with one clash, and stays with two. */
function hospital(quiet: number, once: number, twice: number): { stays: Stay[] } {
  const times = (n: number, make: () => Stay) => Array.from({ length: n }, make);
  return {
    stays: [
      ...times(quiet, () => stay()),
      ...times(once, () => stay(clash(3, 1))),
      ...times(twice, () => stay(clash(3, 1), clash(5, 1))),
    ],
  };
}

describe('stays with a second clash', () => {
  it('takes one purchase billed in two parts for one', () => {
    expect(isAgain(stay(), any)).toBe(false);
    expect(isAgain(stay(clash(3, 1), clash(3, 1)), any)).toBe(false);
    expect(isAgain(stay(clash(3, 1), clash(3, 2)), any)).toBe(true);
    expect(isAgain(stay(clash(3, 1), clash(4, 1)), any)).toBe(true);
  });

  it('counts only the clashes that are asked for', () => {
    const leave = stay(clash(3, 1), clash(4, 1, { weekend: true }));
    expect(isAgain(leave, (c) => !c.weekend)).toBe(false);
  });

  it('says nothing of a house that merely has many clashes', () => {
    const usual = Array.from({ length: 30 }, () => hospital(60, 5, 1));
    const [many, again] = againTests([hospital(20, 50, 5), hospital(60, 3, 8), ...usual], any);
    expect(many!.p).toBeGreaterThan(0.3);
    expect(again!.p).toBeLessThan(0.01);
    expect(again!.stays).toBe(8);
    expect(again!.expected).toBeGreaterThan(1);
    expect(again!.expected).toBeLessThan(3);
  });

  it('asks for more where the patients go out often', () => {
    const usual = Array.from({ length: 30 }, () => hospital(60, 5, 1));
    const busy = { stays: hospital(0, 4, 4).stays.map((x) => ({ ...x, exposure: 1 })) };
    const [rare, often] = againTests([hospital(0, 4, 4), busy, ...usual], any);
    expect(often!.p).toBeGreaterThan(3 * rare!.p);
  });

  it('gives 1 where nothing is seen twice', () => {
    for (const { p } of againTests([hospital(5, 3, 0), hospital(5, 0, 0)], any)) expect(p).toBe(1);
  });
});
