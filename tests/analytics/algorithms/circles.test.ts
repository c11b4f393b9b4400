import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circleScreen } from '../../../analytics/algorithms/circles.js';
import { createRng, shuffle } from '../../../analytics/model/rng.js';

const PEOPLE = 12;

/** Scores by the formula of DETECTORS.md, comparing all with all. */
function naive(links: ReadonlyArray<readonly [number, number]>, area: number[]) {
  const places = (p: number) => links.filter((l) => l[0] === p).map((l) => l[1]);
  const p = (who: number, place: number) => {
    const home = links.filter((l) => area[l[0]] === area[who]);
    const here = home.filter((l) => l[1] === place).length - 1;
    const everywhere = Math.max(links.filter((l) => l[1] === place).length - 1, 0.5);
    const degree = places(who).length;
    const share = (here + (20 * everywhere) / links.length) / (home.length - degree + 20);
    return Math.max(1 - Math.exp(-degree * share), 1e-6);
  };
  const out: Array<{ a: number; b: number; score: number; shared: number }> = [];
  for (let a = 0; a < PEOPLE; a++)
    for (let b = a + 1; b < PEOPLE; b++) {
      const terms = places(a)
        .filter((k) => places(b).includes(k))
        .map((k) => -Math.log(p(a, k)) - Math.log(p(b, k)));
      const score = terms.reduce((s, t) => s + t, 0) - Math.max(0, ...terms);
      if (terms.length >= 2 && score >= 0.5) out.push({ a, b, score, shared: terms.length });
    }
  return out;
}

const world = fc.record({
  links: fc.uniqueArray(fc.tuple(fc.nat(PEOPLE - 1), fc.nat(5)), {
    minLength: 1,
    maxLength: 45,
    selector: (l) => l.join(),
  }),
  area: fc.array(fc.nat(2), { minLength: PEOPLE, maxLength: PEOPLE }),
});

const columns = (links: ReadonlyArray<readonly [number, number]>, area: number[]) => ({
  patient: Int32Array.from(links, (l) => l[0]),
  place: Int32Array.from(links, (l) => l[1]),
  area: Int32Array.from(area),
  visited: {
    patient: Int32Array.from(links, (l) => l[0]),
    place: Int32Array.from(links, (l) => l[1]),
  },
});

describe('circles', () => {
  it('score pairs as the formula says, in whatever order the links come', () => {
    fc.assert(
      fc.property(world, fc.nat(), ({ links, area }, seed) => {
        const mixed = shuffle([...links], createRng(seed));
        const options = { minScore: 0.5, minShared: 2 };
        const got = circleScreen(columns(mixed, area), options).observed().pairs;
        const want = naive(links, area);
        expect(Array.from(got.a)).toEqual(want.map((w) => w.a));
        expect(Array.from(got.b)).toEqual(want.map((w) => w.b));
        expect(Array.from(got.shared)).toEqual(want.map((w) => w.shared));
        want.forEach((w, k) => {
          expect(got.score[k]).toBeCloseTo(w.score, 9);
        });
      }),
    );
  });

  it('a circle stands out from its rewired worlds, where nobody has one', () => {
    const rng = createRng(3);
    const people = 4000;
    const area = Int32Array.from({ length: people }, () => rng.int(40));
    const seen = new Set<string>();
    const links: Array<[number, number]> = [];
    const add = (p: number, k: number) => {
      if (seen.has(`${p}-${k}`)) return;
      seen.add(`${p}-${k}`);
      links.push([p, k]);
    };
    for (let p = 0; p < people; p++)
      for (let n = 0; n < 1 + rng.int(4); n++)
        add(p, rng.next() < 0.7 ? area[p]! * 10 + rng.int(10) : rng.int(400));
    // Six people of six areas who use the same five places of a seventh.
    const circle = [5, 705, 1405, 2105, 2805, 3505];
    circle.forEach((p, i) => {
      area[p] = i;
      for (let k = 0; k < 5; k++) add(p, 350 + k * 7);
    });
    const screen = circleScreen(columns(links, [...area]), { minScore: 6, minShared: 2 });
    const observed = screen.observed().pairs;
    let inside = 0;
    let least = Infinity;
    for (let k = 0; k < observed.a.length; k++)
      if (circle.includes(observed.a[k]!) && circle.includes(observed.b[k]!)) {
        inside++;
        least = Math.min(least, observed.score[k]!);
      }
    expect(inside).toBe(15);
    for (let seed = 1; seed <= 10; seed++) {
      const redrawn = screen.redrawn(seed).pairs;
      expect(Math.max(0, ...redrawn.score)).toBeLessThan(least);
      expect(screen.redrawn(seed).pairs).toEqual(redrawn);
    }
    const byPlace = new Map<number, number>();
    for (const [, k] of links) byPlace.set(k, (byPlace.get(k) ?? 0) + 1);
    expect(screen.looks).toBe([...byPlace.values()].reduce((s, n) => s + (n * (n - 1)) / 2, 0));
  });
});
