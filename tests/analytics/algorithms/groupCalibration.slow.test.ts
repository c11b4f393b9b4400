import { beforeAll, describe, expect, it } from 'vitest';
import {
  groupP,
  groupsOfPairs,
  type WeightedPairs,
} from '../../../analytics/algorithms/pairGroups.js';
import {
  type PairTest,
  preparePairTest,
  testPairs,
} from '../../../analytics/algorithms/pairTest.js';
import { redrawClocks } from '../../../analytics/algorithms/redraw.js';
import { createRng, deriveSeed, type Rng } from '../../../analytics/model/rng.js';
import { atMost, clockOf, columnsOf, FIRST_DAY, ksUniform, type VisitRow } from './worlds.js';

const alone = (n: number) => new Int32Array(n).map((_, i) => i);

function pairsOf(edges: ReadonlyArray<readonly [number, number, number]>): WeightedPairs {
  return {
    a: Int32Array.from(edges, (e) => e[0]),
    b: Int32Array.from(edges, (e) => e[1]),
    weight: Float64Array.from(edges, (e) => e[2]),
  };
}

/** People of forty homes, four shops a home; nobody knows anybody. */
function honestWorld(rng: Rng): PairTest {
  const rows: VisitRow[] = [];
  for (let patient = 0; patient < 240; patient++) {
    const visits = 15 + rng.int(15);
    const favourite = rng.int(6);
    // Every other one comes at an hour of their own.
    const preferred = patient % 2 === 0 ? clockOf(favourite, rng) : -1;
    for (let v = 0; v < visits; v++) {
      const place = rng.next() < 0.8 ? favourite : rng.int(6);
      const free = clockOf(place, rng);
      const own = Math.max(0, preferred + rng.int(3600) - 1800);
      const clock = preferred >= 0 && rng.next() < 0.6 ? own : free;
      rows.push({ patient, place, day: FIRST_DAY + rng.int(60), clock });
    }
  }
  return preparePairTest(columnsOf(rows, 240, 6));
}

function bestOf(test: PairTest, clock: Int32Array, seed: number): number {
  const pairs = testPairs(test, clock);
  const keep: Array<[number, number, number]> = [];
  for (let e = 0; e < pairs.size; e++)
    if (pairs.llr[e]! > 0 && pairs.logP[e]! < Math.log(0.1))
      keep.push([pairs.a[e]!, pairs.b[e]!, pairs.llr[e]!]);
  const groups = groupsOfPairs(pairsOf(keep), { minUnits: 3, seed, household: alone(240) });
  return groups[0]?.score ?? 0;
}

describe('N2 calibration', () => {
  const worlds = 29;
  const p: number[] = [];
  const exchanged: number[] = [];
  beforeAll(() => {
    for (let trial = 0; trial < 150; trial++) {
      const rng = createRng(deriveSeed(41, `world ${trial}`));
      const test = honestWorld(rng);
      const best = Float64Array.from({ length: worlds }, (_, w) =>
        bestOf(test, redrawClocks(test.world, rng), w),
      );
      p.push(groupP(bestOf(test, test.world.clock, 99), { best }));
      // A redrawn world in the place of the observed one: exchangeable by construction.
      exchanged.push(groupP(bestOf(test, redrawClocks(test.world, rng), 99), { best }));
    }
  });

  it('the best group of an honest world is rejected no more often than nominal', () => {
    for (const sample of [p, exchanged])
      for (const level of [0.05, 0.01, 0.001])
        expect(sample.filter((x) => x <= level).length).toBeLessThanOrEqual(
          atMost(sample.length, level),
        );
  });

  it('p is uniform, so honest times do look like redrawn ones', () => {
    // 1.95/√n once in a thousand, and the grain of 30 worlds.
    expect(ksUniform(p)).toBeLessThan(1.95 / Math.sqrt(p.length) + 1 / (worlds + 1));
    expect(ksUniform(exchanged)).toBeLessThan(1.95 / Math.sqrt(p.length) + 1 / (worlds + 1));
  });

  it('a ring in such a world is far outside', () => {
    const rng = createRng(77);
    const base = honestWorld(rng);
    const rows: VisitRow[] = [];
    for (let i = 0; i < base.world.rows; i++)
      rows.push({
        patient: base.world.patient[i]!,
        place: base.world.place[i]!,
        day: base.world.cellDay[base.world.cell[i]!]!,
        clock: base.world.clock[i]!,
      });
    for (let m = 0; m < 8; m++) {
      const clock = clockOf(m % 3, rng);
      for (let patient = 0; patient < 5; patient++)
        rows.push({ patient, place: m % 3, day: FIRST_DAY + m * 7, clock: clock + rng.int(300) });
    }
    const test = preparePairTest(columnsOf(rows, 240, 6));
    const best = Float64Array.from({ length: 50 }, (_, w) =>
      bestOf(test, redrawClocks(test.world, rng), w),
    );
    expect(groupP(bestOf(test, test.world.clock, 1), { best })).toBeLessThan(1e-3);
  });
});
