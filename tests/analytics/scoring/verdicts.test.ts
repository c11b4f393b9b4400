import { describe, expect, it } from 'vitest';
import type { KnownVerdict, Verdict } from '../../../analytics/model/verdict.js';
import {
  detectorRecords,
  knownVerdicts,
  lastVerdicts,
  parseVerdicts,
  verdictsHash,
} from '../../../analytics/scoring/verdicts.js';
import { ring } from '../../fixtures/runs.js';

const read = (text: string) => parseVerdicts(text, 'given.jsonl').map((v) => v.verdict);
const LINE = '{"ring":"R-7K2Q","verdict":"dismissed","reason":"同一家庭","at":"2026-01-31"}';

describe('a file of verdicts', () => {
  it('is read line by line, with a BOM, Windows line ends and empty lines', () => {
    const other = '{"ring":"R-AAAA","verdict":"confirmed","at":"2026-02-01"}';
    const parsed = parseVerdicts(`\uFEFF${LINE}\r\n\r\n${other}\n`, 'given.jsonl');
    expect(parsed.map((v) => v.line)).toEqual([1, 3]);
    expect(parsed[0]!.verdict).toEqual({
      ring: 'R-7K2Q',
      verdict: 'dismissed',
      reason: '同一家庭',
      at: '2026-01-31',
    });
  });

  it.each([
    ['{"ring":', 'given.jsonl line 2: is not JSON'],
    [
      '{"ring":"R-7K2Q","verdict":"maybe","at":"2026-01-31"}',
      'line 2: verdict ("maybe") is neither confirmed nor dismissed',
    ],
    ['{"ring":"7K2Q","verdict":"confirmed","at":"2026-01-31"}', 'line 2: ring ("7K2Q") is no id'],
    [
      '{"ring":"R-7K2Q","verdict":"confirmed","at":"2026-02-30"}',
      'line 2: at ("2026-02-30") is no day of the calendar',
    ],
    [
      '{"ring":"R-7K2Q","verdict":"dismissed","at":"2026-01-31"}',
      'line 2: reason (nothing) is missing: a dismissal says why',
    ],
    [
      '{"ring":"R-7K2Q","verdict":"confirmed","at":"2026-01-31","by":"me"}',
      'line 2: by is no field of a verdict',
    ],
    ['[1]', 'line 2: '],
  ])('refuses %s, naming line, field and value', (line, message) => {
    expect(() => read(`${LINE}\n${line}`)).toThrow(message);
    try {
      read(`${LINE}\n${line}`);
    } catch (error) {
      expect(error).toMatchObject({ kind: 'invalid', remedy: expect.stringMatching(/Correct/) });
    }
  });

  it('counts the latest day of each ring, of one day the last line', () => {
    const at = (day: string, verdict: Verdict['verdict'], reason = 'x'): Verdict => ({
      ring: 'R-AAAA',
      verdict,
      reason,
      at: day,
    });
    const late = at('2026-03-01', 'confirmed');
    expect(lastVerdicts([late, at('2026-02-01', 'dismissed')])).toEqual([late]);
    const again = at('2026-03-01', 'dismissed');
    expect(lastVerdicts([late, again])).toEqual([again]);
    expect(verdictsHash([])).toBeUndefined();
    expect(verdictsHash([late])).toBe(verdictsHash([at('2026-01-01', 'dismissed'), late]));
    expect(verdictsHash([late])).not.toBe(verdictsHash([again]));
  });

  it('keeps what the ring was when it was looked at, else takes what the run says', () => {
    const now = ring('now', 0.9, { ring: 'R-AAAA' });
    const kept = { detectors: ['bed-hanging'], subjects: [] };
    const { known, unknown } = knownVerdicts(
      [
        { ring: 'R-AAAA', verdict: 'confirmed', at: '2026-01-01' },
        { ring: 'R-BBBB', verdict: 'confirmed', at: '2026-01-01', seen: kept },
        { ring: 'R-CCCC', verdict: 'confirmed', at: '2026-01-01' },
      ],
      [now],
    );
    expect(known.map((v) => [v.ring, v.seen.detectors, v.seen.subjects.length])).toEqual([
      ['R-AAAA', ['card-farming-pharmacy'], 2],
      ['R-BBBB', ['bed-hanging'], 0],
    ]);
    expect(unknown).toEqual(['R-CCCC']);
  });
});

describe('precision in the field', () => {
  const verdict = (
    name: string,
    kind: Verdict['verdict'],
    detectors: string[],
    reason?: string,
  ): KnownVerdict => ({
    ring: name,
    verdict: kind,
    reason,
    at: '2026-01-01',
    seen: { detectors, subjects: [] },
  });

  it('is counted per detector and per reason of dismissal', () => {
    const records = detectorRecords([
      verdict('R-AAAA', 'confirmed', ['bed-hanging', 'split-admission']),
      verdict('R-BBBB', 'confirmed', ['bed-hanging']),
      verdict('R-CCCC', 'dismissed', ['bed-hanging'], '请假'),
      verdict('R-DDDD', 'dismissed', ['bed-hanging'], '请假'),
      verdict('R-EEEE', 'dismissed', ['bed-hanging'], '同一家庭'),
    ]);
    expect(records.map((r) => [r.detector, r.confirmed, r.dismissed, r.precision])).toEqual([
      ['bed-hanging', 2, 3, 0.4],
      ['split-admission', 1, 0, 1],
    ]);
    const [bed] = records;
    expect(bed!.low).toBeGreaterThan(0.1);
    expect(bed!.high).toBeLessThan(0.8);
    expect(bed!.reasons).toMatchObject([
      { reason: '请假', dismissed: 2, precision: 0.5 },
      { reason: '同一家庭', dismissed: 1, precision: 0.6667 },
    ]);
  });
});
