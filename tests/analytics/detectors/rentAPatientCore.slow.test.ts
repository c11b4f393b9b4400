import { describe, expect, it } from 'vitest';
import { rentAPatientCore } from '../../../analytics/detectors/rentAPatientCore.js';
import { lend, towns } from './coreWorld.js';
import { detectWith, idsOf } from './detecting.js';
import { buildWorld } from './worldBuilder.js';

describe('rent-a-patient-core', () => {
  it('returns the published case exactly: 122 institutions × 181 patients, each linked ≥ 47, in 188,000 links', async () => {
    const plain = towns(73, { people: 47_000, towns: 30, institutions: 1200, mean: 4.2 });
    const { patients, institutions } = lend(plain, 181, 122, 47);
    const world = buildWorld(plain);
    expect(world.settlements.count).toBeGreaterThan(180_000);
    const [first] = await detectWith(rentAPatientCore)(world);
    expect(first!.status).toBe('finding');
    expect(first!.reasons[0].code).toBe('rent-a-patient-core.dense-core');
    expect(first!.reasons[1]!.measured).toBeGreaterThanOrEqual(47);
    expect(idsOf(first!, 'patient')).toEqual(patients);
    expect(idsOf(first!, 'institution')).toEqual(institutions.sort());
  }, 120_000);
});
