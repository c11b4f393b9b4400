import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPairIds } from '../../../analytics/algorithms/pairIds.js';
import { pairsOfPlaces } from '../../../analytics/algorithms/pairsOfPlaces.js';
import { PLACES_MAX } from '../../../analytics/algorithms/placeLinks.js';

describe('numbers of pairs', () => {
  it('are those of the order of first asking, however many there are', () => {
    const ids = createPairIds();
    const known = new Map<string, number>();
    for (let n = 0; n < 60_000; n++) {
      const [k, l] = [(n * 7919) % 1009, (n * 104_729) % 7];
      const key = `${k} ${l}`;
      if (!known.has(key)) known.set(key, known.size);
      expect(ids.idOf(k, l)).toBe(known.get(key));
    }
    expect(known.size).toBeGreaterThan(5_000);
    expect(ids.size).toBe(known.size);
    expect(ids.idOf(2 ** 31 - 1, 3)).toBe(known.size);
    expect(ids.idOf(3, 2 ** 31 - 1)).toBe(known.size + 1);
  });
});

describe('pairs of places', () => {
  /** Places of each person, ascending. */
  const people = fc.array(fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 15,
  });
  const laidOut = (lists: readonly number[][]) => {
    const begin: number[] = [];
    const end: number[] = [];
    const place: number[] = [];
    for (const list of lists) {
      begin.push(place.length);
      place.push(...[...list].sort((x, y) => x - y));
      end.push(place.length);
    }
    const who = Int32Array.from(lists, (_, r) => 10 * r);
    return {
      place: Int32Array.from(place),
      rows: { who, begin: Int32Array.from(begin), end: Int32Array.from(end) },
    };
  };

  it('list whom each pair of places has in common', () => {
    fc.assert(
      fc.property(people, fc.nat(3), (lists, every) => {
        const { place, rows } = laidOut(lists);
        const among = new Set(rows.who.filter((_, r) => every === 0 || r % every !== 1));
        const got = pairsOfPlaces(place, rows, { among });
        const want = new Map<string, number[]>();
        for (const [r, list] of lists.entries()) {
          if (!among.has(10 * r)) {
            expect(got.start[r + 1]).toBe(got.start[r]);
            continue;
          }
          const sorted = [...list].sort((x, y) => x - y);
          let t = got.start[r]!;
          for (const [x, k] of sorted.entries())
            for (const l of sorted.slice(x + 1)) {
              const key = `${k} ${l}`;
              want.set(key, [...(want.get(key) ?? []), r]);
              expect(Array.from(peopleOf(got, got.pairsOf[t++]!))).toContain(r);
            }
          expect(t).toBe(got.start[r + 1]);
        }
        const lengths = (of: Iterable<ArrayLike<number>>) =>
          [...of].map((list) => Array.from(list).join()).sort();
        const all = Array.from({ length: got.listStart.length - 1 }, (_, k) => peopleOf(got, k));
        expect(lengths(all)).toEqual(lengths(want.values()));
      }),
    );
  });

  it('leave out who goes everywhere', () => {
    const many = Array.from({ length: PLACES_MAX + 1 }, (_, k) => k);
    const { place, rows } = laidOut([many, [1, 2], many.slice(1)]);
    const got = pairsOfPlaces(place, rows, {});
    expect(Array.from(got.start)).toEqual([0, 0, 1, 1 + (PLACES_MAX * (PLACES_MAX - 1)) / 2]);
    expect(Array.from(peopleOf(got, got.pairsOf[0]!))).toEqual([1, 2]);
  });

  const peopleOf = ({ list, listStart }: ReturnType<typeof pairsOfPlaces>, pair: number) =>
    list.subarray(listStart[pair], listStart[pair + 1]);
});
