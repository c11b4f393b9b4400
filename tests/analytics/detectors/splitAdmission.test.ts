import { describe, expect, it } from 'vitest';
import { splitAdmission } from '../../../analytics/detectors/splitAdmission.js';
import { CLASS_INPATIENT } from '../../../analytics/projection/world.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { type HonestWorld, honestWorld, names } from './honestWorld.js';
import { buildWorld, type PlainSettlement } from './worldBuilder.js';

const detect = detectWith(splitAdmission);

/** Ten hospitals; people in hospital as honest people are, with a diagnosis from a short list. */
function hospitals(seed: number): HonestWorld {
  const plain = honestWorld(seed, 600);
  for (let h = 4; h < 10; h++) plain.institutions.push({ id: `ho${h}`, level: '05' });
  const settlements = plain.settlements.map((s) =>
    s.class === CLASS_INPATIENT
      ? {
          ...s,
          institution: `ho${plain.rng.int(10)}`,
          diagnosis: ['J18', 'I63', 'K80', 'M51'][plain.rng.int(4)]!,
        }
      : s,
  );
  return { ...plain, settlements };
}

function stay(
  plain: HonestWorld,
  patient: string,
  institution: string,
  begin: number,
  days: number,
  more: Partial<PlainSettlement> = {},
): void {
  plain.settlements.push({
    ...{ patient, institution, class: CLASS_INPATIENT, diagnosis: 'J18' },
    ...{ day: plain.day(begin + days), begin: plain.day(begin), end: plain.day(begin + days) },
    ...{ fund: 400_000, cash: 10_000 },
    ...more,
  });
}

/** Courses of stays at one hospital, each begun a day after the last ended. */
function plantSplits(
  plain: HonestWorld,
  hospital: string,
  patients: readonly string[],
  more: (part: number) => Partial<PlainSettlement> = () => ({}),
  days = 7,
): HonestWorld {
  for (const [n, patient] of patients.entries())
    for (let part = 0; part < 3; part++)
      stay(plain, patient, hospital, 5 + 6 * n + part * (days + 1), days, more(part));
  return plain;
}

const split = () => plantSplits(hospitals(41), 'ho3', names(3, 20));

describe('split-admission', () => {
  it('finds the hospital that sends people home and takes them in again', async () => {
    const [finding, ...others] = listed(await detect(buildWorld(split())));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['ho3']);
    expect(finding!.reasons[0].code).toBe('split-admission.returns-at-once');
    expect(finding!.reasons[0].measured).toBeGreaterThanOrEqual(40);
    expect(finding!.reasons[0].expected).toBeLessThan(20);
    expect(idsOf(finding!, 'patient')).toEqual(expect.arrayContaining(names(3, 20)));
    expect(finding!.fundAtRisk).toBeGreaterThanOrEqual(40 * 400_000);
  });

  it('finds the hospital whose patients return just after the limit', async () => {
    const plain = hospitals(47);
    for (const [n, patient] of names(3, 16).entries())
      for (let part = 0; part < 2; part++)
        stay(plain, patient, 'ho5', 10 + 9 * n + part * (6 + 16 + (n % 5)), 6);
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['ho5']);
    expect(finding!.reasons[0].code).toBe('split-admission.returns-after-limit');
    expect(finding!.reasons[0].measured).toBeGreaterThanOrEqual(14);
  });

  it('finds it among houses whose planned cycles differ much', async () => {
    const plain = hospitals(48);
    for (const [house, cycles] of [1, 2, 8, 9].entries())
      for (const patient of names(200 + 30 * house, 24))
        for (let part = 0; part < cycles; part++)
          stay(plain, patient, `ho${6 + house}`, 10 + 12 * part, 2, { diagnosis: 'Z51' });
    plantSplits(plain, 'ho3', names(3, 7));
    const found = listed(await detect(buildWorld(plain)));
    expect(found.map((f) => idsOf(f, 'institution'))).toEqual([['ho3']]);
  });

  it('lists nobody in an honest world', async () => {
    for (const seed of [1, 2, 3, 4]) expect(await detect(buildWorld(hospitals(seed)))).toEqual([]);
  });

  it('ranks the published case first: 40 stays of one patient, rotating over four hospitals', async () => {
    const plain = hospitals(42);
    for (let k = 0; k < 44; k++)
      stay(plain, 'p0100', `ho${k % 4}`, 8 * k, 6, { diagnosis: `M${50 + (k % 5)}` });
    const [first] = await detect(buildWorld(plain));
    expect(first!.status).toBe('finding');
    expect(first!.p).toBeLessThan(1e-3);
    expect(first!.reasons.map((r) => r.code)).toEqual([
      'split-admission.chain',
      'split-admission.rotation',
    ]);
    expect(first!.reasons[0].measured).toBeGreaterThanOrEqual(40);
    expect(first!.reasons[1]!.measured).toBe(4);
    expect(idsOf(first!, 'patient')).toEqual(['p0100']);
    expect(idsOf(first!, 'institution')).toEqual(['ho0', 'ho1', 'ho2', 'ho3']);
  });

  it.each([
    ['planned-cycle', { diagnosis: 'Z51' }],
    ['rehabilitation-course', { diagnosis: 'I69' }],
  ])('lets a %s come back by plan', async (code, more) => {
    const plain = plantSplits(hospitals(43), 'ho3', names(3, 20), () => more);
    for (const patient of names(200, 30)) stay(plain, patient, 'ho5', 20, 6, more);
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.status).toBe('explained');
    expect(findings[0]?.innocent[0]?.code).toBe(code);
  });

  it('lets patients move to another ward', async () => {
    const plain = plantSplits(hospitals(44), 'ho3', names(3, 20), (part) => ({
      department: `d${part}`,
    }));
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.innocent[0]?.code).toBe('ward-transfer');
  });

  it('says nothing of an illness that one hospital alone treats', async () => {
    const plain = plantSplits(hospitals(47), 'ho3', names(3, 20), () => ({ diagnosis: 'Q21' }));
    expect(await detect(buildWorld(plain))).toEqual([]);
  });

  it('lets long stays be settled in parts', async () => {
    const plain = plantSplits(hospitals(45), 'ho3', names(3, 20), () => ({}), 30);
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.status).toBe('explained');
  });

  it('lets the seriously ill be sent up to a better hospital and back', async () => {
    const plain = hospitals(46);
    plain.institutions.push({ id: 'top', level: '01' });
    for (let k = 0; k < 40; k++)
      stay(plain, 'p0100', k % 2 ? 'top' : 'ho1', 8 * k, 7, { diagnosis: 'K80' });
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.innocent[0]?.code).toBe('hospital-transfer');
  });

  itBehaves(splitAdmission, split);
});
