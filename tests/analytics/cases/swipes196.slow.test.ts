import { describe, expect, it } from 'vitest';
import { type District, district, pharmacy, purchase, strangers } from './district.js';
import { amongTheFirst, findingsOf, idsIn, ranking } from './ranking.js';

const DAY = 58;

/** Pharmacies that some thirty people visit a day. */
const quiet = (seed: number) =>
  district(seed, { people: 2000, pharmacies: 12, days: 100, purchases: 15, visits: 1 });

function swiped(world: District, at: number, cards: number): string[] {
  const who = strangers(world, 1, cards);
  for (const [k, card] of who.entries())
    purchase(world, card, at, DAY, {
      second: 30_600 + 190 * k + world.rng.int(20),
      fund: 28_000,
      basket: 5,
    });
  return who;
}

describe('196 swipes on a day against 30 visitors', () => {
  it('heads the list of its world, the rush first', async () => {
    const world = quiet(511);
    const own = world.settlements.filter((s) => s.institution === pharmacy(3)).length / 100;
    expect(own).toBeGreaterThan(20);
    expect(own).toBeLessThan(40);
    const cards = swiped(world, 3, 196 - Math.round(own));
    const ring = amongTheFirst(await ranking(world), 'card-farming-pharmacy.burst');
    expect(ring.reasons[0].measured).toBeGreaterThan(150);
    expect(ring.reasons[0].expected).toBeLessThan(40);
    expect(idsIn(ring, 'institution')).toEqual([pharmacy(3)]);
    expect(idsIn(ring, 'patient')).toEqual(expect.arrayContaining([...cards].sort()));
  });

  it('is no finding on the anniversary of a chain that some come to', async () => {
    const world = quiet(512);
    for (const at of [1, 3, 4, 7])
      for (const card of strangers(world, at, 150)) purchase(world, card, at, DAY);
    expect(findingsOf(await ranking(world))).toEqual([]);
  });
});
