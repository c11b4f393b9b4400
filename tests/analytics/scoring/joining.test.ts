import { describe, expect, it } from 'vitest';
import type { Finding, Subject } from '../../../analytics/model/finding.js';
import { type Bills, joinFindings } from '../../../analytics/scoring/joining.js';

const WEIGHTS = new Map([
  ['farm', 1],
  ['resale', 1],
  ['jump', 1],
]);
const LEVEL = 0.05;

/** The first `n` of the people of a row: a1, a2, … */
const row = (name: string, n: number, from = 1): Subject[] =>
  Array.from({ length: n }, (_, i) => ({
    kind: 'patient',
    id: `${name}${from + i}`,
    role: 'member',
  }));
const place = (id: string): Subject => ({ kind: 'institution', id, role: 'core' });
const rows = (name: string, n: number, from = 1) =>
  Array.from({ length: n }, (_, i) => `${name}-${from + i}`);

function finding(
  detector: string,
  p: number | null,
  subjects: readonly Subject[],
  more: Partial<Finding> & { readonly settlements?: readonly string[] } = {},
): Finding {
  const { settlements = [detector], ...rest } = more;
  return {
    ...{ detector, detectorVersion: 1, kind: 'ring', subjects, innocent: [] },
    ...{ status: 'finding', p, fundAtRisk: 0 },
    reasons: [
      { code: `${detector}.x`, detector, measured: 9, expected: 1, unit: 'x', settlements },
    ],
    ...rest,
  };
}

/** Each case: who gives reasons, and the outline. */
const casesOf = (findings: readonly Finding[], bills: Bills = new Map()) =>
  joinFindings(findings, WEIGHTS, LEVEL, bills).map((c) => ({
    by: c.findings.map((f) => f.detector).join('+'),
    outline: c.subjects.map((s) => s.id).join(' '),
    p: c.p,
  }));

const own = (p: number, subjects: readonly Subject[], settlements?: readonly string[]) =>
  finding('jump', p, subjects, { kind: 'entity', ...(settlements ? { settlements } : {}) });

describe('rings', () => {
  it('are one from half of the smaller on, led by the surest', () => {
    const farm = finding('farm', 1e-3, [place('P1'), ...row('a', 4)]);
    const resale = finding('resale', 1e-9, [place('H1'), ...row('a', 4, 3)]);
    expect(casesOf([farm, resale])).toEqual([
      { by: 'resale+farm', outline: 'H1 P1 a1 a2 a3 a4 a5 a6', p: 1e-9 },
    ]);
    expect(casesOf([farm, finding('resale', 1e-9, row('a', 4, 4))])).toHaveLength(2);
  });

  it('that a weaker pattern covers both stay two', () => {
    const both = finding('jump', 1e-3, [...row('a', 5), ...row('b', 4)]);
    expect(
      casesOf([finding('farm', 1e-9, row('a', 5)), finding('resale', 1e-8, row('b', 4)), both]),
    ).toEqual([
      { by: 'farm+jump', outline: 'a1 a2 a3 a4 a5 b1 b2 b3 b4', p: 1e-9 },
      { by: 'resale', outline: 'b1 b2 b3 b4', p: 1e-8 },
    ]);
  });

  it('outline another where they are sure and of mostly the same people, or have all of it', () => {
    const first = finding('farm', 1e-9, row('a', 8));
    const outlineWith = (f: Finding) => casesOf([first, f])[0]!.outline.split(' ').length;
    expect(outlineWith(finding('resale', 1e-3, row('a', 8, 5)))).toBe(12);
    // It would not be on the list by itself.
    expect(outlineWith(finding('resale', 0.03, row('a', 8, 5)))).toBe(8);
    // Half of the ring, but most of its people are others.
    expect(outlineWith(finding('resale', 1e-3, row('a', 14, 5)))).toBe(8);
    expect(outlineWith(finding('resale', 1e-3, row('a', 20)))).toBe(20);
  });

  it('join only rings of their own status', () => {
    const explained = finding('resale', 1e-9, row('a', 4), { status: 'explained' });
    expect(casesOf([finding('farm', 1e-3, row('a', 4)), explained])).toHaveLength(2);
  });
});

describe('what one person did', () => {
  const person = (id: string, p: number) => own(p, [{ kind: 'patient', id, role: 'core' }]);
  const at = (institution: string) => new Map([['jump', { patient: 'a1', institution }]]);

  it('is a reason of the ring that he belongs to, and makes no ring of it with others', () => {
    const one = finding('farm', 1e-7, [place('P1'), ...row('a', 4)]);
    const other = finding('resale', 1e-3, [...row('a', 1), ...row('b', 4)]);
    expect(casesOf([one, other, person('a1', 1e-30), person('a1', 1e-4)], at('P1'))).toEqual([
      { by: 'farm+jump+jump', outline: 'P1 a1 a2 a3 a4', p: 1e-7 },
      { by: 'resale', outline: 'a1 b1 b2 b3 b4', p: 1e-3 },
    ]);
  });

  it('is his own where he is sure to have done it elsewhere, and nobody else of the ring', () => {
    const ring = finding('farm', 1e-7, [place('P1'), ...row('a', 4)]);
    expect(casesOf([ring, person('a1', 1e-9)], at('H1'))).toEqual([
      { by: 'farm', outline: 'P1 a1 a2 a3 a4', p: 1e-7 },
      { by: 'jump', outline: 'a1', p: 1e-9 },
    ]);
    // It would not be on the list by itself.
    expect(casesOf([ring, person('a1', 0.03)], at('H1'))).toHaveLength(1);
    expect(casesOf([ring, person('a1', 1e-9), person('a2', 1e-9)], at('H1'))).toHaveLength(1);
  });

  it('is a case where the ring is not as sure, with all that the person did', () => {
    const unsure = finding('farm', 1e-3, row('a', 4));
    expect(casesOf([unsure, person('a1', 1e-9), person('a1', 1e-4)])).toEqual([
      { by: 'farm', outline: 'a1 a2 a3 a4', p: 1e-3 },
      { by: 'jump+jump', outline: 'a1', p: 1e-9 },
    ]);
  });
});

describe('what one place did', () => {
  const ring = (p: number, settlements = rows('s', 9)) =>
    finding('farm', p, [place('P1'), place('P2'), ...row('a', 4)], { settlements });
  const jump = (p: number, settlements = rows('s', 30, 5)) =>
    own(p, [place('P2'), ...row('z', 20)], settlements);

  it('is a reason of the ring there that rests on the same settlements', () => {
    const joined = { by: 'farm+jump', outline: 'P1 P2 a1 a2 a3 a4' };
    expect(casesOf([ring(1e-5), jump(1e-4)])).toEqual([{ ...joined, p: 1e-5 }]);
    // Beyond a p of one in a million neither is surer, and the ring says who.
    expect(casesOf([ring(1e-8), jump(1e-30)])).toEqual([{ ...joined, p: 1e-8 }]);
  });

  it('is a reason of the ring there whose people did most of it, though the ring names other settlements', () => {
    const stock = own(1e-4, [place('P2')], rows('t', 10));
    const heldBy = (n: number) =>
      new Map(
        rows('t', 10).map((id, i) => [id, { patient: i < n ? 'a1' : 'z1', institution: 'P2' }]),
      );
    expect(casesOf([ring(1e-8), stock], heldBy(5))).toEqual([
      { by: 'farm+jump', outline: 'P1 P2 a1 a2 a3 a4', p: 1e-8 },
    ]);
    expect(casesOf([ring(1e-8), stock], heldBy(4))).toHaveLength(2);
    const elsewhere = own(1e-4, [place('P3')], rows('t', 10));
    expect(casesOf([ring(1e-8), elsewhere], heldBy(10))).toHaveLength(2);
  });

  it('leads where it is surer, and its outline is the place', () => {
    const [one, ...none] = casesOf([ring(1e-4), jump(1e-12)]);
    expect(one).toMatchObject({ by: 'jump+farm', p: 1e-12 });
    expect(one!.outline).toMatch(/^P2 z1 z10 /);
    expect(one!.outline).not.toMatch(/P1|a1/);
    expect(none).toEqual([]);
  });

  it('is one case, however many of the services that one detector looks at show it', () => {
    const massages = own(1e-9, [place('H1'), ...row('m', 2)], rows('m', 3));
    const needles = own(1e-12, [place('H1'), ...row('n', 2)], rows('n', 3));
    const elsewhere = own(1e-5, [place('H2')], rows('n', 3));
    const stock = finding('resale', 1e-7, [place('H1')], { kind: 'entity' });
    const lent = ['D1', 'D2'].map((id) =>
      own(1e-4, [place('H3'), { kind: 'doctor', id, role: 'core' }]),
    );
    expect(casesOf(lent)).toHaveLength(2);
    expect(casesOf([massages, needles, elsewhere, stock])).toEqual([
      { by: 'jump+jump', outline: 'H1 m1 m2 n1 n2', p: 1e-12 },
      { by: 'resale', outline: 'H1', p: 1e-7 },
      { by: 'jump', outline: 'H2', p: 1e-5 },
    ]);
  });

  it('is another case where they share nothing but the place, whichever is surer', () => {
    for (const p of [1e-4, 1e-12])
      expect(casesOf([ring(1e-8), jump(p, rows('t', 30))])).toHaveLength(2);
    const elsewhere = own(1e-4, [place('P3')], rows('s', 9));
    expect(casesOf([ring(1e-8), elsewhere])).toHaveLength(2);
  });
});
