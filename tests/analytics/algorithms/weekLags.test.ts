import { describe, expect, it } from 'vitest';
import { lagScreen } from '../../../analytics/algorithms/weekLags.js';
import { createRng } from '../../../analytics/model/rng.js';
import { DAY_S, startOfDay } from '../../../analytics/model/time.js';

interface Visit {
  readonly patient: number;
  readonly place: number;
  readonly time: number;
}

const FIRST = 20_089; // 2025-01-01
const at = (day: number, hour: number) => startOfDay(FIRST + day) + Math.round(hour * 3600);

function columns(visits: readonly Visit[]) {
  return {
    patient: Int32Array.from(visits, (v) => v.patient),
    place: Int32Array.from(visits, (v) => v.place),
    time: Float64Array.from(visits, (v) => v.time),
    placeType: new Int32Array(4),
    patients: 1000,
  };
}
const OPTIONS = { deltaSeconds: 600, minHits: 2, days: 365 };
const screen = (visits: readonly Visit[]) => lagScreen(columns(visits), OPTIONS);

/** Two people at one place on these days at 22:30, the second three minutes later. */
const together = (days: readonly number[]): Visit[] =>
  days.flatMap((day) => [
    { patient: 1, place: 2, time: at(day, 22.5) },
    { patient: 2, place: 2, time: at(day, 22.55) },
  ]);

describe('week lags', () => {
  it('count days, not swipes, and expect next to nothing of days chosen freely', () => {
    const days = [10, 33, 76, 141, 201];
    const twice = { patient: 2, place: 2, time: at(33, 22.6) };
    const found = screen([...together(days), twice]).observed();
    expect([found.a[0], found.b[0], found.hits[0]]).toEqual([1, 2, 5]);
    expect(found.expected[0]).toBeLessThan(0.1);
    expect(found.logP[0]).toBeLessThan(-15);
  });

  it.each([
    ['every week', Array.from({ length: 40 }, (_, k) => 7 * k)],
    ['every fourth week', Array.from({ length: 12 }, (_, k) => 28 * k)],
    [
      'on the 16th of every month',
      Array.from(
        { length: 12 },
        (_, m) => (Date.UTC(2025, m, 16) - Date.UTC(2025, 0, 1)) / (1000 * DAY_S),
      ),
    ],
  ])('let people come %s', (_, days) => {
    const found = screen(together(days)).observed();
    expect(found.hits[0]).toBe(days.length);
    expect(found.expected[0]).toBeGreaterThan(days.length / 4);
    const free = screen(together(days.map((d, k) => d + ((k * 11) % 6)))).observed();
    expect(free.llr[0]! / found.llr[0]!).toBeGreaterThan(2);
  });

  it('expect more on days when everybody comes', () => {
    const days = [10, 75, 200];
    const crowd = [...Array(120).keys()].flatMap((k) => [
      { patient: 10 + k, place: 2, time: at(days[k % 3]!, 9 + (k % 40) / 4) },
      { patient: 10 + k, place: 2, time: at(k, 12) },
    ]);
    const quiet = screen([
      ...together(days),
      ...crowd.filter((v) => v.time % DAY_S === at(0, 12) % DAY_S),
    ]);
    const busy = screen([...together(days), ...crowd]);
    const expected = (s: typeof busy) => {
      const o = s.observed();
      return o.expected[o.a.findIndex((a, e) => a === 1 && o.b[e] === 2)]!;
    };
    expect(expected(busy)).toBeGreaterThan(5 * expected(quiet));
  });

  it('say the same whatever the order of the rows; redrawn worlds keep no appointments', () => {
    const rng = createRng(3);
    const visits: Visit[] = [];
    for (let d = 0; d < 12; d++) {
      const day = rng.int(365);
      for (let p = 0; p < 8; p++)
        visits.push({ patient: p, place: 1, time: at(day, 15 + rng.next() / 10) });
    }
    expect(screen([...visits].reverse()).observed()).toEqual(screen(visits).observed());
    expect(screen(visits).observed().a).toHaveLength(28);
    for (let seed = 1; seed <= 5; seed++)
      expect(screen(visits).redrawn(seed).a.length).toBeLessThan(20);
    expect(screen(visits).redrawn(4)).toEqual(screen(visits).redrawn(4));
  });

  it('are none where there is nobody', () => {
    expect(screen([]).observed().a).toHaveLength(0);
  });
});
