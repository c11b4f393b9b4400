import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logBayesFactor } from '../../../analytics/algorithms/evidence.js';
import {
  hitRows,
  type PairTest,
  pairTrials,
  preparePairTest,
  testPairs,
} from '../../../analytics/algorithms/pairTest.js';
import { logPoissonBinomialTail } from '../../../analytics/algorithms/poissonBinomial.js';
import { redrawClocks } from '../../../analytics/algorithms/redraw.js';
import { randomisedP } from '../../../analytics/algorithms/tails.js';
import { createRng } from '../../../analytics/model/rng.js';
import { weekdayOf } from '../../../analytics/model/time.js';
import {
  atMost,
  clockOf,
  columnsOf,
  FIRST_DAY,
  ksUniform,
  pairedWorld,
  type VisitRow,
} from './worlds.js';

function pOf(test: PairTest, clock: Int32Array, a: number, b: number, u: number) {
  const { chances, hit } = pairTrials(test, a, b, clock);
  const hits = hit.reduce((s, h) => s + h, 0);
  const at = Math.exp(logPoissonBinomialTail(chances, chances.length, hits));
  const above = Math.exp(logPoissonBinomialTail(chances, chances.length, hits + 1));
  return { published: at, randomised: randomisedP(at, above, u) };
}

describe('the trials of a pair', () => {
  const K = 10;
  const DELTA = 600;
  const rowList = fc.array(
    fc.record({
      patient: fc.nat(4),
      place: fc.nat(2),
      day: fc.nat(12).map((d) => FIRST_DAY + d),
      clock: fc.nat(200).map((m) => 30_000 + m * 30),
    }),
    { minLength: 2, maxLength: 90 },
  );

  it('equal a comparison of all visits with all', () => {
    fc.assert(
      fc.property(rowList, (rows) => {
        const test = preparePairTest(columnsOf(rows, 5, 3), { minHits: 1 });
        const found = testPairs(test);
        const want: string[] = [];
        for (let a = 0; a < 5; a++)
          for (let b = a + 1; b < 5; b++) {
            const trials: Array<{ place: number; day: number; chance: number; hit: number }> = [];
            for (let place = 0; place < 3; place++) {
              const of = (who: number) =>
                rows.filter((r) => r.patient === who && r.place === place);
              const near = (x: VisitRow, y: VisitRow) => Math.abs(x.clock - y.clock) <= DELTA;
              const both = of(a).flatMap((x) => of(b).map((y) => [x, y] as const));
              const across = both.filter(([x, y]) => x.day !== y.day);
              const agree = across.filter(([x, y]) => near(x, y)).length;
              for (let day = FIRST_DAY; day < FIRST_DAY + 13; day++) {
                const same = both.filter(([x, y]) => x.day === day && y.day === day);
                if (same.length === 0) continue;
                const base = test.chances[place * 7 + weekdayOf(day)]!;
                const c = Math.max(base, (K * base + agree) / (K + across.length));
                trials.push({
                  place,
                  day,
                  chance: 1 - (1 - c) ** same.length,
                  hit: same.some(([x, y]) => near(x, y)) ? 1 : 0,
                });
              }
            }
            const got = pairTrials(test, a, b);
            expect(Array.from(got.place)).toEqual(trials.map((t) => t.place));
            expect(Array.from(got.day)).toEqual(trials.map((t) => t.day));
            expect(Array.from(got.hit)).toEqual(trials.map((t) => t.hit));
            trials.forEach((t, k) => {
              expect(got.chances[k]).toBeCloseTo(t.chance, 12);
            });
            const hits = trials.reduce((s, t) => s + t.hit, 0);
            if (hits > 0) want.push(`${a}-${b}: ${hits} of ${trials.length}`);
          }
        const tested = Array.from(
          found.a,
          (a, k) => `${a}-${found.b[k]}: ${found.hits[k]} of ${found.trials[k]}`,
        );
        expect(tested).toEqual(want);
      }),
    );
  });
});

describe('N1 calibration in shuffled worlds', () => {
  const pairs = 1500;

  it('randomised p is uniform when only the place decides the hour', () => {
    const test = preparePairTest(columnsOf(pairedWorld(pairs, 6, 40, false, 21), pairs * 2, 6), {
      habitWeight: Infinity,
    });
    const rng = createRng(31);
    const p: number[] = [];
    for (let world = 0; world < 2; world++) {
      const clock = redrawClocks(test.world, rng);
      for (let k = 0; k < pairs; k++)
        p.push(pOf(test, clock, 2 * k, 2 * k + 1, rng.next()).randomised);
    }
    // 1.95/√n is crossed once in a thousand honest tests.
    expect(ksUniform(p)).toBeLessThan(1.95 / Math.sqrt(p.length));
  });

  it('published p rejects no more than nominal, with personal habits and without', () => {
    for (const habit of [false, true]) {
      const test = preparePairTest(columnsOf(pairedWorld(pairs, 6, 40, habit, 22), pairs * 2, 6));
      const rng = createRng(32);
      const rejected = new Map([
        [0.05, 0],
        [0.01, 0],
        [0.001, 0],
      ]);
      let n = 0;
      for (let world = 0; world < 8; world++) {
        const clock = redrawClocks(test.world, rng);
        for (let k = 0; k < pairs; k++, n++) {
          const { published } = pOf(test, clock, 2 * k, 2 * k + 1, 0);
          for (const [level, count] of rejected)
            if (published <= level) rejected.set(level, count + 1);
        }
      }
      for (const [level, count] of rejected) expect(count).toBeLessThanOrEqual(atMost(n, level));
    }
  });

  it('the same test rejects far too often when habits are not allowed for', () => {
    const test = preparePairTest(columnsOf(pairedWorld(pairs, 6, 40, true, 22), pairs * 2, 6), {
      habitWeight: Infinity,
    });
    const clock = redrawClocks(test.world, createRng(33));
    let rejected = 0;
    for (let k = 0; k < pairs; k++)
      if (pOf(test, clock, 2 * k, 2 * k + 1, 0).published <= 0.01) rejected++;
    expect(rejected).toBeGreaterThan(atMost(pairs, 0.01));
  });
});

describe('N1 finds what is planted and leaves habits alone', () => {
  const places = 40;
  const people = 3000;
  const rng = createRng(5);
  const rows: VisitRow[] = [];
  for (let i = 0; i < 30_000; i++) {
    const place = rng.int(places);
    const day = FIRST_DAY + rng.int(365);
    rows.push({ patient: 40 + rng.int(people - 40), place, day, clock: clockOf(place, rng) });
  }
  // 0–7: a ring that meets twelve times at three places.
  for (let m = 0; m < 12; m++) {
    const clock = clockOf(m % 3, rng);
    for (let who = 0; who < 8; who++)
      rows.push({
        patient: who,
        place: m % 3,
        day: FIRST_DAY + m * 29,
        clock: clock + rng.int(300),
      });
  }
  // 10–29: a dialysis shift, Monday, Wednesday, Friday at half past seven, for a year.
  for (let day = 0; day < 365; day++) {
    if (![0, 2, 4].includes((day + 2) % 7)) continue;
    for (let who = 10; who < 30; who++)
      rows.push({ patient: who, place: 9, day: FIRST_DAY + day, clock: 27_000 + rng.int(1500) });
  }
  const test = preparePairTest(columnsOf(rows, people, places));
  const evidence = testPairs(test);
  const within = (k: number, from: number, to: number) =>
    evidence.a[k]! >= from && evidence.b[k]! < to && evidence.a[k]! < to && evidence.b[k]! >= from;

  it('every pair of the ring passes a Bonferroni line, no other pair does', () => {
    let ring = 0;
    for (let k = 0; k < evidence.size; k++) {
      const found = evidence.logP[k]! + Math.log(evidence.looks) < Math.log(0.05);
      if (within(k, 0, 8)) {
        ring += found ? 1 : 0;
        expect(evidence.hits[k]).toBe(12);
        expect(evidence.trials[k]).toBe(12);
        expect(evidence.llr[k]).toBeGreaterThan(15);
      } else expect(found, `${evidence.a[k]}–${evidence.b[k]}`).toBe(false);
    }
    expect(ring).toBe(28);
  });

  it('people of one dialysis shift have no evidence against them', () => {
    let shift = 0;
    for (let k = 0; k < evidence.size; k++) {
      if (!within(k, 10, 30)) continue;
      shift++;
      expect(evidence.llr[k]).toBeLessThan(3);
      expect(evidence.logP[k]).toBeGreaterThan(Math.log(1e-4));
    }
    expect(shift).toBe(190);
  });

  it('names the rows of the meetings', () => {
    const hits = [...hitRows(test, 0, 7)].map((r) => rows[r]!);
    expect(hits.length).toBe(24);
    expect(new Set(hits.map((r) => r.patient))).toEqual(new Set([0, 7]));
  });

  it('a redrawn world keeps people, places and days, and forgets the ring', () => {
    const clock = redrawClocks(test.world, createRng(3));
    const again = redrawClocks(test.world, createRng(3));
    expect(clock).toEqual(again);
    expect(clock).not.toEqual(test.world.clock);
    const redrawn = testPairs(test, clock);
    let most = 0;
    for (let k = 0; k < redrawn.size; k++) most = Math.max(most, redrawn.llr[k]!);
    expect(most).toBeLessThan(12);
  });

  it('does not depend on the order of rows', () => {
    const back = testPairs(preparePairTest(columnsOf([...rows].reverse(), people, places)));
    expect(back).toEqual(evidence);
  });

  it('leaves out pairs above maxP and stops when told to', () => {
    const strict = testPairs({ ...test, maxP: 1e-6 });
    let want = 0;
    for (let k = 0; k < evidence.size; k++) if (evidence.logP[k]! <= Math.log(1e-6)) want++;
    expect(strict.size).toBe(want);
    expect(() => testPairs(test, test.world.clock, AbortSignal.abort())).toThrow('Cancelled');
  });
});

describe('Bayes factor', () => {
  it('has mean 1 under the null', () => {
    const chances = [0.1, 0.3, 0.05, 0.2];
    let mean = 0;
    for (let mask = 0; mask < 16; mask++) {
      const hit = chances.map((_, i) => (mask >> i) & 1);
      const p = chances.reduce((s, c, i) => s * (hit[i] ? c : 1 - c), 1);
      mean += p * Math.exp(logBayesFactor(chances, hit, 4));
    }
    expect(mean).toBeCloseTo(1, 12);
  });
});
