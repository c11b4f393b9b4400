import { describe, expect, it } from 'vitest';
import { jointDayScreen } from '../../../analytics/algorithms/jointDays.js';
import { createRng } from '../../../analytics/model/rng.js';

type Visit = readonly [patient: number, place: number, day: number];

const columns = (visits: readonly Visit[]) => ({
  patient: Int32Array.from(visits, (v) => v[0]),
  place: Int32Array.from(visits, (v) => v[1]),
  day: Int32Array.from(visits, (v) => v[2]),
});
const alone = (people: number) => Int32Array.from({ length: people }, (_, p) => p);
const options = { minHits: 2, household: alone(2000) };

describe('joint days', () => {
  it('score the coincidences less the largest, whatever the order of the rows', () => {
    const visits: Visit[] = [
      ...([3, 5] as const).flatMap((p): Visit[] => [
        [p, 0, 10],
        [p, 0, 10],
        [p, 1, 20],
        [p, 2, 30],
      ]),
      [3, 2, 40],
    ];
    const screen = jointDayScreen(columns(visits), options).observed();
    expect([...screen.a, ...screen.b, ...screen.hits]).toEqual([3, 5, 3]);
    const once = -Math.expm1(-1 / 250);
    const twice = -Math.expm1(-2 / 250);
    expect(screen.expected[0]).toBeCloseTo(2 * once + twice, 12);
    expect(screen.llr[0]).toBeCloseTo(-Math.log(once) - Math.log(twice), 12);
    expect(jointDayScreen(columns([...visits].reverse()), options).observed()).toEqual(screen);
  });

  it('take one trip for one meeting, and one place, and one household for nobody', () => {
    const trip: Visit[] = [0, 1].flatMap((p): Visit[] => [
      [p, 0, 10],
      [p, 1, 10],
      [p, 2, 10],
    ]);
    const habit: Visit[] = [2, 3].flatMap((p): Visit[] => [
      [p, 0, 10],
      [p, 0, 20],
      [p, 0, 30],
    ]);
    expect(jointDayScreen(columns([...trip, ...habit]), options).observed().a).toHaveLength(0);
    const home = alone(2000);
    home[5] = 4;
    const couple: Visit[] = [4, 5].flatMap((p): Visit[] => [
      [p, 0, 10],
      [p, 1, 20],
    ]);
    const screen = (household: Int32Array) =>
      jointDayScreen(columns(couple), { ...options, household }).observed();
    expect(screen(alone(2000)).a).toHaveLength(1);
    expect(screen(home).a).toHaveLength(0);
  });

  it('say nothing of regulars and of days when everybody comes', () => {
    const regulars: Visit[] = [0, 1].flatMap((p) =>
      Array.from({ length: 24 }, (_, d): Visit => [p, d % 2, 10 + d]),
    );
    expect(jointDayScreen(columns(regulars), options).observed().a).toHaveLength(0);
    const pair: Visit[] = [0, 1].flatMap((p): Visit[] => [
      [p, 0, 10],
      [p, 1, 20],
    ]);
    const others = (each: number): Visit[] =>
      Array.from({ length: 2 * each }, (_, i): Visit => [10 + i, i % 2, i % 2 === 0 ? 10 : 20]);
    const weight = (visits: Visit[]) => jointDayScreen(columns(visits), options).observed().llr;
    expect(weight([...pair, ...others(10)])[0]).toBeLessThan(0.2 * weight(pair)[0]!);
    expect(weight([...pair, ...others(40)])).toHaveLength(0);
  });

  it('are gone where every visit moves by weeks', () => {
    const rng = createRng(4);
    const visits: Visit[] = Array.from({ length: 8000 }, () => [
      20 + rng.int(1900),
      rng.int(60),
      rng.int(360),
    ]);
    for (let day = 0; day < 18; day++)
      for (let p = 0; p < 10; p++) if (rng.next() < 0.5) visits.push([p, day % 6, 15 + day * 19]);
    const screen = jointDayScreen(columns(visits), options);
    const ring = (world: { a: Int32Array; b: Int32Array; llr: Float64Array }) =>
      world.a.filter((a, e) => a < 10 && world.b[e]! < 10 && world.llr[e]! > 4).length;
    expect(ring(screen.observed())).toBeGreaterThan(30);
    for (let seed = 1; seed <= 5; seed++) expect(ring(screen.redrawn(seed))).toBeLessThan(3);
    expect(screen.redrawn(3)).toEqual(screen.redrawn(3));
  });

  it('are none where there is nobody', () => {
    expect(jointDayScreen(columns([]), options).observed().a).toHaveLength(0);
  });
});
