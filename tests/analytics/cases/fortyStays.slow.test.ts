import { describe, expect, it } from 'vitest';
import { district, hospital, person, stay } from './district.js';
import { amongTheFirst, idsIn, ranking } from './ranking.js';

describe('more than forty stays of one patient, in turn at four hospitals', () => {
  it('heads the list of its world, the chain of stays first', async () => {
    const world = district(311, { people: 2500 });
    for (let k = 0; k < 44; k++)
      stay(world, person(700), k % 4, 8 * k, 6, { diagnosis: `M${50 + (k % 5)}`, cash: 0 });
    const ring = amongTheFirst(await ranking(world), 'split-admission.chain');
    expect(ring.reasons[0].measured).toBeGreaterThanOrEqual(40);
    expect(ring.reasons.map((r) => r.code)).toContain('split-admission.rotation');
    expect(idsIn(ring, 'patient')).toEqual([person(700)]);
    expect(idsIn(ring, 'institution')).toEqual([0, 1, 2, 3].map(hospital));
  });
});
