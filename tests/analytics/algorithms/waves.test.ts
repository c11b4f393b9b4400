import { describe, expect, it } from 'vitest';
import { waveScreen } from '../../../analytics/algorithms/waves.js';
import { createRng } from '../../../analytics/model/rng.js';

interface Stay {
  readonly patient: number;
  readonly institution: number;
  readonly begin: number;
}

const columns = (stays: readonly Stay[]) => ({
  patient: Int32Array.from(stays, (s) => s.patient),
  institution: Int32Array.from(stays, (s) => s.institution),
  begin: Int32Array.from(stays, (s) => s.begin),
});
const options = { tolerance: 3, minHits: 2, days: 365, planned: new Uint8Array(5000) };

describe('waves', () => {
  it('count each stay once, at common hospitals only, whatever the order of the rows', () => {
    const stays = [
      { patient: 4, institution: 1, begin: 100 },
      { patient: 4, institution: 2, begin: 150 },
      { patient: 4, institution: 9, begin: 200 },
      { patient: 7, institution: 1, begin: 103 },
      { patient: 7, institution: 1, begin: 104 },
      { patient: 7, institution: 2, begin: 149 },
      { patient: 7, institution: 8, begin: 200 },
    ];
    const screen = waveScreen(columns(stays), options).observed();
    expect(Array.from(screen.a)).toEqual([4]);
    expect(Array.from(screen.b)).toEqual([7]);
    expect(Array.from(screen.hits)).toEqual([2]);
    expect(screen.expected[0]).toBeCloseTo((2 * 3 * 7) / 365, 12);
    expect(waveScreen(columns([...stays].reverse()), options).observed()).toEqual(screen);
  });

  it('see a split wave that shares no stay, and redrawn worlds do not', () => {
    const rng = createRng(5);
    const stays: Stay[] = [];
    for (let p = 100; p < 1100; p++)
      for (let n = 0; n < 2; n++)
        stays.push({ patient: p, institution: rng.int(8), begin: rng.int(360) });
    for (let wave = 0; wave < 4; wave++)
      for (let p = 0; p < 8; p++)
        stays.push({ patient: p, institution: rng.int(2), begin: 40 + wave * 80 + rng.int(4) });
    const ring = (screen: { a: Int32Array; b: Int32Array }) =>
      Array.from(screen.a).filter((a, e) => a < 8 && screen.b[e]! < 8).length;
    const screen = waveScreen(columns(stays), options);
    expect(ring(screen.observed())).toBeGreaterThan(10);
    for (let seed = 1; seed <= 5; seed++) expect(ring(screen.redrawn(seed))).toBeLessThan(6);
    expect(screen.redrawn(3)).toEqual(screen.redrawn(3));
  });

  const stay = (patient: number, institution: number, begin: number): Stay => ({
    patient,
    institution,
    begin,
  });
  const pairs = (
    stays: readonly Stay[],
    more: Partial<typeof options> & { origin?: Int32Array },
  ) => {
    const { a, b, hits } = waveScreen(columns(stays), { ...options, ...more }).observed();
    return Array.from(a, (x, e) => [x, b[e], hits[e]]);
  };

  it('are seen at any hospital among people of one origin, and of no unknown one', () => {
    const stays = [0, 1, 2, 3, 4].flatMap((p) => [
      stay(p, p, 40 + (p % 3)),
      stay(p, p + 10, 120 + (p % 3)),
    ]);
    expect(pairs(stays, {})).toEqual([]);
    const origin = Int32Array.from([5, 5, 6, -1, -1]);
    expect(pairs(stays, { origin })).toEqual([[0, 1, 2]]);
    const screen = waveScreen(columns(stays), { ...options, origin });
    expect(screen.matched(0, 1)).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  it('take a transfer or a return within four weeks for one, and leave planned cycles out', () => {
    const sent = (back: number) =>
      [7, 8].flatMap((p) => [stay(p, 1, 100), stay(p, 2, 102), stay(p, 1, back)]);
    expect(pairs(sent(120), {})).toEqual([]);
    expect(pairs(sent(131), {})).toEqual([[7, 8, 2]]);
    const planned = Uint8Array.from([0, 0, 1, 0, 0, 1]);
    expect(pairs(sent(131), { planned })).toEqual([]);
  });

  it('are none where there is nobody', () => {
    expect(waveScreen(columns([]), options).observed().a).toHaveLength(0);
  });
});
