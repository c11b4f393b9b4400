import { describe, expect, it } from 'vitest';
import type { Finding, Ring, Subject } from '../../../analytics/model/finding.js';
import { assemble } from '../../../analytics/scoring/assemble.js';
import { identify } from '../../../analytics/scoring/identity.js';

const PERIOD = { from: '2025-01-01', to: '2026-01-01' };
const WEIGHTS = new Map([
  ['card-farming-pharmacy', 1],
  ['patient-brokering-ring', 1],
  ['sudden-change', 1],
]);

const people = (...ids: string[]): Subject[] =>
  ids.map((id) => ({ kind: 'patient', id, role: 'member' }));
const place = (id: string): Subject => ({ kind: 'institution', id, role: 'core' });

function finding(subjects: readonly Subject[], rest: Partial<Finding> = {}): Finding {
  const detector = rest.detector ?? 'card-farming-pharmacy';
  return {
    detector,
    detectorVersion: 1,
    kind: 'ring',
    subjects,
    reasons: [
      {
        code: `${detector}.x`,
        detector,
        measured: 9,
        expected: 1,
        unit: 'meetings',
        settlements: ['s1'],
      },
    ],
    innocent: [],
    status: 'finding',
    p: 1e-6,
    fundAtRisk: 1000,
    ...rest,
  };
}

const ringsOf = (findings: readonly Finding[], previous: readonly Ring[] = []) =>
  assemble(findings, WEIGHTS, PERIOD, previous, new Map());

describe('assembling rings', () => {
  it('makes one ring of findings that share people, named by the surest detector', () => {
    const { rings } = ringsOf([
      finding([place('P1'), ...people('a', 'b', 'c')], { p: 1e-3 }),
      finding([place('H1'), ...people('b', 'c', 'd')], {
        detector: 'patient-brokering-ring',
        p: 1e-9,
      }),
      finding([place('P2'), ...people('x', 'y', 'z')], { p: 1e-4 }),
    ]);
    expect(rings.map((r) => r.detector)).toEqual([
      'patient-brokering-ring',
      'card-farming-pharmacy',
    ]);
    expect(rings[0]!.subjects.map((s) => s.id)).toEqual(['H1', 'P1', 'a', 'b', 'c', 'd']);
    expect(rings[0]!.reasons.map((r) => r.detector)).toEqual([
      'patient-brokering-ring',
      'card-farming-pharmacy',
    ]);
  });

  it('gives a ring the reasons of what its place did by itself, and no other q for it', () => {
    const jump = finding([place('P1')], { detector: 'sudden-change', kind: 'entity', p: 1e-12 });
    const ring = finding([place('P1'), ...people('a', 'b', 'c')], { p: 1e-8 });
    const { rings } = ringsOf([ring, jump]);
    expect(rings).toHaveLength(1);
    expect(rings[0]!.subjects.map((s) => s.id)).toEqual(['P1', 'a', 'b', 'c']);
    expect(rings[0]!.reasons.map((r) => r.detector)).toEqual([
      'card-farming-pharmacy',
      'sudden-change',
    ]);
    expect(rings[0]!.detector).toBe('card-farming-pharmacy');
    expect(rings[0]!.q).toBeCloseTo(3e-8, 12);
  });

  it('corrects over all findings, drops from the list what is above .05 and keeps it for the profiles', () => {
    const { rings, faint } = ringsOf([
      finding(people('a', 'b', 'c'), { p: 0.001 }),
      finding(people('d', 'e', 'f'), { p: 0.2 }),
    ]);
    expect(rings).toHaveLength(1);
    expect(rings[0]!.q).toBeCloseTo(0.003, 12);
    expect(faint).toHaveLength(1);
    expect(faint[0]!.q).toBeGreaterThan(0.05);
  });

  it('orders by evidence first, by money second, and findings before what is explained or for review', () => {
    const { rings } = ringsOf([
      finding(people('a', 'b', 'c'), { p: 1e-20, fundAtRisk: 10 }),
      finding(people('d', 'e', 'f'), { p: 1e-20, fundAtRisk: 10_000_000 }),
      finding(people('g', 'h', 'i'), { p: 0.004, fundAtRisk: 1e9 }),
      finding(people('j', 'k', 'l'), { p: null, status: 'review', fundAtRisk: 1e9 }),
      finding(people('m', 'n', 'o'), { p: 1e-20, status: 'explained', fundAtRisk: 1e9 }),
    ]);
    expect(rings.map((r) => r.subjects[0]!.id)).toEqual(['d', 'a', 'g', 'j', 'm']);
    for (const r of rings) expect(r.score >= 0 && r.score <= 1).toBe(true);
    expect(rings[3]!.q).toBeNull();
  });
});

describe('identity across runs', () => {
  const lastWeek = (name: string, ...ids: string[]) => ({ ring: name, subjects: people(...ids) });

  it('names by content, the same on a fresh start', () => {
    const [a] = identify([people('a', 'b', 'c')], []);
    const [b] = identify([people('c', 'b', 'a')], []);
    expect(a).toEqual(b);
    expect(a!.ring).toMatch(/^R-[0-9A-HJKMNP-TV-Z]{4,}$/);
    expect(a!.change).toBe('born');
  });

  it('keeps a name through growth and shrinking, and says which', () => {
    const old = [lastWeek('R-AAAA', 'a', 'b', 'c', 'd'), lastWeek('R-BBBB', 'p', 'q', 'r', 's')];
    expect(identify([people('a', 'b', 'c', 'd', 'e'), people('p', 'q', 'r')], old)).toEqual([
      { ring: 'R-AAAA', change: 'grew' },
      { ring: 'R-BBBB', change: 'shrank' },
    ]);
    expect(identify([people('a', 'b', 'c', 'd')], old)).toEqual([
      { ring: 'R-AAAA', change: 'continued' },
    ]);
  });

  it('leaves the name to the largest part of a split, and takes the larger name in a merger', () => {
    const split = identify(
      [people('a', 'b'), people('c', 'd', 'e')],
      [lastWeek('R-AAAA', 'a', 'b', 'c', 'd', 'e')],
    );
    expect(split[1]).toEqual({ ring: 'R-AAAA', change: 'split' });
    expect(split[0]!.ring).not.toBe('R-AAAA');
    expect(split[0]!.change).toBe('split');
    const merged = identify(
      [people('a', 'b', 'c', 'd', 'e')],
      [lastWeek('R-AAAA', 'a', 'b'), lastWeek('R-BBBB', 'c', 'd', 'e')],
    );
    expect(merged).toEqual([{ ring: 'R-BBBB', change: 'merged' }]);
  });

  it('never gives one name twice', () => {
    const rings = Array.from({ length: 2000 }, (_, i) => people(`a${i}`, `b${i}`, `c${i}`));
    expect(new Set(identify(rings, []).map((r) => r.ring)).size).toBe(2000);
  });
});
