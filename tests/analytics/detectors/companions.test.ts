import { describe, expect, it } from 'vitest';
import {
  findCompanions,
  prepareWaves,
  withCompanions,
} from '../../../analytics/detectors/companions.js';
import { createRng } from '../../../analytics/model/rng.js';

interface Stay {
  readonly patient: number;
  readonly institution: number;
  readonly begin: number;
  readonly end: number;
}

const waves = (
  stays: readonly Stay[],
  household = Int32Array.from({ length: 5000 }, (_, i) => i),
) =>
  prepareWaves(
    {
      patient: Int32Array.from(stays, (s) => s.patient),
      institution: Int32Array.from(stays, (s) => s.institution),
      begin: Int32Array.from(stays, (s) => s.begin),
      end: Int32Array.from(stays, (s) => s.end),
    },
    { household, tolerance: 1, week: 7 },
  );

/** `perDay` admissions a day at one hospital, of people who come once. */
function honest(perDay: number, seed = 1): Stay[] {
  const rng = createRng(seed);
  return Array.from({ length: perDay * 360 }, (_, k) => {
    const begin = rng.int(360);
    return { patient: 1000 + k, institution: 0, begin, end: begin + 3 + rng.int(12) };
  });
}
const wave = (patients: readonly number[], begin: number): Stay[] =>
  patients.map((patient, k) => ({
    patient,
    institution: 0,
    begin: begin + (k % 2),
    end: begin + 9,
  }));

describe('companions of a group', () => {
  it('join from waves that have more of them than other weeks', () => {
    const stays = [
      ...honest(1),
      ...wave([1, 2, 3, 4, 10, 11, 12], 100),
      ...wave([1, 2, 3, 4, 13, 14, 15], 240),
    ];
    const { members, companions } = withCompanions([1, 2, 3, 4], waves(stays));
    expect(members.filter((m) => m < 1000)).toEqual([1, 2, 3, 4, 10, 11, 12, 13, 14, 15]);
    expect(members.filter((m) => m >= 1000).length).toBeLessThan(3);
    expect(companions.p).toBeLessThan(0.01);
    expect(companions.expected).toBeLessThan(2);
  });

  it('do not join where the hospital always has as many', () => {
    const stays = [...honest(10), ...wave([1, 2, 3, 4], 100), ...wave([1, 2, 3, 4], 240)];
    const { members, companions } = withCompanions([1, 2, 3, 4], waves(stays));
    expect(members).toEqual([1, 2, 3, 4]);
    expect(companions.p).toBeGreaterThan(0.01);
    expect(companions.visits.length).toBeGreaterThan(0);
  });

  it('are no housemates of members, and a wave is three homes', () => {
    const household = Int32Array.from({ length: 5000 }, (_, i) => (i === 10 ? 1 : i));
    const stays = [
      ...honest(0.2),
      ...wave([1, 2, 3, 10, 11, 12, 13], 100),
      ...wave([1, 2, 3, 10, 14, 15, 16], 240),
    ];
    const found = findCompanions([1, 2, 3], waves(stays, household));
    expect(found.joining).not.toContain(10);
    expect(found.joining).toContain(11);
    expect(findCompanions([1, 2], waves(stays)).visits).toEqual([]);
  });

  it('of one bus are one observation, however many ride in it', () => {
    const passengers = Array.from({ length: 20 }, (_, i) => 10 + i);
    const stays = [...honest(0.2), ...wave([1, 2, 3, ...passengers], 100)];
    const once = findCompanions([1, 2, 3], waves(stays));
    expect(once.visits.length).toBeGreaterThanOrEqual(20);
    expect(once.p).toBeGreaterThanOrEqual(0.05);
    expect(once.joining).toEqual([]);
    const again = [10, 40, 70].flatMap((k) => wave([1, 2, 3, 30 + k, 31 + k, 32 + k], 100 + 2 * k));
    expect(findCompanions([1, 2, 3], waves([...honest(0.2), ...again])).p).toBeLessThan(0.001);
  });

  it('of honest groups pass for evidence as seldom as they should', () => {
    const rng = createRng(9);
    let small = 0;
    const worlds = 300;
    for (let w = 0; w < worlds; w++) {
      const day = 70 + rng.int(200);
      const stays = [...honest(1, w + 50), ...wave([1, 2, 3], day), ...wave([1, 2, 3], day + 40)];
      if (findCompanions([1, 2, 3], waves(stays)).p <= 0.05) small++;
    }
    expect(small / worlds).toBeLessThan(0.09);
  });
});
