import { describe, expect, it } from 'vitest';
import type { Ring, Subject } from '../../../analytics/model/finding.js';
import { createRng } from '../../../analytics/model/rng.js';
import type { Verdict } from '../../../analytics/model/verdict.js';
import type { Assembled } from '../../../analytics/scoring/assemble.js';
import { feedback } from '../../../analytics/scoring/feedback.js';
import { inspectionMonths, riskProfiles } from '../../../analytics/scoring/profiles.js';
import { seenOf } from '../../../analytics/scoring/verdicts.js';
import { ring } from '../../fixtures/runs.js';
import { buildWorld, type PlainSettlement } from '../detectors/worldBuilder.js';

/**
 * Forty pharmacies of forty customers each; everybody goes to the hospital H, too. R1–R5 are a ring at
 * shop S00. N1–N3 go to its shop and its doctor as often as N4–N6 go to another shop and doctor.
 */
function town() {
  const rng = createRng(5);
  const settlements: PlainSettlement[] = [];
  const visits = (patient: string, institution: string, n: number, doctor?: string) => {
    for (let k = 0; k < n; k++)
      settlements.push({
        patient,
        institution,
        day: 20_000 + rng.int(300),
        ...(doctor ? { doctor } : {}),
      });
  };
  for (let shop = 0; shop < 40; shop++)
    for (let c = 0; c < 40; c++) {
      const patient = `C${shop}-${c}`;
      visits(patient, `S${String(shop).padStart(2, '0')}`, 1 + rng.int(4));
      visits(patient, 'H', 1 + rng.int(3), `D${rng.int(20)}`);
    }
  for (let r = 1; r <= 5; r++) {
    visits(`R${r}`, 'S00', 20);
    visits(`R${r}`, 'K', 6, 'DX');
    visits(`R${r}`, 'H', 3, 'D1');
  }
  for (let n = 1; n <= 6; n++) {
    visits(`N${n}`, n <= 3 ? 'S00' : 'S20', 12);
    visits(`N${n}`, n <= 3 ? 'K' : 'L', 6, n <= 3 ? 'DX' : 'DY');
    visits(`N${n}`, 'H', 3, 'D1');
  }
  for (let o = 0; o < 5; o++) visits(`O${o}`, 'L', 6, 'DY');
  return buildWorld({ settlements });
}

const WORLD = town();
const core: Subject = { kind: 'institution', id: 'S00', role: 'core' };
const members = (...ids: string[]): Subject[] =>
  ids.map((id) => ({ kind: 'patient', id, role: 'member' }));
const FARM = ring('a', 0.8, {
  ring: 'R-FARM',
  subjects: [core, ...members('R1', 'R2', 'R3', 'R4', 'R5')],
});
const OTHER = ring('b', 0.7, {
  ring: 'R-BBBB',
  subjects: [{ kind: 'institution', id: 'S30', role: 'core' }, ...members('C30-1', 'C30-2')],
});
const assembled = (...rings: Ring[]): Assembled => ({ rings, faint: [] });

const verdict = (of: Ring, kind: Verdict['verdict'], reason?: string): Verdict => ({
  ring: of.ring,
  verdict: kind,
  reason,
  at: '2026-01-31',
  seen: seenOf(of),
});

function profilesWith(verdicts: readonly Verdict[], ...rings: Ring[]) {
  const heard = feedback(WORLD, verdicts, rings);
  const list = riskProfiles(WORLD, assembled(...rings), new Map(), heard);
  const of = (id: string) => list.find((p) => p.id === id)!;
  return { list, of, heard };
}

const plain = profilesWith([], FARM, OTHER);

describe('risk profiles', () => {
  it('without verdicts say what the rings say, and nothing more', () => {
    expect(plain.heard).toBeUndefined();
    expect(plain.of('R1')).toEqual({
      kind: 'patient',
      id: 'R1',
      score: 0.8,
      grade: 'E',
      findings: ['a'],
    });
    expect(plain.list.some((p) => 'parts' in p)).toBe(false);
    expect(plain.of('N1')).toMatchObject({ score: 0, grade: 'A' });
    const both = profilesWith([], FARM, { ...OTHER, subjects: FARM.subjects });
    expect(both.of('R1').score).toBe(0.94);
  });

  it('are raised by a confirmed ring, and say by how much', () => {
    const { of } = profilesWith([verdict(FARM, 'confirmed')], FARM, OTHER);
    expect(of('R1')).toMatchObject({ score: 0.99, grade: 'E' });
    expect(of('R1').parts).toEqual([{ code: 'confirmed', by: 0.19, ring: 'R-FARM' }]);
    expect(of('C30-1')).toEqual(plain.of('C30-1'));
    // Its people stay suspect when the ring itself is not seen any more.
    expect(profilesWith([verdict(FARM, 'confirmed')]).of('R1')).toMatchObject({ grade: 'E' });
  });

  it('let suspicion reach neighbours of a confirmed ring, more than strangers who are as large', () => {
    const { of, heard } = profilesWith([verdict(FARM, 'confirmed')], FARM);
    for (const [near, far] of [
      ['N1', 'N4'],
      ['N2', 'N5'],
      ['N3', 'N6'],
      ['DX', 'DY'],
      ['K', 'L'],
    ] as const) {
      expect(of(near).score).toBeGreaterThan(of(far).score);
      expect(of(near).parts!.map((p) => p.code)).toEqual(['spread']);
      expect(of(near).grade).toBe('B');
      expect(of(far)).toMatchObject({ score: 0, grade: 'A' });
    }
    expect(of('N1').score).toBeLessThanOrEqual(0.2);
    expect(['S00', 'K', 'DX']).toContain(of('N1').parts![0]!.via!.id);
    expect(heard!.spread.size).toBeLessThan(100);
  });

  it('do not raise a place because it is large', () => {
    const { of } = profilesWith([verdict(FARM, 'confirmed')], FARM);
    expect(of('H')).toMatchObject({ score: 0, grade: 'A' });
    expect(of('D1')).toMatchObject({ score: 0, grade: 'A' });
  });

  it('are lowered by a dismissal, by the share of the ring that was looked at', () => {
    const dismissed = verdict(FARM, 'dismissed', '同一家庭');
    const { of } = profilesWith([dismissed], FARM, OTHER);
    expect(of('R1')).toMatchObject({ score: 0, grade: 'B', findings: ['a'] });
    expect(of('R1').parts).toEqual([
      { code: 'dismissed', by: -0.8, ring: 'R-FARM', reason: '同一家庭', measured: 1 },
    ]);
    expect(of('S30')).toEqual(plain.of('S30'));
    // The ring has grown: two of its eight are new, whatever its name is now.
    const grown = ring('c', 0.8, {
      ring: 'R-NEWW',
      subjects: [...FARM.subjects, ...members('N1', 'N2')],
    });
    expect(profilesWith([dismissed], grown).of('R1').score).toBeCloseTo(0.8 * (2 / 8), 6);
    const doubled = ring('d', 0.8, {
      ring: 'R-FARM',
      subjects: [...FARM.subjects, ...members('N1', 'N2', 'N3', 'N4', 'N5', 'N6', 'O1')],
    });
    expect(profilesWith([dismissed], doubled).of('R1')).toMatchObject({ score: 0.8, grade: 'E' });
    // What another detector sees was not looked at.
    const otherwise = { ...FARM, detector: 'bed-hanging' };
    expect(profilesWith([dismissed], otherwise).of('R1').score).toBe(0.8);
  });

  it('of a detector that was often wrong weigh as much as it can be right', () => {
    const wrong = (n: number) =>
      Array.from({ length: n }, (_, i) =>
        verdict(
          ring(`w${i}`, 0.5, { ring: `R-W00${i}`, subjects: members(`C1-${i}`) }),
          'dismissed',
          '数据错误',
        ),
      );
    expect(profilesWith(wrong(4), OTHER).of('S30').score).toBe(0.7);
    const { of, heard } = profilesWith(wrong(6), OTHER);
    const { high } = heard!.verdicts.records[0]!;
    expect(high).toBeLessThan(0.5);
    expect(of('S30').score).toBeCloseTo(0.7 * high, 6);
    expect(of('S30').grade).toBe('E');
    expect(of('S30').parts).toMatchObject([
      { code: 'record', ring: 'R-BBBB', detector: 'card-farming-pharmacy', measured: high },
    ]);
  });

  it('add up: the parts are the difference to what they would be without verdicts', () => {
    const { list } = profilesWith(
      [verdict(FARM, 'confirmed'), verdict(OTHER, 'dismissed', '促销日')],
      FARM,
      OTHER,
    );
    const before = new Map(plain.list.map((p) => [`${p.kind}:${p.id}`, p.score]));
    for (const p of list) {
      const by = (p.parts ?? []).reduce((sum, part) => sum + part.by, 0);
      expect(p.score - (before.get(`${p.kind}:${p.id}`) ?? 0)).toBeCloseTo(by, 6);
    }
  });

  it('are the same again, and look sooner at who is riskier', () => {
    const again = [verdict(FARM, 'confirmed'), verdict(OTHER, 'dismissed', 'x')];
    expect(profilesWith(again, FARM, OTHER).list).toEqual(
      profilesWith([...again].reverse(), FARM, OTHER).list,
    );
    const months = (['A', 'B', 'C', 'D', 'E'] as const).map(inspectionMonths);
    expect(months).toEqual([...months].sort((a, b) => b - a));
    expect(new Set(months).size).toBe(5);
  });
});
