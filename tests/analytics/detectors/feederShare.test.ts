import { describe, expect, it } from 'vitest';
import { withFeeders } from '../../../analytics/detectors/feederShare.js';
import { stayColumns } from '../../../analytics/detectors/stays.js';
import { careHome, type District, district, hospital, stay } from '../cases/district.js';
import { idsOf, listed } from './detecting.js';
import { buildWorld, type PlainSettlement } from './worldBuilder.js';

const feeders = (plain: District, signal?: AbortSignal) => {
  const world = buildWorld(plain);
  return withFeeders(
    world,
    [],
    stayColumns(world),
    { q: 0.05, version: 1 },
    signal ? { signal } : {},
  );
};

/** A hospital with a home of sixty beside it and some other patients. */
function fed(
  stays: number,
  more: (k: number) => Partial<PlainSettlement> = () => ({}),
): { plain: District; residents: string[] } {
  const plain = district(421, { people: 900, purchases: 0, visits: 0 });
  plain.institutions.push({ id: hospital(6), county: '530102', level: '11' });
  const from = plain.settlements.length;
  const residents = careHome(plain, 10, 60, stays, 6);
  plain.settlements.forEach((s, k) => {
    if (k >= from && s.begin !== undefined) plain.settlements[k] = { ...s, ...more(k) };
  });
  for (let n = 0; n < 110; n++)
    stay(plain, plain.patients[plain.rng.int(900)]!.id, 6, plain.rng.int(350), 5);
  return { plain, residents };
}

describe('feeder share', () => {
  it('finds the hospital that lives on one home, and says whose stays they are', () => {
    const { plain, residents } = fed(6);
    const [finding, ...others] = listed(feeders(plain));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual([hospital(6)]);
    expect(idsOf(finding!, 'patient')).toEqual(residents);
    const [share, stays] = finding!.reasons;
    expect(share.code).toBe('patient-brokering-ring.feeder-share');
    expect(share.measured).toBeGreaterThan(0.4);
    expect(share.expected).toBeLessThan(0.2);
    expect(stays!.measured).toBeGreaterThan(5 * stays!.expected);
    expect(finding!.fundAtRisk).toBeGreaterThan(200 * 300_000);
  });

  it('lets a home have a contract with the hospital next to it', () => {
    const found = feeders(fed(0.9).plain);
    expect(listed(found)).toEqual([]);
    expect(found.map((f) => [f.status, f.innocent[0]!.code])).toEqual([
      ['explained', 'nursing-home'],
    ]);
  });

  it('lets old people be settled month by month who live in a ward', () => {
    const { plain, residents } = fed(0);
    for (const patient of residents)
      for (let month = 0; month < 7; month++) stay(plain, patient, 6, 5 + 31 * month, 30);
    const found = feeders(plain);
    expect(listed(found)).toEqual([]);
    expect(found[0]!.innocent[0]!.code).toBe('rehabilitation-course');
  });

  it('lets influenza go round a home', () => {
    const waves = [20, 60, 300, 340];
    const { plain } = fed(6, (k) => {
      const begin = 20_089 + waves[k % 4]! + (k % 3);
      return { begin, end: begin + 6, day: begin + 6, diagnosis: 'J11' };
    });
    const found = feeders(plain);
    expect(listed(found)).toEqual([]);
    expect(found[0]!.innocent[0]!.code).toBe('outbreak-week');
  });

  it('lets a village use its only hospital, and honest counties be', () => {
    for (const seed of [1, 2, 3]) expect(listed(feeders(district(seed)))).toEqual([]);
  });

  it('shares the level with the rings that were found', () => {
    const world = buildWorld(district(4));
    const ring = { ...feeders(fed(6).plain)[0]!, p: 0.009 };
    const [told] = withFeeders(world, [ring], stayColumns(world), { q: 0.05, version: 1 }, {});
    expect(told!.p).toBeCloseTo(0.01, 9);
  });

  it('says nothing of nothing, and stops when it is told to', () => {
    const world = buildWorld({ settlements: [] });
    expect(withFeeders(world, [], stayColumns(world), { q: 0.05, version: 1 }, {})).toEqual([]);
    expect(() => feeders(fed(1).plain, AbortSignal.abort())).toThrow('Cancelled');
  });
});
