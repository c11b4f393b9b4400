import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countCovisits } from '../../../analytics/algorithms/covisit.js';
import { addPair, createPairTable, pairsAtLeast } from '../../../analytics/algorithms/pairTable.js';
import { pairsSharingCells, prepareVisits } from '../../../analytics/algorithms/visits.js';
import { createRng, shuffle } from '../../../analytics/model/rng.js';
import { dayOf } from '../../../analytics/model/time.js';
import { columnsOf, FIRST_DAY, type VisitRow } from './worlds.js';

const rowsOf = fc.array(
  fc.record({
    patient: fc.nat(9),
    place: fc.nat(3),
    day: fc.nat(4).map((d) => FIRST_DAY + d),
    clock: fc.nat(40).map((m) => 36_000 + m * 60),
  }),
  { maxLength: 120 },
);

function naive(rows: VisitRow[], delta: number): Map<string, number> {
  const cells = new Map<string, Set<string>>();
  for (const x of rows)
    for (const y of rows)
      if (
        x.patient < y.patient &&
        x.place === y.place &&
        x.day === y.day &&
        Math.abs(x.clock - y.clock) <= delta
      ) {
        const key = `${x.patient}-${y.patient}`;
        cells.set(key, (cells.get(key) ?? new Set()).add(`${x.place}@${x.day}`));
      }
  return new Map([...cells].map(([key, set]) => [key, set.size]));
}

describe('co-visits', () => {
  it('equal the comparison of all with all, in whatever order the rows come', () => {
    fc.assert(
      fc.property(rowsOf, fc.constantFrom(0, 120, 600), fc.nat(), (rows, delta, seed) => {
        const mixed = shuffle([...rows], createRng(seed));
        const got = countCovisits(prepareVisits(columnsOf(mixed, 10, 4)), { deltaSeconds: delta });
        const want = naive(rows, delta);
        expect(got.size).toBe(want.size);
        for (let k = 0; k < got.size; k++)
          expect(want.get(`${got.a[k]}-${got.b[k]}`)).toBe(got.count[k]);
        expect(got.narrowed).toEqual([]);
      }),
    );
  });

  it('narrows Δ of a crowded place, says so, and leaves out what is hopeless', () => {
    const rng = createRng(1);
    const rows: VisitRow[] = [];
    for (let i = 0; i < 600; i++)
      rows.push({ patient: i, place: 0, day: FIRST_DAY, clock: 28_800 + rng.int(28_800) });
    for (let i = 0; i < 200; i++)
      rows.push({ patient: i, place: 1, day: FIRST_DAY, clock: 36_000 });
    rows.push({ patient: 0, place: 2, day: FIRST_DAY, clock: 50_000 });
    rows.push({ patient: 1, place: 2, day: FIRST_DAY, clock: 50_100 });
    const got = countCovisits(prepareVisits(columnsOf(rows, 600, 3)), {
      deltaSeconds: 600,
      maxPairsPerPlace: 2000,
    });
    expect(got.narrowed.map((p) => p.place)).toEqual([0, 1]);
    expect(got.narrowed[0]!.deltaSeconds).toBeGreaterThanOrEqual(60);
    expect(got.narrowed[0]!.deltaSeconds).toBeLessThan(600);
    expect(got.narrowed[0]!.pairs).toBeGreaterThan(2000);
    expect(got.narrowed[1]).toEqual({ place: 1, deltaSeconds: 0, pairs: (200 * 199) / 2 });
    expect(got.size).toBeLessThanOrEqual(2001);
    expect(got.size).toBeGreaterThan(500);
  });
});

describe('prepared visits', () => {
  it('keep every row once, ordered, with cells of one place and day', () => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        const columns = columnsOf(rows, 10, 4);
        const world = prepareVisits(columns);
        expect([...world.row].sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
        for (let p = 0; p < world.rows; p++) {
          const row = rows[world.row[p]!]!;
          expect(world.patient[p]).toBe(row.patient);
          expect(world.place[p]).toBe(row.place);
          expect(world.clock[p]).toBe(row.clock);
          expect(world.cellDay[world.cell[p]!]).toBe(dayOf(columns.time[world.row[p]!]!));
          expect(world.cellStart[world.cell[p]!]).toBeLessThanOrEqual(p);
          expect(world.cellStart[world.cell[p]! + 1]).toBeGreaterThan(p);
        }
        const sharing = new Map<string, Set<number>>();
        for (const r of rows) {
          const key = `${r.place}@${r.day}`;
          sharing.set(key, (sharing.get(key) ?? new Set()).add(r.patient));
        }
        const want = [...sharing.values()].reduce((s, x) => s + (x.size * (x.size - 1)) / 2, 0);
        expect(pairsSharingCells(world)).toBe(want);
      }),
    );
  });
});

describe('pair table', () => {
  it('counts like a map, through many growths', () => {
    const rng = createRng(8);
    const table = createPairTable();
    const want = new Map<string, number>();
    for (let i = 0; i < 60_000; i++) {
      const a = rng.int(400);
      const b = rng.int(400);
      if (a === b) continue;
      addPair(table, a, b, i);
      const key = `${Math.min(a, b)}-${Math.max(a, b)}`;
      want.set(key, (want.get(key) ?? 0) + 1);
    }
    const got = pairsAtLeast(table, 2);
    expect(got.size).toBe([...want.values()].filter((n) => n >= 2).length);
    for (let k = 0; k < got.size; k++) {
      expect(want.get(`${got.a[k]}-${got.b[k]}`)).toBe(got.count[k]);
      if (k > 0)
        expect(got.a[k]! * 400 + got.b[k]!).toBeGreaterThan(got.a[k - 1]! * 400 + got.b[k - 1]!);
    }
  });
});
