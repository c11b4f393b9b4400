import { describe, expect, it } from 'vitest';
import type { Ring, RiskProfile } from '../../../analytics/model/finding.js';
import { evaluate, parseTruth, type TruthRing } from '../../../analytics/scoring/evaluate.js';
import { rankQuality } from '../../../analytics/scoring/evaluateRank.js';

const DETECTOR = 'impersonated-dialysis';

function ring(
  id: string,
  patients: string[],
  institutions: string[],
  more: Partial<Ring> = {},
): Ring {
  const detector = more.detector ?? DETECTOR;
  return {
    id,
    ring: `R-${id}`,
    detector,
    kind: 'ring',
    status: 'finding',
    score: 0.9,
    q: 0.01,
    subjects: [
      ...institutions.map((i) => ({ kind: 'institution' as const, id: i, role: 'core' as const })),
      ...patients.map((p) => ({ kind: 'patient' as const, id: p, role: 'member' as const })),
    ],
    period: { from: '2025-01-01', to: '2026-01-01' },
    reasons: [{ code: 'x', detector, measured: 1, expected: 0, unit: 'days', settlements: [] }],
    innocent: [],
    fundAtRisk: 0,
    change: 'born',
    ...more,
  };
}

function truth(
  name: string,
  patients: string[],
  institutions: string[],
  more: Partial<TruthRing> = {},
): TruthRing {
  return { ring: name, type: DETECTOR, patients, institutions, doctors: [], drugs: [], ...more };
}

const noProfiles = { patient: [], institution: [] };

describe('recall and precision', () => {
  const cases = [
    truth('T1', ['a', 'b', 'c'], ['H1'], { camouflage: '0' }),
    truth('T2', ['d', 'e', 'f'], ['H2'], { camouflage: '4', type: 'card-farming-pharmacy' }),
  ];

  it('takes Jaccard over patients and core institutions, from one half on', () => {
    const half = ring('1', ['a'], ['H1']);
    const less = ring('1', ['a', 'x'], ['H1']);
    expect(
      evaluate({ findings: [half], profiles: noProfiles, truth: cases }).overall,
    ).toMatchObject({ recall: { all: 0.5 }, meanBestJaccard: 0.25, precision: { list: 1 } });
    const off = evaluate({ findings: [less], profiles: noProfiles, truth: cases });
    expect(off.overall).toMatchObject({
      recall: { all: 0 },
      precision: { list: 0 },
      touching: { list: 1 },
    });
    expect(off.missed.map((m) => m.ring)).toEqual(['T1', 'T2']);
  });

  it('leaves institutions that are no core and doctors out of the match', () => {
    const finding = ring('1', ['a', 'b', 'c'], ['H1']);
    const extra = {
      ...finding,
      subjects: [
        ...finding.subjects,
        ...['X1', 'X2', 'X3', 'X4', 'X5'].map((id) => ({
          kind: 'doctor' as const,
          id,
          role: 'doctor' as const,
        })),
      ],
    };
    const out = evaluate({ findings: [extra], profiles: noProfiles, truth: cases });
    expect(out.overall.meanBestJaccard).toBe(0.5);
  });

  it('does not confuse a patient and an institution of the same id', () => {
    const out = evaluate({
      findings: [ring('1', ['H1'], ['a'])],
      profiles: noProfiles,
      truth: [truth('T', ['a'], ['H1'])],
    });
    expect(out.overall.meanBestJaccard).toBe(0);
  });

  it('counts only findings, and tells own detector from any detector', () => {
    const found = ring('1', ['d', 'e', 'f'], ['H2']);
    const explained = ring('2', ['a', 'b', 'c'], ['H1'], { status: 'explained' });
    const out = evaluate({ findings: [explained, found], profiles: noProfiles, truth: cases });
    expect(out.types['card-farming-pharmacy']!.recall).toEqual({
      all: 1,
      first100: 1,
      ownDetector: 0,
    });
    expect(out.types['card-farming-pharmacy']!.precision.list).toBeNull();
    expect(out.types[DETECTOR]!.recall.all).toBe(0);
    expect(out.types[DETECTOR]!.precision.list).toBe(1);
    expect(out.overall.camouflage['4']!.recall.all).toBe(1);
    expect(out.overall.camouflage['0']!.recall.all).toBe(0);
  });

  it('counts the first hundred in the order given', () => {
    const noise = Array.from({ length: 100 }, (_, i) => ring(`n${i}`, [`n${i}`], []));
    const hit = ring('hit', ['a', 'b', 'c'], ['H1']);
    const late = evaluate({ findings: [...noise, hit], profiles: noProfiles, truth: cases });
    expect(late.overall.recall).toMatchObject({ all: 0.5, first100: 0 });
    expect(late.overall.precision).toEqual({ at20: 0, at50: 0, at100: 0, list: 1 / 101 });
    const early = evaluate({ findings: [hit, ...noise], profiles: noProfiles, truth: cases });
    expect(early.overall.recall.first100).toBe(0.5);
    expect(early.overall.precision.at20).toBe(1 / 20);
  });

  it('gives null, not zero, where there is nothing', () => {
    const out = evaluate({ findings: [], profiles: noProfiles, truth: [], settlements: 1000 });
    expect(out.overall.recall.all).toBeNull();
    expect(out.overall.precision.at20).toBeNull();
    expect(out.falsePer100k).toBe(0);
  });
});

describe('a case that names nobody', () => {
  const site = truth('S1', [], ['H1'], { type: 'split-admission' });
  const match = (finding: Ring, more: Partial<TruthRing> = {}) =>
    evaluate({ findings: [finding], profiles: noProfiles, truth: [{ ...site, ...more }] }).overall;

  it('is matched on its places, whoever the finding about them names', () => {
    const own = ring('1', ['a', 'b', 'c'], ['H1'], { kind: 'entity', detector: 'split-admission' });
    expect(match(own)).toMatchObject({
      recall: { all: 1, ownDetector: 1 },
      precision: { list: 1 },
    });
    expect(match(own, { institutions: ['H1', 'H2'] }).recall.all).toBe(1);
    expect(match(own, { institutions: ['H1', 'H2', 'H3'] }).recall.all).toBe(0);
    expect(match(ring('1', ['a'], ['H2'], { kind: 'entity' })).recall.all).toBe(0);
  });

  it('is no ring of people that meets there, unless its own detector has a part in it', () => {
    const people = ring('1', ['a', 'b', 'c'], ['H1'], { detector: 'patient-brokering-ring' });
    expect(match(people)).toMatchObject({ recall: { all: 0 }, precision: { list: 0 } });
    expect(match({ ...people, detector: 'split-admission' }).recall.all).toBe(1);
  });

  it('is covered as a look-alike by a finding about the place or of what it resembles', () => {
    const covered = (finding: Ring) =>
      evaluate({
        findings: [finding],
        profiles: noProfiles,
        truth: [],
        lookalikes: [truth('L1', [], ['H1'], { type: 'frail-ward', resembles: 'split-admission' })],
      }).lookalikes?.covered;
    expect(covered(ring('1', ['a'], ['H1'], { kind: 'entity' }))).toBe(1);
    expect(covered(ring('1', ['a'], ['H1'], { detector: 'split-admission' }))).toBe(1);
    expect(covered(ring('1', ['a'], ['H1']))).toBe(0);
  });
});

describe('look-alikes', () => {
  it('are covered by a match or by half of their patients in one finding', () => {
    const findings = [ring('1', ['a', 'b', 'x', 'y', 'z', 'w', 'v'], ['H9'])];
    const lookalikes = [
      truth('family', ['a', 'b', 'c', 'd'], ['P1']),
      truth('one of many', ['x', 'q', 'r'], ['P2']),
      truth('place only', [], ['H9']),
    ];
    const out = evaluate({ findings, profiles: noProfiles, truth: [], lookalikes });
    expect(out.lookalikes).toEqual({ count: 3, covered: 1, share: 1 / 3, names: ['family'] });
  });
});

describe('AUPRC', () => {
  const scores = (entries: Array<[string, number]>) => new Map(entries);

  it('is 1 for a perfect order and the prevalence for one big tie', () => {
    const ids = Array.from({ length: 100 }, (_, i) => `e${i}`);
    const good = new Set(['e0', 'e1']);
    const perfect = scores(ids.map((id) => [id, good.has(id) ? 1 : 0]));
    expect(rankQuality(perfect, good, new Set(), 100).auprc).toBe(1);
    const flat = scores(ids.map((id) => [id, 0.3]));
    expect(rankQuality(flat, good, new Set(), 100).auprc).toBeCloseTo(0.02, 12);
  });

  it('is the average precision of the textbook', () => {
    // Order: + − + −; precisions at the positives 1 and 2/3.
    const s = scores([
      ['a', 4],
      ['b', 3],
      ['c', 2],
      ['d', 1],
    ]);
    expect(rankQuality(s, new Set(['a', 'c']), new Set(), 4).auprc).toBeCloseTo(5 / 6, 12);
  });

  it('puts entities without a profile below all, in one tie', () => {
    const s = scores([['a', 1]]);
    const out = rankQuality(s, new Set(['a', 'z']), new Set(), 10);
    expect(out.auprc).toBeCloseTo(0.5 + 0.5 * (2 / 10), 12);
    expect(out.prevalence).toBe(0.2);
  });

  it('leaves the cases of other types out of a type, and of other levels out of a level', () => {
    const profile = (id: string, score: number): RiskProfile => ({
      kind: 'patient',
      id,
      score,
      grade: 'A',
      findings: [],
    });
    const out = evaluate({
      findings: [],
      profiles: {
        patient: [profile('d', 0.9), profile('a', 0.8), profile('n', 0.1)],
        institution: [],
      },
      truth: [
        truth('T1', ['a'], [], { camouflage: '0' }),
        truth('T2', ['d'], [], { type: 'other', camouflage: '4' }),
      ],
    });
    const hidden = out.overall.camouflage['0']!.auprc.patient;
    expect(hidden).toMatchObject({ auprc: 1, positives: 1, population: 2 });
    expect(out.types[DETECTOR]!.auprc.patient).toMatchObject({ auprc: 1, population: 2 });
    expect(out.overall.auprc.patient).toMatchObject({ auprc: 1, positives: 2, population: 3 });
  });
});

describe('parseTruth', () => {
  it('reads lines, tolerates a mark, blank lines and further fields', () => {
    const text =
      '\uFEFF{"ring":"R1","type":"t","patients":["1"],"institutions":["H"],"weeks":3,"camouflage":4}\r\n\n';
    expect(parseTruth(text, 'truth.jsonl')).toEqual([
      {
        ring: 'R1',
        type: 't',
        patients: ['1'],
        institutions: ['H'],
        doctors: [],
        drugs: [],
        camouflage: '4',
      },
    ]);
  });

  it.each([
    ['{"ring":"R1"', /t\.jsonl, line 2: not JSON/],
    ['{"ring":"R1","type":"t","patients":[1]}', /t\.jsonl, line 2: field patients\.0/],
    ['{"ring":"R1","patients":["1"]}', /line 2: field type: missing/],
    ['{"ring":"R1","type":"t"}', /line 2: fields patients, institutions: both are empty/],
    ['[]', /line 2/],
  ])('names file, line and field of %s', (line, message) => {
    const good = '{"ring":"R0","type":"t","patients":["1"]}';
    expect(() => parseTruth(`${good}\n${line}`, 't.jsonl')).toThrow(message);
  });

  it('lets look-alikes go unnamed', () => {
    expect(parseTruth('{"patients":["1"]}', 'l.jsonl', 'lookalikes')[0]).toMatchObject({
      ring: 'line 1',
      type: 'unknown',
    });
  });
});
