import { describe, expect, it } from 'vitest';
import { unknownPattern } from '../../../analytics/detectors/unknownPattern.js';
import {
  chronicRefills,
  type District,
  district,
  drug,
  hospital,
  outpatient,
  strangers,
} from '../cases/district.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { buildWorld } from './worldBuilder.js';

const detect = detectWith(unknownPattern);
const WEEKS = [3, 4, 9, 11, 12, 20, 26, 27, 31, 38, 45, 46];

function honest(seed: number): District {
  const world = district(seed, { people: 900, purchases: 6, visits: 3 });
  chronicRefills(world);
  return world;
}

/** Ten people who are sent to one or the other of two hospitals in some weeks, for two drugs each time. */
function sent(seed = 711, who = (world: District) => strangers(world, 4, 10)): District {
  const world = honest(seed);
  for (const [k, week] of WEEKS.entries())
    for (const card of who(world))
      if (world.rng.next() < 0.85)
        outpatient(world, card, k % 2, 7 * week + world.rng.int(6), {
          items: [20, 21].map((d) => ({ item: drug(d), supplyDays: 14, fen: 20_000 })),
        });
  return world;
}

describe('unknown-pattern', () => {
  it('finds people, places, drugs and weeks that go together, and says what is unusual', async () => {
    const world = sent();
    const [finding, ...others] = listed(await detect(buildWorld(world)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'patient')).toEqual(expect.arrayContaining(strangers(world, 4, 10)));
    expect(idsOf(finding!, 'patient').length).toBeLessThanOrEqual(12);
    expect(idsOf(finding!, 'institution')).toEqual([hospital(0), hospital(1)]);
    expect(finding!.subjects.filter((s) => s.role === 'item').map((s) => s.id)).toEqual(
      expect.arrayContaining([drug(20), drug(21)]),
    );
    expect(finding!.reasons.map((r) => r.code)).toEqual([
      'unknown-pattern.same-weeks',
      'unknown-pattern.same-drugs',
      'unknown-pattern.same-places',
    ]);
    for (const r of finding!.reasons) expect(r.measured).toBeGreaterThan(1.5 * r.expected);
    expect(finding!.fundAtRisk).toBeGreaterThan(200_000);
  });

  it('lists nobody in honest counties', async () => {
    for (const seed of [1, 2, 3])
      expect(listed(await detect(buildWorld(honest(seed))))).toEqual([]);
  });

  it.each([
    ['same-address', 'address'],
    ['same-employer', 'employer'],
  ])('lets people of the %s be sent together', async (code, field) => {
    const world = sent();
    const members = strangers(world, 4, 10);
    world.patients.forEach((p, i) => {
      if (members.includes(p.id)) world.patients[i] = { ...p, household: p.id, [field]: '一处' };
    });
    const findings = await detect(buildWorld(world));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]!.status).toBe('explained');
    expect(findings[0]!.innocent[0]!.code).toBe(code);
  });

  it('lets the patients of one clinic day fetch their refills together', async () => {
    const world = honest(713);
    for (const card of strangers(world, 4, 12))
      for (let week = 2; week < 52; week += 4)
        if (world.rng.next() < 0.9)
          outpatient(world, card, 1, 7 * week + 2, { items: [{ item: drug(20), supplyDays: 28 }] });
    expect(listed(await detect(buildWorld(world)))).toEqual([]);
  });

  it('lets half a county want a drug in the weeks of an epidemic', async () => {
    const world = honest(714);
    for (const week of [2, 3, 4, 46, 47, 48])
      for (const card of strangers(world, week % 7, 60))
        outpatient(world, card, 1, 7 * week + world.rng.int(6), {
          items: [20, 21].map((d) => ({ item: drug(d), supplyDays: 7 })),
        });
    expect(listed(await detect(buildWorld(world)))).toEqual([]);
  });

  it('says nothing where no lines were brought', async () => {
    const world = sent();
    const settlements = world.settlements.map(({ items: _, ...s }) => s);
    expect(await detect(buildWorld({ ...world, settlements }))).toEqual([]);
  });

  itBehaves(unknownPattern, sent);
});
