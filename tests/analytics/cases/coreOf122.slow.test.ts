import { describe, expect, it } from 'vitest';
import { lend, towns } from '../detectors/coreWorld.js';
import { amongTheFirst, idsIn, ranking } from './ranking.js';

describe('122 institutions × 181 patients, each linked to 47 or more, in 188,000 links', () => {
  it('heads the list of its world', async () => {
    const plain = towns(173, { people: 47_000, towns: 30, institutions: 1200, mean: 4.2 });
    const { patients, institutions } = lend(plain, 181, 122, 47);
    expect(plain.settlements.length).toBeGreaterThan(180_000);
    const ring = amongTheFirst(
      await ranking({ ...plain, missing: ['fee_list_d', 'drug_trac_d', 'invt_d', 'rltn_d'] }),
      'rent-a-patient-core.dense-core',
    );
    expect(idsIn(ring, 'patient')).toEqual(patients);
    expect(idsIn(ring, 'institution')).toEqual(institutions.sort());
  }, 900_000);
});
