import { describe, expect, it } from 'vitest';
import type { Ring } from '../../../analytics/model/finding.js';
import { FOOTPRINT } from '../../../analytics/planting/index.js';
import { chooseOrders, PREVALENCE_MAX } from '../../../analytics/planting/shadow/choose.js';
import {
  cellsOf,
  costliestMissed,
  judge,
  type PlantedRing,
} from '../../../analytics/planting/shadow/judge.js';

describe('the choice of rings', () => {
  const people = (orders: ReturnType<typeof chooseOrders>[number]) =>
    orders.reduce((sum, o) => sum + 10 * FOOTPRINT[o.type].people, 0);

  it('keeps rings scarce, in more copies of a small period, the headline three first', () => {
    for (const [patients, settlements] of [
      [8_000, 50_000],
      [30_000, 200_000],
      [150_000, 1_000_000],
    ] as const) {
      const worlds = chooseOrders({ patients, settlements }, 5);
      for (const world of worlds)
        expect(people(world)).toBeLessThanOrEqual(patients * PREVALENCE_MAX);
      expect(worlds.length * settlements).toBeLessThanOrEqual(1_200_000);
      const headline = worlds.flat().slice(0, 15);
      expect(new Set(headline.map((o) => `${o.type} ${o.camouflage}`)).size).toBe(
        Math.min(15, worlds.flat().length),
      );
      expect(new Set(headline.map((o) => o.type)).size).toBe(3);
    }
    expect(chooseOrders({ patients: 150_000, settlements: 1_000_000 }, 5)).toHaveLength(1);
  });

  it('plants one ring where there is hardly room, and the same ones for the same seed', () => {
    expect(chooseOrders({ patients: 40, settlements: 300 }, 5)[0]).toHaveLength(1);
    const size = { patients: 30_000, settlements: 200_000 };
    expect(chooseOrders(size, 5)).toEqual(chooseOrders(size, 5));
    expect(chooseOrders(size, 5)).not.toEqual(chooseOrders(size, 6));
  });
});

describe('what became of planted rings', () => {
  const planted = (type: PlantedRing['type'], names: string[], fund: number): PlantedRing => ({
    type,
    camouflage: 4,
    patients: names,
    institutions: ['shop'],
    doctors: [],
    fund,
  });
  const found = { status: 'finding', detector: 'card-farming-pharmacy', kind: 'ring' } as Ring;

  it('is told by the findings that match them, and of the missed the costliest is the floor', () => {
    const subjects = [
      { kind: 'institution', id: 'shop', role: 'core' },
      ...['a', 'b', 'c'].map((id) => ({ kind: 'patient', id, role: 'member' })),
    ] as unknown as Ring['subjects'];
    const outcomes = judge(
      [
        planted('card-farming-pharmacy', ['a', 'b', 'c', 'd'], 100),
        planted('card-farming-pharmacy', ['x', 'y'], 700),
        planted('drug-resale-ring', ['u', 'v', 'w'], 900),
      ],
      [{ ...found, reasons: [{ detector: found.detector }] as never, subjects }],
    );
    expect(outcomes.map((o) => o.found)).toEqual([true, false, false]);
    expect(cellsOf(outcomes)).toEqual([
      { type: 'card-farming-pharmacy', camouflage: 4, planted: 2, found: 1 },
      { type: 'drug-resale-ring', camouflage: 4, planted: 1, found: 0 },
    ]);
    expect(costliestMissed(outcomes).map((o) => [o.people, o.fund])).toEqual([
      [3, 900],
      [2, 700],
    ]);
    // Nobody is named: planted people are real ones of the bureau who did nothing.
    expect(JSON.stringify(outcomes)).not.toMatch(/"[abcdxyuvw]"|shop/);
  });
});
