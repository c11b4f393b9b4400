import { describe, expect, it } from 'vitest';
import { rentAPatientCore } from '../../../analytics/detectors/rentAPatientCore.js';
import { shuffle } from '../../../analytics/model/rng.js';
import { type CoreWorld, lend, towns } from './coreWorld.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { buildWorld } from './worldBuilder.js';

const detect = detectWith(rentAPatientCore);
const size = { people: 1500, towns: 5, institutions: 100, mean: 4 };

function core(seed = 71): { plain: CoreWorld; patients: string[]; institutions: string[] } {
  const plain = towns(seed, size);
  return { plain, ...lend(plain, 48, 22, 17) };
}

/** Nine people at six places of two towns, three at a time, twice each. */
function billedTogether(dayOf: (place: number, turn: number) => number) {
  const plain = towns(74, { ...size, mean: 3 });
  const people = Array.from({ length: 9 }, (_, k) => plain.patients[k * 160]!.id);
  const places = [1, 4, 7, 25, 31, 38].map((h) => plain.institutions[h]!.id);
  places.forEach((institution, place) => {
    for (let turn = 0; turn < 2; turn++)
      shuffle([...people], plain.rng).forEach((patient, k) => {
        const day = dayOf(place, 3 * turn + Math.floor(k / 3));
        plain.settlements.push({ patient, institution, day, fund: 9000 });
      });
  });
  return { plain, patients: people.sort(), institutions: places };
}

/** Ten people of two towns, each on days of his own at six of nine places of two others, and all at one of everybody's. */
function lentOneByOne() {
  const plain = towns(75, { ...size, people: 3000, mean: 3 });
  const people = Array.from({ length: 10 }, (_, k) => plain.patients[k * 250 + (k % 2)]!.id);
  const places = [43, 47, 51, 55, 59, 64, 68, 72, 76].map((h) => plain.institutions[h]!.id);
  const everybodys = plain.institutions[0]!.id;
  for (const p of plain.patients)
    if (plain.rng.next() < 0.6)
      plain.settlements.push({ patient: p.id, institution: everybodys, day: 20_100, fund: 900 });
  for (const [k, patient] of people.entries()) {
    plain.settlements.push({ patient, institution: everybodys, day: 20_100, fund: 900 });
    const order = shuffle([...places], plain.rng).slice(0, 6);
    for (const [n, institution] of order.entries())
      plain.settlements.push({ patient, institution, day: 20_110 + k + n * 20, fund: 9000 });
  }
  return { plain, patients: people.sort(), institutions: places, everybodys };
}

describe('rent-a-patient-core', () => {
  it('finds the patients and institutions that are all joined', async () => {
    const { plain, patients, institutions } = core();
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'patient')).toEqual(patients);
    expect(idsOf(finding!, 'institution')).toEqual(institutions.sort());
    expect(finding!.reasons.map((r) => r.code)).toEqual([
      'rent-a-patient-core.dense-core',
      'rent-a-patient-core.least-links',
    ]);
    expect(finding!.reasons[0].measured).toBeGreaterThan(2 * finding!.reasons[0].expected);
    expect(finding!.reasons[1]!.measured).toBeGreaterThanOrEqual(17);
    expect(finding!.fundAtRisk).toBeGreaterThanOrEqual(48 * 17 * 60_000);
  });

  it('finds nine who are billed together at one place after another', async () => {
    const { plain, patients, institutions } = billedTogether(
      (place, turn) => 20_100 + place + turn * 40,
    );
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'patient')).toEqual(patients);
    expect(idsOf(finding!, 'institution')).toEqual(institutions);
    expect(finding!.reasons[0].code).toBe('rent-a-patient-core.joint-days');
    expect(finding!.reasons[0].measured).toBeGreaterThan(10 * finding!.reasons[0].expected);
  });

  it('puts nine of whose homes nothing is known up for review', async () => {
    const { plain, patients } = billedTogether((place, turn) => 20_100 + place + turn * 40);
    for (const p of plain.patients)
      if (patients.includes(p.id)) delete (p as { household?: string }).household;
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings.map((f) => [f.status, f.p])).toContainEqual(['review', null]);
  });

  it('lets people who go round a chain’s shops on its feast day be', async () => {
    const { plain } = billedTogether(() => 20_150);
    const found = listed(await detect(buildWorld(plain)));
    expect(found.flatMap((f) => f.reasons.map((r) => r.code))).not.toContain(
      'rent-a-patient-core.joint-days',
    );
  });

  it('finds ten who are lent one by one, each to some of the places', async () => {
    const { plain, patients, institutions, everybodys } = lentOneByOne();
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'patient').filter((p) => !patients.includes(p))).toEqual([]);
    expect(idsOf(finding!, 'patient').length).toBeGreaterThanOrEqual(6);
    const found = idsOf(finding!, 'institution').filter((h) => institutions.includes(h));
    expect(found.length).toBeGreaterThanOrEqual(7);
    // Where everybody goes is no place of the core, however many of its people were there.
    expect(idsOf(finding!, 'institution')).not.toContain(everybodys);
  });

  it('lists nobody in an honest world', async () => {
    for (const seed of [1, 2, 3]) expect(await detect(buildWorld(towns(seed, size)))).toEqual([]);
  });

  it('lets the residents of a home be driven to the same places', async () => {
    const { plain, patients } = core();
    for (const p of plain.patients)
      if (patients.includes(p.id)) Object.assign(p, { address: '幸福养老院' });
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.innocent[0]).toMatchObject({ code: 'same-address' });
  });

  it('lets everybody’s hospitals be everybody’s', async () => {
    const plain = towns(72, size);
    // Five centres to which a third of the people come, and all of the ill.
    for (const p of plain.patients)
      if (plain.rng.next() < 0.33)
        for (let h = 0; h < 5; h++)
          plain.settlements.push({ patient: p.id, institution: `h00${10 + h * 17}`, day: 20_150 });
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  itBehaves(rentAPatientCore, () => core().plain);
});
