import { describe, expect, it } from 'vitest';
import { rentAPatientCore } from '../../../analytics/detectors/rentAPatientCore.js';
import { type CoreWorld, lend, towns } from './coreWorld.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { buildWorld } from './worldBuilder.js';

const detect = detectWith(rentAPatientCore);
const size = { people: 1500, towns: 5, institutions: 100, mean: 4 };

function core(seed = 71): { plain: CoreWorld; patients: string[]; institutions: string[] } {
  const plain = towns(seed, size);
  return { plain, ...lend(plain, 48, 22, 17) };
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
