import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  benjaminiHochberg,
  cauchyCombination,
  fisherCombination,
  logBenjaminiHochberg,
  selectiveQ,
  sidak,
} from '../../../analytics/algorithms/multiplicity.js';
import { createRng } from '../../../analytics/model/rng.js';
import { close } from './close.js';

describe('multiplicity', () => {
  it('BH equals its definition, with unseen looks as ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }),
        fc.nat(30),
        (p, more) => {
          const padded = [...p, ...Array<number>(more).fill(1)];
          const sorted = [...padded].sort((a, b) => a - b);
          const q = benjaminiHochberg(p, padded.length);
          p.forEach((value, i) => {
            let want = 1;
            sorted.forEach((other, r) => {
              if (other >= value) want = Math.min(want, (other * sorted.length) / (r + 1));
            });
            expect(Math.abs(q[i]! - want)).toBeLessThan(1e-12);
          });
        },
      ),
    );
    const logs = logBenjaminiHochberg([-2000, -1, -5], 100);
    close(logs[0]!, -2000 + Math.log(100));
  });
  it('Cauchy combination keeps one p, tiny ones too, and is led by the smallest', () => {
    for (const p of [1e-200, 1e-9, 1e-7, 0.01, 0.4, 0.9])
      close(cauchyCombination([p]) / p, 1, 1e-8);
    expect(cauchyCombination([1e-6, 0.9, 0.5])).toBeLessThan(4e-6);
    expect(cauchyCombination([1, 1])).toBeGreaterThan(0.99);
    close(sidak(1e-20, 5) / 1e-20, 5);
  });
  it('Fisher combination is the tail of a sum of exponentials', () => {
    close(fisherCombination([0.3]), 0.3);
    close(fisherCombination([0.1, 0.2]), 0.02 * (1 - Math.log(0.02)));
    const rng = createRng(11);
    let below = 0;
    for (let w = 0; w < 20_000; w++)
      if (fisherCombination([rng.next(), rng.next(), rng.next()]) <= 0.05) below++;
    expect(Math.abs(below / 20_000 - 0.05)).toBeLessThan(0.006);
  });
  it('selective q corrects for families, not again for the findings inside one', () => {
    // One family among three with a small p: Bonferroni over the families, for each of its findings.
    const alike = (...families: string[]) => new Map(families.map((f) => [f, 1]));
    const three = alike('a', 'b', 'c');
    const one = selectiveQ([1e-4, 0.01, 0.9], ['a', 'a', 'b'], three);
    close(one[0]!, 3e-4);
    close(one[1]!, 0.03);
    // All three families are selected: their findings are judged at the full level.
    const q = selectiveQ([1e-4, 0.04, 1e-5, 1e-6], ['a', 'a', 'b', 'c'], three);
    close(q[1]!, 0.04);
    close(q[0]!, 1e-4);
    // More findings in a family cost nothing.
    close(
      selectiveQ([1e-4, ...Array<number>(500).fill(0.9)], Array<string>(501).fill('a'), three)[0]!,
      3e-4,
    );
  });
  it('selective q gives a family that weighs more its share, and takes it from the others', () => {
    const weights = new Map([
      ['a', 3],
      ['b', 1],
      ['c', 1],
      ['d', 1],
    ]);
    close(selectiveQ([0.01], ['a'], weights)[0]!, 0.02);
    close(selectiveQ([0.01], ['b'], weights)[0]!, 0.06);
    // All four are selected: each at its own share of the full level.
    const q = selectiveQ([0.04, 1e-9, 1e-9, 1e-9], ['a', 'b', 'c', 'd'], weights);
    close(q[0]!, 0.02);
  });
  it.each([[[1, 1, 1, 1]], [[3, 1, 1, 1]]])(
    'selective q of honest families that weigh %j lists as few as it says',
    (weighs) => {
      const families = ['a', 'b', 'c', 'd'];
      const weights = new Map(families.map((f, i) => [f, weighs[i]!]));
      const rng = createRng(13);
      let listed = 0;
      for (let w = 0; w < 4000; w++) {
        const p = [rng.next(), rng.next(), rng.next(), rng.next()];
        if (selectiveQ(p, families, weights).some((q) => q <= 0.05)) listed++;
      }
      expect(listed / 4000).toBeLessThan(0.065);
      expect(listed / 4000).toBeGreaterThan(0.03);
    },
  );
  it('Cauchy combination of dependent nulls rejects no more than nominal in the tail', () => {
    const rng = createRng(7);
    let rejected = 0;
    const worlds = 20_000;
    for (let w = 0; w < worlds; w++) {
      const shared = rng.next();
      const p = [shared, rng.next() < 0.7 ? shared : rng.next(), rng.next()];
      if (cauchyCombination(p) <= 0.01) rejected++;
    }
    expect(rejected).toBeLessThan(0.01 * worlds * 1.2 + 3 * Math.sqrt(0.01 * worlds));
  });
});
