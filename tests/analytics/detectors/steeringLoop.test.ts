import { describe, expect, it } from 'vitest';
import { steeringLoop } from '../../../analytics/detectors/steeringLoop.js';
import { createRng, type Rng } from '../../../analytics/model/rng.js';
import {
  CLASS_INPATIENT,
  CLASS_OUTPATIENT,
  CLASS_PHARMACY,
  INSTITUTION_PHARMACY,
} from '../../../analytics/projection/world.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import {
  buildWorld,
  type PlainInstitution,
  type PlainPatient,
  type PlainSettlement,
} from './worldBuilder.js';

const detect = detectWith(steeringLoop);
const FROM = 20_089;

interface District {
  readonly patients: PlainPatient[];
  readonly institutions: PlainInstitution[];
  readonly settlements: PlainSettlement[];
  readonly rng: Rng;
}

/**
 * Six clinics of four doctors on a line, three pharmacies and a hospital about each; after
 * half of the visits people buy at one of the near ones, after few they are admitted to the nearest hospital.
 */
function district(seed: number): District {
  const rng = createRng(seed);
  const institutions: PlainInstitution[] = [];
  for (let c = 0; c < 6; c++) {
    institutions.push({ id: `cl${c}`, level: '10', lng: 103 + 0.1 * c, lat: 30 });
    for (let k = 0; k < 3; k++)
      institutions.push({
        ...{ id: `ph${c}${k}`, type: INSTITUTION_PHARMACY },
        ...{ lng: 103 + 0.1 * c + 0.004 * (k + 1), lat: 30 },
      });
    institutions.push({ id: `ho${c}`, level: '05', lng: 103 + 0.1 * c, lat: 30.02 });
  }
  const plain: District = { patients: [], institutions, settlements: [], rng };
  for (let p = 0; p < 600; p++) {
    const id = `p${String(p).padStart(4, '0')}`;
    const clinic = p % 6;
    plain.patients.push({ id, region: '530102', village: `v${clinic}`, town: `t${clinic}` });
    for (let n = 1 + rng.int(6); n > 0; n--) {
      const day = FROM + rng.int(350);
      const at = rng.next() < 0.2 ? rng.int(6) : clinic;
      visit(plain, id, `d${at}${rng.int(4)}`, `cl${at}`, day);
      const u = rng.next();
      if (u < 0.5) buy(plain, id, `ph${at}${rng.int(3)}`, day);
      else if (u < 0.55) admit(plain, id, `ho${at}`, day + rng.int(4));
    }
    for (let n = rng.int(5); n > 0; n--)
      buy(plain, id, `ph${clinic}${rng.int(3)}`, FROM + rng.int(350));
  }
  return plain;
}

const visit = (w: District, patient: string, doctor: string, institution: string, day: number) =>
  w.settlements.push({
    ...{ patient, doctor, institution, day, second: 32_000, class: CLASS_OUTPATIENT, fund: 4000 },
  });
const buy = (w: District, patient: string, institution: string, day: number, doctor?: string) =>
  w.settlements.push({
    ...{ patient, institution, day, second: 40_000, class: CLASS_PHARMACY, fund: 9000 },
    ...(doctor === undefined ? {} : { doctor }),
  });
const admit = (w: District, patient: string, institution: string, day: number) =>
  w.settlements.push({
    ...{ patient, institution, day: day + 8, begin: day, end: day + 8 },
    ...{ class: CLASS_INPATIENT, fund: 500_000 },
  });

const MEMBERS = Array.from({ length: 20 }, (_, k) => `p${String(6 * k + 6).padStart(4, '0')}`);

function loop(seed = 91, kind: 'pharmacy' | 'hospital' = 'pharmacy'): District {
  const plain = district(seed);
  for (const [n, patient] of MEMBERS.entries()) {
    const day = FROM + 15 * n;
    visit(plain, patient, 'd01', 'cl0', day);
    if (kind === 'pharmacy') buy(plain, patient, 'ph42', day);
    else admit(plain, patient, 'ho4', day + 1);
  }
  return plain;
}

describe('steering-loop', () => {
  it('finds the doctor whose patients all go to one distant pharmacy', async () => {
    const [finding, ...others] = listed(await detect(buildWorld(loop())));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'doctor')).toEqual(['d01']);
    expect(idsOf(finding!, 'institution')).toEqual(['ph42']);
    expect(idsOf(finding!, 'patient')).toEqual(expect.arrayContaining(MEMBERS));
    expect(finding!.reasons[0].code).toBe('steering-loop.to-one-pharmacy');
    expect(finding!.reasons[0].measured).toBeGreaterThan(5 * finding!.reasons[0].expected);
    expect(finding!.fundAtRisk).toBeGreaterThanOrEqual(20 * 9000);
  });

  it('finds the doctor who sends to one distant hospital', async () => {
    const [finding, ...others] = listed(await detect(buildWorld(loop(92, 'hospital'))));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['ho4']);
    expect(finding!.reasons[0].code).toBe('steering-loop.to-one-hospital');
  });

  it('tells two pharmacies that pay one doctor in one finding', async () => {
    const plain = district(97);
    for (const [n, patient] of MEMBERS.entries()) {
      const day = FROM + 15 * n;
      visit(plain, patient, 'd01', 'cl0', day);
      buy(plain, patient, n % 2 === 0 ? 'ph42' : 'ph31', day + (n % 3));
    }
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['ph31', 'ph42']);
    expect(idsOf(finding!, 'patient')).toEqual(expect.arrayContaining(MEMBERS));
    expect(finding!.reasons.map((r) => r.code)).toEqual([
      'steering-loop.to-one-pharmacy',
      'steering-loop.to-one-pharmacy',
    ]);
  });

  it('finds two pharmacies by turns of which neither stands out alone', async () => {
    const plain = district(98);
    for (const [n, patient] of MEMBERS.slice(0, 5).entries())
      for (const turn of [0, 1]) {
        const day = FROM + 15 * n + 150 * turn;
        visit(plain, patient, 'd01', 'cl0', day);
        buy(plain, patient, (n + turn) % 2 === 0 ? 'ph20' : 'ph11', day + (n % 3));
      }
    const both = listed(await detect(buildWorld(plain)));
    expect(both).toHaveLength(1);
    expect(idsOf(both[0]!, 'doctor')).toEqual(['d01']);
    expect(idsOf(both[0]!, 'institution')).toEqual(['ph11', 'ph20']);
    const half = {
      ...plain,
      settlements: plain.settlements.filter((s) => s.institution !== 'ph11'),
    };
    expect(listed(await detect(buildWorld(half)))).toEqual([]);
  });

  it('knows by the prescription who sent, without a visit on record', async () => {
    const plain = district(96);
    for (const [n, patient] of MEMBERS.entries()) buy(plain, patient, 'ph42', FROM + 15 * n, 'd01');
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'doctor')).toEqual(['d01']);
    expect(idsOf(finding!, 'patient')).toEqual(expect.arrayContaining(MEMBERS));
  });

  it('lets doctors prescribe and people buy where they like', async () => {
    for (const seed of [5, 6, 7]) {
      const plain = district(seed);
      const last = new Map<string, string>();
      plain.settlements.forEach((s, i) => {
        if (s.doctor) last.set(s.patient, s.doctor);
        else if (s.class === CLASS_PHARMACY && last.has(s.patient))
          plain.settlements[i] = { ...s, doctor: last.get(s.patient) as string };
      });
      expect(await detect(buildWorld(plain))).toEqual([]);
    }
  });

  it('lists nobody in an honest district', async () => {
    for (const seed of [1, 2, 3, 4]) expect(await detect(buildWorld(district(seed)))).toEqual([]);
  });

  it('lets the only doctor of a village send to the only pharmacy of it', async () => {
    const plain = district(93);
    plain.institutions.push(
      { id: 'cl9', level: '10', lng: 103.95, lat: 30.4 },
      { id: 'ph90', type: INSTITUTION_PHARMACY, lng: 103.951, lat: 30.4 },
    );
    for (const [n, patient] of MEMBERS.entries()) {
      visit(plain, patient, 'd90', 'cl9', FROM + 12 * n);
      buy(plain, patient, 'ph90', FROM + 12 * n);
    }
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('lets people go where they always go, and colleagues share a custom', async () => {
    const habit = loop(94);
    for (const patient of MEMBERS)
      for (let n = 0; n < 8; n++) buy(habit, patient, 'ph42', FROM + 20 + 40 * n);
    expect(listed(await detect(buildWorld(habit)))).toEqual([]);
    const custom = loop(95);
    for (let p = 1; p < 180; p++) {
      const patient = `p${String(3 * p).padStart(4, '0')}`;
      const day = FROM + p;
      visit(custom, patient, `d0${p % 2 ? 2 : 3}`, 'cl0', day);
      buy(custom, patient, 'ph42', day);
    }
    expect(listed(await detect(buildWorld(custom)))).toEqual([]);
  });

  itBehaves(steeringLoop, loop);
});
