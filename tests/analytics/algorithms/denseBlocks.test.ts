import { describe, expect, it } from 'vitest';
import { blockScore, dealLinks, denseBlocks } from '../../../analytics/algorithms/denseBlocks.js';
import type { Links } from '../../../analytics/algorithms/placeLinks.js';
import { createRng } from '../../../analytics/model/rng.js';

function randomLinks(seed: number, people: number, places: number, degree: number): Links {
  const rng = createRng(seed);
  const keys = new Set<number>();
  for (let p = 0; p < people; p++)
    for (let n = 1 + rng.int(degree); n > 0; n--) keys.add(p * places + rng.int(places));
  const sorted = [...keys].sort((x, y) => x - y);
  return {
    patient: Int32Array.from(sorted, (k) => Math.floor(k / places)),
    place: Int32Array.from(sorted, (k) => k % places),
  };
}

/** Adds every link of some people to some places. */
function withBlock(links: Links, rows: readonly number[], columns: readonly number[]): Links {
  const keys = new Set(Array.from(links.patient, (p, e) => p * 1000 + links.place[e]!));
  for (const r of rows) for (const c of columns) keys.add(r * 1000 + c);
  const sorted = [...keys].sort((x, y) => x - y);
  return {
    patient: Int32Array.from(sorted, (k) => Math.floor(k / 1000)),
    place: Int32Array.from(sorted, (k) => k % 1000),
  };
}

const options = { minLinks: 5, blocks: 2, places: 100 };

describe('dense blocks', () => {
  it('come one after another, with the people they were planted on', () => {
    const first = Array.from({ length: 30 }, (_, k) => 10 * k);
    const second = Array.from({ length: 20 }, (_, k) => 10 * k + 5);
    const columns = (from: number, n: number) => Array.from({ length: n }, (_, k) => from + 2 * k);
    const links = withBlock(
      withBlock(randomLinks(1, 400, 100, 4), first, columns(0, 20)),
      second,
      columns(51, 15),
    );
    const [a, b] = denseBlocks(links, options);
    expect([...a!.rows]).toEqual(first);
    expect([...a!.columns]).toEqual(columns(0, 20));
    expect([...b!.rows]).toEqual(second);
    expect(a!.score).toBeGreaterThan(b!.score);
  });

  it('are worth what the definition says', () => {
    const links = randomLinks(2, 60, 20, 8);
    const [block] = denseBlocks(links, { minLinks: 1, blocks: 1, places: 20 });
    const degree = Array.from({ length: 20 }, (_, c) => links.place.filter((x) => x === c).length);
    const rows = new Set(block!.rows);
    const columns = new Set(block!.columns);
    let sum = 0;
    links.patient.forEach((p, e) => {
      if (rows.has(p) && columns.has(links.place[e]!))
        sum += 1 / Math.log(degree[links.place[e]!]! + 5);
    });
    expect(block!.score).toBeCloseTo(sum / (rows.size + columns.size), 9);
    expect(blockScore(links, rows, columns, 1)).toBeCloseTo(block!.score, 9);
  });
});

describe('links dealt again', () => {
  it('keep how many places a person uses, how popular a place is in its area, and hardly double', () => {
    const links = randomLinks(3, 300, 40, 6);
    const area = Int32Array.from({ length: 300 }, (_, p) => p % 3);
    const place = dealLinks(links, area, createRng(4));
    const tally = (places: Int32Array, a: number) => {
      const out = new Int32Array(40);
      links.patient.forEach((p, e) => {
        if (area[p] === a) out[places[e]!]!++;
      });
      return out;
    };
    for (const a of [0, 1, 2]) expect(tally(place, a)).toEqual(tally(links.place, a));
    const keys = new Set(Array.from(links.patient, (p, e) => p * 100 + place[e]!));
    expect(keys.size).toBeGreaterThan(links.patient.length * 0.99);
    const same = links.place.filter((h, e) => h === place[e]).length;
    expect(same).toBeLessThan(links.place.length * 0.2);
  });
});
