import { describe, expect, it } from 'vitest';
import { careHome, district, hospital, stay } from './district.js';
import { amongTheFirst, findingsOf, idsIn, ranking } from './ranking.js';

/** A small hospital whose other patients are some of everybody; two homes with a contract with it. */
function homes(stays: number) {
  const world = district(411, { people: 2500 });
  world.institutions.push({ id: hospital(6), county: '530102', level: '11', beds: 80 });
  const residents = [10, 11].flatMap((home) => careHome(world, home, 60, stays, 6));
  const all = world.settlements.filter(
    (s) => s.institution === hospital(6) && s.begin !== undefined,
  );
  const own = all.filter((s) => residents.includes(s.patient)).length;
  // 47.22 % came from elsewhere.
  for (let n = Math.round((own * 0.4722) / 0.5278); n > 0; n--) {
    const who = world.patients[world.rng.int(world.size.people)]!.id;
    stay(world, who, 6, world.rng.int(350), 3 + world.rng.int(9));
  }
  return { world, residents };
}

describe('52.78 % of a hospital’s admissions from two nursing homes', () => {
  it('heads the list of its world, the share first', async () => {
    const { world, residents } = homes(5);
    const ring = amongTheFirst(await ranking(world), 'patient-brokering-ring.feeder-share');
    expect(ring.reasons[0].measured).toBeCloseTo(0.5278, 1);
    expect(ring.reasons[0].expected).toBeLessThan(0.2);
    expect(idsIn(ring, 'institution')).toEqual([hospital(6)]);
    expect(new Set(idsIn(ring, 'patient'))).toEqual(new Set(residents));
  });

  it('is no finding where the residents are ill as often as others of their age', async () => {
    expect(findingsOf(await ranking(homes(0.8).world))).toEqual([]);
  });
});
