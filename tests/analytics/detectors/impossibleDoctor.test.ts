import { describe, expect, it } from 'vitest';
import { distanceKm } from '../../../analytics/algorithms/sphere.js';
import { impossibleDoctor } from '../../../analytics/detectors/impossibleDoctor.js';
import { CLASS_OUTPATIENT } from '../../../analytics/projection/world.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { type HonestWorld, honestWorld } from './honestWorld.js';
import { buildWorld, type PlainSettlement } from './worldBuilder.js';

const detect = detectWith(impossibleDoctor);

/** Forty doctors at eight clinics 5 km apart; each has a morning, and some an afternoon elsewhere. */
function practices(seed: number): HonestWorld {
  const plain = honestWorld(seed, 300);
  for (let c = 0; c < 8; c++)
    plain.institutions.push({ id: `cl${c}`, level: '10', lng: 103 + 0.05 * c, lat: 30 });
  for (let d = 0; d < 40; d++)
    for (let n = 0; n < 60; n++) {
      const day = plain.rng.int(360);
      visit(plain, {
        doctor: `d${10 + d}`,
        institution: `cl${d % 8}`,
        day,
        second: 28_800 + plain.rng.int(10_000),
      });
      if (d % 5 === 0)
        visit(plain, {
          doctor: `d${10 + d}`,
          institution: `cl${(d + 1) % 8}`,
          day,
          second: 50_400 + plain.rng.int(10_000),
        });
    }
  return plain;
}

function visit(
  plain: HonestWorld,
  { day, ...more }: Partial<PlainSettlement> & { institution: string; day: number },
): void {
  plain.settlements.push({
    patient: `p${String(plain.rng.int(300)).padStart(4, '0')}`,
    class: CLASS_OUTPATIENT,
    fund: 4000,
    department: 'A03',
    day: plain.day(day),
    ...more,
  });
}

/** One code used at two clinics within minutes. */
function plantTwoSites(
  plain: HonestWorld,
  doctor: string,
  sites: [string, string],
  days: number,
  gap = 240,
) {
  for (let k = 0; k < days; k++) {
    const second = 30_000 + plain.rng.int(9000);
    visit(plain, { doctor, institution: sites[0], day: 5 + 7 * k, second });
    visit(plain, { doctor, institution: sites[1], day: 5 + 7 * k, second: second + gap });
  }
  return plain;
}

const twoSites = () => plantTwoSites(practices(51), 'd13', ['cl3', 'cl6'], 9);

describe('impossible-doctor', () => {
  it('finds a doctor who signs at two sites at once, again and again', async () => {
    const findings = await detect(buildWorld(twoSites()));
    const [finding, ...others] = listed(findings);
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'doctor')).toEqual(['d13']);
    expect(idsOf(finding!, 'institution')).toEqual(['cl3', 'cl6']);
    expect(finding!.reasons[0].code).toBe('impossible-doctor.two-sites');
    expect(finding!.reasons[0].measured).toBe(9);
    expect(finding!.fundAtRisk).toBe(9 * 2 * 4000);
  });

  it('finds a doctor with more visits than the day has minutes', async () => {
    const plain = practices(52);
    for (let p = 0; p < 320; p++)
      for (let day = 0; day < 4; day++)
        visit(plain, { doctor: 'd17', patient: `q${p}`, institution: 'cl7', day: 100 + day });
    const [finding] = listed(await detect(buildWorld(plain)));
    expect(idsOf(finding!, 'doctor')).toEqual(['d17']);
    expect(finding!.reasons[0]).toMatchObject({
      code: 'impossible-doctor.more-than-a-day',
      measured: 4,
    });
  });

  it('finds a doctor who is faster than the road, and lets one be who is not', async () => {
    // 34 km in 29 minutes, and 10 km in as many.
    const far = plantTwoSites(practices(56), 'd13', ['cl0', 'cl7'], 9, 29 * 60);
    expect(listed(await detect(buildWorld(far))).map((f) => idsOf(f, 'doctor'))).toEqual([['d13']]);
    const near = plantTwoSites(practices(56), 'd13', ['cl3', 'cl5'], 9, 29 * 60);
    expect(await detect(buildWorld(near))).toEqual([]);
  });

  it('lets patients of the morning pay when the doctor has left', async () => {
    const plain = practices(57);
    // d20 has his mornings at cl2 and his afternoons at cl3; on one such day of twelve somebody pays late.
    const afternoons = plain.settlements.filter(
      (s) => s.doctor === 'd20' && s.institution === 'cl3',
    );
    for (const s of afternoons.slice(0, 5))
      plain.settlements.push({ ...s, institution: 'cl2', second: s.second! + 300 });
    const findings = await detect(buildWorld(plain));
    expect(findings.map((f) => [f.status, f.innocent[0]!.code])).toEqual([
      ['explained', 'late-payers'],
    ]);
  });

  it('goes by the visits where clinics send the day’s bills at night', async () => {
    const sent = (plain: HonestWorld) => {
      const atNight = plain.settlements.map((s) =>
        ['cl2', 'cl3', 'cl6'].includes(s.institution)
          ? { ...s, visitSecond: s.second!, second: 75_600 + Math.floor(s.second! / 60) }
          : s,
      );
      return { ...plain, settlements: atNight };
    };
    expect(await detect(buildWorld(sent(practices(58))))).toEqual([]);
    const [finding, ...others] = listed(await detect(buildWorld(sent(twoSites()))));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'doctor')).toEqual(['d13']);
    const silent = sent(twoSites());
    for (const s of silent.settlements) Object.assign(s, { visitSecond: undefined });
    expect(await detect(buildWorld(silent))).toEqual([]);
  });

  it('puts a single impossible day up for review, without a p', async () => {
    const plain = plantTwoSites(practices(53), 'd13', ['cl3', 'cl6'], 1);
    const [finding, ...others] = await detect(buildWorld(plain));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ status: 'review', p: null });
  });

  it('lets doctors work in the afternoon elsewhere, and honest worlds be', async () => {
    for (const seed of [1, 2, 3]) expect(await detect(buildWorld(practices(seed)))).toEqual([]);
  });

  it('lets two buildings of one site be one', async () => {
    const plain = twoSites();
    for (const h of plain.institutions) if (h.id === 'cl6') Object.assign(h, { lng: 103.16 });
    expect(await detect(buildWorld(plain))).toEqual([]);
  });

  it('lets a station share one log-in between two sites', async () => {
    const plain = practices(54);
    for (const [k, doctor] of ['d13', 'd21', 'd29'].entries())
      plantTwoSites(plain, doctor, ['cl3', 'cl6'], k === 0 ? 9 : 5);
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.innocent[0]?.code).toBe('shared-login');
  });

  it('lets the departments of a clinic share one log-in', async () => {
    const plain = practices(55);
    for (let p = 0; p < 320; p++)
      for (let day = 0; day < 4; day++)
        visit(plain, {
          ...{ doctor: 'd17', patient: `q${p}`, institution: 'cl7', day: 100 + day },
          department: `A${p % 7}`,
        });
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]).toMatchObject({ status: 'explained' });
  });

  itBehaves(impossibleDoctor, twoSites);
});

describe('distance on the earth', () => {
  it('is that of a degree of latitude, and symmetric', () => {
    expect(distanceKm(103, 30, 103, 31)).toBeCloseTo(111.195, 2);
    expect(distanceKm(103, 30, 104.2, 29.5)).toBeCloseTo(distanceKm(104.2, 29.5, 103, 30), 9);
    expect(distanceKm(0, 0, 180, 0)).toBeCloseTo(Math.PI * 6371, 6);
    expect(distanceKm(Number.NaN, 0, 1, 1)).toBeNaN();
  });
});
