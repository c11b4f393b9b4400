import { describe, expect, it } from 'vitest';
import { therapyOvercount } from '../../../analytics/detectors/therapyOvercount.js';
import { CLASS_INPATIENT } from '../../../analytics/projection/world.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { type HonestWorld, honestWorld } from './honestWorld.js';
import { buildWorld, type PlainSettlement } from './worldBuilder.js';

const detect = detectWith(therapyOvercount);
const CATALOGUE = [
  { id: 'T1', name: '推拿治疗', listType: 201 },
  { id: 'T2', name: '普通针刺', listType: 201 },
  { id: 'T3', name: '偏瘫肢体综合训练', listType: 201 },
  { id: 'L1', name: '血细胞分析', listType: 201 },
];

type World = HonestWorld & { catalogue: typeof CATALOGUE };
type Units = (visit: { clinic: string; item: string; visitsOfPatient: number }) => number;

/** Ten clinics with two doctors each, where people come for therapy: one or two sittings a day. */
function clinics(seed: number, units: Units = () => 0): World {
  const plain = honestWorld(seed, 300);
  for (let h = 0; h < 10; h++) plain.institutions.push({ id: `cl${h}`, county: '530102' });
  for (const { id: patient } of [...plain.patients]) {
    const usual = plain.rng.int(10);
    const visitsOfPatient = 3 + plain.rng.int(8);
    for (let n = 0; n < visitsOfPatient; n++) {
      const clinic = `cl${plain.rng.next() < 0.1 ? plain.rng.int(10) : usual}`;
      const items = CATALOGUE.filter(() => plain.rng.next() < 0.5).map(({ id: item }) => ({
        ...{ item, fen: 5_000 },
        units: 1 + plain.rng.int(2) + units({ clinic, item, visitsOfPatient }),
      }));
      const visit: PlainSettlement = {
        ...{ patient, institution: clinic, doctor: `d-${clinic}-${plain.rng.int(2)}` },
        ...{
          day: plain.day(plain.rng.int(365)),
          second: 36_000,
          fund: 5_000 * items.length,
          items,
        },
      };
      plain.settlements.push(visit);
    }
  }
  return { ...plain, catalogue: CATALOGUE };
}

/** One clinic writes down four sittings more of massage and needles than were given. */
const overcounted = (seed = 91) =>
  clinics(seed, ({ clinic, item }) => (clinic === 'cl4' && item < 'T3' && item > 'T' ? 4 : 0));

describe('therapy-overcount', () => {
  it('finds the clinic that counts more sittings a day than others, item by item', async () => {
    const findings = listed(await detect(buildWorld(overcounted())));
    expect(findings.map((f) => f.reasons[0].code).sort()).toEqual([
      'therapy-overcount.acupuncture-counts',
      'therapy-overcount.massage-counts',
    ]);
    for (const f of findings) {
      expect(f.kind).toBe('entity');
      expect(idsOf(f, 'institution')).toEqual(['cl4']);
      expect(f.reasons[0].measured).toBeGreaterThan(3 * f.reasons[0].expected);
      expect(f.fundAtRisk).toBeGreaterThan(100_000);
    }
  });

  it('says so when there were not hands enough', async () => {
    const plain = overcounted(92);
    const regulars = new Set(
      plain.settlements.filter((s) => s.institution === 'cl4').map((s) => s.patient),
    );
    for (const patient of [...regulars].slice(0, 25))
      plain.settlements.push({
        ...{ patient, institution: 'cl4', doctor: 'd-cl4-0', fund: 5_000, day: plain.day(100) },
        ...{ second: 36_000, items: [{ item: 'T1', units: 5, fen: 5_000 }] },
      });
    const massage = listed(await detect(buildWorld(plain))).find((f) =>
      f.reasons[0].code.includes('massage'),
    );
    const hands = massage!.reasons.find((r) => r.code === 'therapy-overcount.beyond-hands');
    expect(hands?.measured).toBe(1);
    expect(hands?.settlements.length).toBeGreaterThanOrEqual(25);
  });

  it('finds two or three for one where one is what everybody counts, whatever the ward does', async () => {
    const plain = clinics(97);
    const tests = (from: number, units: () => number) => {
      for (let n = 0; n < 1200; n++)
        plain.settlements.push({
          ...{
            patient: plain.patients[plain.rng.int(300)]!.id,
            institution: `cl${from + (n % 10)}`,
          },
          ...{ day: plain.day(plain.rng.int(365)), second: 36_000, fund: 3_000 },
          items: [{ item: 'L2', units: units(), fen: 3_000 }],
        });
    };
    tests(0, () => 1);
    for (const s of plain.settlements)
      if (s.institution === 'cl4' && s.items?.[0]?.item === 'L2')
        Object.assign(s, { items: [{ ...s.items[0], units: 2 + plain.rng.int(2) }] });
    for (let h = 0; h < 10; h++)
      for (let k = 0; k < 60; k++)
        plain.settlements.push({
          ...{
            patient: `p0${100 + k}`,
            institution: `cl${h}`,
            class: CLASS_INPATIENT,
            fund: 90_000,
          },
          ...{ begin: plain.day(5 * k), day: plain.day(5 * k + 7), end: plain.day(5 * k + 7) },
          items: [{ item: 'L2', units: 8, fen: 24_000 }],
        });
    const catalogue = [...CATALOGUE, { id: 'L2', name: '红外线治疗', listType: 201 }];
    const [finding, ...others] = listed(await detect(buildWorld({ ...plain, catalogue })));
    expect(others).toEqual([]);
    expect(finding!.reasons[0].code).toBe('therapy-overcount.physiotherapy-counts');
    expect(idsOf(finding!, 'institution')).toEqual(['cl4']);
    expect(finding!.reasons[0].measured).toBeLessThan(3 * finding!.reasons[0].expected);
  });

  it('lists nobody in honest worlds', async () => {
    for (const seed of [1, 2, 3]) expect(await detect(buildWorld(clinics(seed)))).toEqual([]);
  });

  it('lets a house have much therapy, as long as each day has what days have elsewhere', async () => {
    const plain = clinics(93);
    for (const s of [...plain.settlements])
      if (s.institution === 'cl4')
        for (let n = 0; n < 6; n++)
          plain.settlements.push({ ...s, day: plain.day(plain.rng.int(365)) });
    expect(await detect(buildWorld(plain))).toEqual([]);
  });

  it('counts the days of a stay', async () => {
    const plain = clinics(94);
    for (let k = 0; k < 60; k++)
      for (const h of [0, 1, 2, 3, 4, 5]) {
        const days = h === 4 ? 20 : 5;
        const begin = plain.day(5 * k);
        plain.settlements.push({
          ...{ patient: `p0${100 + k}`, institution: `cl${h}`, class: CLASS_INPATIENT, begin },
          ...{ day: begin + days - 1, end: begin + days - 1, fund: 90_000 },
          items: [{ item: 'T3', units: 2 * days + plain.rng.int(3), fen: 20_000 }],
        });
      }
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('knows a course that is given in fewer, denser days', async () => {
    // Half the visits, each with the sittings of three.
    const plain = clinics(95);
    const seen = new Map<string, number>();
    const settlements = plain.settlements.flatMap((s): PlainSettlement[] => {
      if (s.institution !== 'cl6') return [s];
      const n = seen.get(s.patient) ?? 0;
      seen.set(s.patient, n + 1);
      if (n % 3 !== 0) return [];
      return [{ ...s, items: (s.items ?? []).map((l) => ({ ...l, units: 3 * (l.units ?? 1) })) }];
    });
    const findings = await detect(buildWorld({ ...plain, settlements }));
    expect(listed(findings)).toEqual([]);
    expect(findings.length).toBeGreaterThan(0);
    for (const f of findings)
      expect([f.status, f.innocent[0]!.code]).toEqual(['explained', 'dense-course']);
  });

  itBehaves(therapyOvercount, overcounted);
});
