import { describe, expect, it } from 'vitest';
import { withRegulars } from '../../../../analytics/detectors/patientBrokering/regulars.js';
import type { Stays } from '../../../../analytics/detectors/stays.js';
import { createRng } from '../../../../analytics/model/rng.js';

type Row = readonly [patient: number, institution: number, begin: number];

function ground(rows: readonly Row[], villageOf: (p: number) => number = () => -1) {
  const column = (k: 0 | 1 | 2) => Int32Array.from(rows, (r) => r[k]);
  const begin = column(2);
  const none = new Int32Array(rows.length);
  const stays: Stays = {
    patient: column(0),
    institution: column(1),
    begin,
    end: begin.map((d) => d + 6),
    row: none,
    diagnosis: none,
    cyclic: new Uint8Array(rows.length),
    programme: new Uint8Array(rows.length),
    contagious: new Uint8Array(rows.length),
    level: new Int32Array(100),
  };
  return {
    stays,
    planned: new Uint8Array(rows.length),
    household: Int32Array.from({ length: 6000 }, (_, i) => i),
    village: Int32Array.from({ length: 6000 }, (_, i) => villageOf(i)),
    tolerance: 3,
  };
}

/** `perDay` first days a day over two hospitals, of `people` numbered from 1000. */
function honest(perDay: number, people: number): Row[] {
  const rng = createRng(4);
  return Array.from(
    { length: perDay * 360 },
    () => [1000 + rng.int(people), rng.int(2), rng.int(360)] as const,
  );
}

const core: readonly Row[] = [60, 140, 220].flatMap((day) =>
  [0, 1, 2, 3].map((p) => [p, p % 2, day + p] as const),
);

describe('regulars of the waves of a group', () => {
  it('are those who came in two waves at its hospitals', () => {
    const more: Row[] = [
      [10, 0, 61],
      [10, 1, 143],
      [11, 1, 141],
      [11, 0, 223],
      [12, 0, 61],
      [13, 5, 60],
      [13, 5, 140],
    ];
    const members = withRegulars([0, 1, 2, 3], ground([...core, ...more, ...honest(1, 2500)]));
    expect(members).toEqual([0, 1, 2, 3, 10, 11]);
  });

  it('and those of their village who came in one, wherever', () => {
    const more: Row[] = [
      [10, 7, 61],
      [11, 8, 141],
      [12, 7, 100],
      [13, 9, 222],
    ];
    const village = (p: number) => (p === 0 || p === 2 || (p >= 10 && p < 20) ? 3 : -1);
    const all = ground([...core, ...more, ...honest(1, 2500)], village);
    expect(withRegulars([0, 1, 2, 3], all)).toEqual([0, 1, 2, 3, 10, 11, 13]);
    expect(withRegulars([0, 1, 2, 3], ground([...core, ...more, ...honest(1, 2500)]))).toEqual([
      0, 1, 2, 3,
    ]);
  });

  it('are nobody where chance brings as many, nor their own households', () => {
    const busy = ground([...core, ...honest(12, 200)]);
    expect(withRegulars([0, 1, 2, 3], busy)).toEqual([0, 1, 2, 3]);
    const spouse: Row[] = [
      [10, 0, 61],
      [10, 1, 141],
    ];
    const all = ground([...core, ...spouse, ...honest(1, 2500)]);
    all.household[10] = 0;
    expect(withRegulars([0, 1, 2, 3], all)).toEqual([0, 1, 2, 3]);
  });
});
