import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admissionScreen, type StayColumns } from '../../../analytics/algorithms/admissions.js';
import { logPoissonTail } from '../../../analytics/algorithms/tails.js';
import { createRng } from '../../../analytics/model/rng.js';
import { atMost } from './worlds.js';

interface Stay {
  patient: number;
  institution: number;
  begin: number;
  days: number;
}

const columns = (stays: readonly Stay[], institutions: number): StayColumns => ({
  patient: Int32Array.from(stays, (s) => s.patient),
  institution: Int32Array.from(stays, (s) => s.institution),
  begin: Int32Array.from(stays, (s) => s.begin),
  end: Int32Array.from(stays, (s) => s.begin + s.days),
  diagnosis: new Int32Array(stays.length).fill(-1),
  cyclic: new Uint8Array(stays.length).fill(1),
  level: new Int32Array(institutions).map((_, h) => h % 2),
});

const stayList = fc.array(
  fc.record({
    patient: fc.nat(5),
    institution: fc.nat(3),
    begin: fc.nat(60).map((d) => 20_000 + d),
    days: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 1, maxLength: 60 },
);

/** The second of two stays of one person with at most two days between, and no third before or after. */
function isSentOn(stays: readonly Stay[], stay: Stay): boolean {
  const own = stays.filter((s) => s.patient === stay.patient).sort((x, y) => x.begin - y.begin);
  const follows = (k: number) =>
    k > 0 && k < own.length && own[k]!.begin - own[k - 1]!.begin - own[k - 1]!.days <= 2;
  const at = own.indexOf(stay);
  return follows(at) && !follows(at - 1) && !follows(at + 1);
}

describe('N1 on admissions', () => {
  it('counts joint stays and expects as many as a comparison of all with all', () => {
    fc.assert(
      fc.property(stayList, fc.integer({ min: 1, max: 2 }), (stays, minHits) => {
        const screen = admissionScreen(columns(stays, 4), { minHits, tolerance: 1 });
        const got = screen.observed();
        const want: number[][] = [];
        for (let a = 0; a < 6; a++)
          for (let b = a + 1; b < 6; b++) {
            let hits = 0;
            let expected = 0;
            for (const x of stays)
              for (const y of stays) {
                if (x.patient !== a || y.patient !== b || x.institution !== y.institution) continue;
                if (Math.abs(x.begin - y.begin) > 28) continue;
                expected += screen.rate.get(x.institution % 2)!;
                const apart = Math.abs(x.begin + x.days - y.begin - y.days);
                if (Math.abs(x.begin - y.begin) > 1 || apart > 1) continue;
                if (!isSentOn(stays, x) || !isSentOn(stays, y)) hits++;
              }
            if (hits >= minHits) want.push([a, b, hits, expected]);
          }
        expect(Array.from(got.a)).toEqual(want.map((w) => w[0]));
        expect(Array.from(got.b)).toEqual(want.map((w) => w[1]));
        expect(Array.from(got.hits)).toEqual(want.map((w) => w[2]));
        want.forEach(([, , hits, expected], k) => {
          expect(got.expected[k]).toBeCloseTo(expected!, 9);
          expect(got.logP[k]).toBeCloseTo(logPoissonTail(hits!, expected!), 6);
        });
      }),
    );
  });

  it('one hospital full of joint stays does not move the rate of its level', () => {
    const rng = createRng(6);
    const stays: Stay[] = [];
    for (let i = 0; i < 4000; i++)
      stays.push({
        patient: i,
        institution: rng.int(10),
        begin: 20_000 + rng.int(365),
        days: 3 + rng.int(9),
      });
    const honest = admissionScreen(columns(stays, 10), { minHits: 2, tolerance: 1 }).rate.get(1)!;
    for (let week = 0; week < 50; week++)
      for (let i = 0; i < 12; i++)
        stays.push({ patient: 4000 + i, institution: 1, begin: 20_000 + week * 7, days: 5 });
    const bent = admissionScreen(columns(stays, 10), { minHits: 2, tolerance: 1 }).rate.get(1)!;
    expect(bent / honest).toBeLessThan(1.3);
  });

  it('rejects no more than nominal in redrawn worlds', () => {
    const rng = createRng(8);
    const stays: Stay[] = [];
    // Pairs who use one hospital for a year, on days of their own.
    const pairs = 1500;
    for (let k = 0; k < pairs; k++)
      for (const who of [0, 1])
        for (let n = 0; n < 12; n++)
          stays.push({
            patient: 2 * k + who,
            institution: k % 8,
            begin: 20_000 + rng.int(365),
            days: 2 + rng.int(6),
          });
    const screen = admissionScreen(columns(stays, 8), { minHits: 1, tolerance: 1 });
    for (const seed of [1, 2, 3]) {
      const world = screen.redrawn(seed);
      const rejected = new Map([
        [0.05, 0],
        [0.01, 0],
        [0.001, 0],
      ]);
      for (let e = 0; e < world.a.length; e++) {
        if (world.a[e]! % 2 !== 0 || world.b[e] !== world.a[e]! + 1) continue;
        for (const [level, count] of rejected)
          if (world.logP[e]! <= Math.log(level)) rejected.set(level, count + 1);
      }
      for (const [level, count] of rejected)
        expect(count).toBeLessThanOrEqual(atMost(pairs, level));
    }
  });

  it('two planned cycles in step count one joint stay', () => {
    const stays: Stay[] = [];
    for (let n = 0; n < 10; n++)
      for (const patient of [0, 1])
        stays.push({ patient, institution: 0, begin: 20_000 + n * 21, days: 3 });
    const cycle = { ...columns(stays, 1), diagnosis: new Int32Array(stays.length).fill(7) };
    expect(admissionScreen(cycle, { minHits: 2, tolerance: 1 }).observed().a.length).toBe(0);
    const plain = admissionScreen(columns(stays, 1), { minHits: 2, tolerance: 1 }).observed();
    expect(plain.hits[0]).toBe(10);
  });

  it('a planned cycle that is put off again and again is planned as long as it was kept', () => {
    const kept = [0, 21, 42, 63, 84, 105, 126];
    const hitsWith = (late: readonly number[], cyclic: 0 | 1) => {
      const stays = [
        ...[...kept, 147, 168, 189, 210].map((day) => ({ patient: 0, day })),
        ...late.map((day) => ({ patient: 1, day })),
      ].map(({ patient, day }) => ({ patient, institution: 0, begin: 20_000 + day, days: 3 }));
      const more = {
        diagnosis: new Int32Array(stays.length).fill(7),
        cyclic: new Uint8Array(stays.length).fill(cyclic),
      };
      const { hits } = admissionScreen(
        { ...columns(stays, 1), ...more },
        { minHits: 2, tolerance: 1 },
      ).observed();
      return hits[0] ?? 0;
    };
    // Six gaps of nine are 21 days: fewer than the seven in ten that make a plan of all of it.
    expect(hitsWith([...kept, 153, 179, 226], 1)).toBe(0);
    expect(hitsWith([...kept, 153, 179, 226], 0)).toBe(7);
    // Two gaps that happen to be alike are a run of three, and what comes besides counts.
    expect(hitsWith([0, 21, 42, 80, 95, 105, 126, 168, 210], 1)).toBe(5);
  });
});
