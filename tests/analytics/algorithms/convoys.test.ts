import { describe, expect, it } from 'vitest';
import {
  convoyPairs,
  dealDays,
  findConvoys,
  motifKey,
  motifsOf,
  type Traffic,
  type Trip,
} from '../../../analytics/algorithms/convoys.js';
import { createRng } from '../../../analytics/model/rng.js';
import { weekdayOf } from '../../../analytics/model/time.js';

function randomTrips(seed: number, n = 120): Trip[] {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => {
    const seconds = Array.from({ length: 2 + rng.int(3) }, () => rng.int(3000)).sort(
      (x, y) => x - y,
    );
    return {
      patient: rng.int(25),
      day: 20_000 + rng.int(14),
      area: rng.int(2),
      places: seconds.map(() => rng.int(4)),
      seconds,
    };
  });
}

/** All trips with all, by the definition. */
function oracle(trips: readonly Trip[], delta: number): string[] {
  const out = new Set<string>();
  const visits = (t: Trip) => {
    const map = new Map<string, [number, number]>();
    for (let i = 0; i < t.places.length; i++)
      for (let j = i + 1; j < t.places.length; j++) {
        const key = `${t.places[i]}>${t.places[j]}`;
        if (t.places[i] !== t.places[j] && !map.has(key))
          map.set(key, [t.seconds[i]!, t.seconds[j]!]);
      }
    return map;
  };
  trips.forEach((t, i) => {
    trips.forEach((u, j) => {
      if (t.patient >= u.patient || t.day !== u.day) return;
      for (const [key, [x, y]] of visits(t)) {
        const other = visits(u).get(key);
        if (other && Math.abs(x - other[0]) <= delta && Math.abs(y - other[1]) <= delta)
          out.add(`${i}|${j}`);
      }
    });
  });
  return [...out].sort();
}

/** Traffic whose days tell the place (or, for areas, 9) and the weekday they are of. */
function traffic(
  collision: (place: number) => number,
  own: ReadonlySet<number> = new Set(),
): Traffic {
  const day = (place: number, weekday: number) => {
    let at = 30_000 + 7_000 * place;
    while (weekdayOf(at) !== weekday) at++;
    return at;
  };
  return {
    days: (place, weekday) => (own.has(place) ? [day(place, weekday)] : []),
    areaDays: (_, weekday) => [day(9, weekday)],
    collision,
  };
}

describe('convoys', () => {
  it('are those of the definition', () => {
    for (let seed = 0; seed < 20; seed++) {
      const trips = randomTrips(seed);
      const found = findConvoys(
        trips,
        trips.map(motifsOf),
        600,
        Int32Array.from(trips, (t) => t.day),
      );
      expect(found.map((c) => c.trips.join('|')).sort()).toEqual(oracle(trips, 600));
    }
  });

  it('keep the order of places and of cards', () => {
    const trip = (patient: number, places: number[], seconds: number[]): Trip => ({
      ...{ patient, day: 20_000, area: 0, places, seconds },
    });
    const trips = [
      trip(1, [5, 6], [100, 900]),
      trip(2, [5, 6], [160, 960]),
      trip(3, [6, 5], [120, 920]),
      trip(4, [5, 6], [180, 800]),
    ];
    const motifs = trips.map(motifsOf);
    expect([...motifs[0]!]).toEqual([[motifKey(5, 6), [100, 900]]]);
    const found = findConvoys(trips, motifs, 300, new Int32Array(4).fill(20_000));
    expect(found.map((c) => [c.a, c.b, c.inOrder])).toEqual([
      [1, 2, true],
      [1, 4, false],
      [2, 4, false],
    ]);
  });

  it('weigh days together against those expected, and count a day once', () => {
    const trips = [0, 7, 14, 21].flatMap((d) =>
      [1, 2].flatMap((patient) => [
        { patient, day: 20_000 + d, area: 0, places: [3, 4, 5], seconds: [10, 20, 30] },
      ]),
    );
    const motifs = trips.map(motifsOf);
    const days = Int32Array.from(trips, (t) => t.day);
    const pairs = convoyPairs(
      trips,
      motifs,
      findConvoys(trips, motifs, 60, days),
      2,
      traffic((place) => place / 100),
    );
    expect([...pairs.hits]).toEqual([4]);
    // Motifs 3→4, 3→5 and 4→5, four rounds each, by how often two go to the first of them on one day.
    expect(pairs.expected[0]).toBeCloseTo(16 * (0.03 + 0.03 + 0.04), 9);
  });

  it('are dealt to days of others at one of their places, else of their area, on the same weekday', () => {
    const trips = randomTrips(5);
    const known = traffic(() => 0, new Set([0, 1]));
    const days = dealDays(trips, known, createRng(1));
    expect([...days].some((d, i) => d !== trips[i]!.day)).toBe(true);
    trips.forEach((t, i) => {
      expect(weekdayOf(days[i]!)).toBe(weekdayOf(t.day));
      const from = Math.floor((days[i]! - 30_000) / 7_000);
      expect(t.places.includes(from) || from === 9).toBe(true);
    });
    // Places 2 and 3 have no traffic of their own.
    expect(new Set([...days].map((d) => Math.floor((d - 30_000) / 7_000))).has(9)).toBe(true);
    const nobody = { days: () => [], areaDays: () => [], collision: () => 0 };
    expect([...dealDays(trips, nobody, createRng(1))]).toEqual(trips.map((t) => t.day));
  });
});
