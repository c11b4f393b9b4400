import { describe, expect, it } from 'vitest';
import { chronicRefills, district, drug, outpatient, strangers } from './district.js';
import { amongTheFirst, findingsOf, idsIn, ranking } from './ranking.js';

const CARDS = 105;

/** One man takes six cards a day round four hospitals, each for a month of drugs that are easily resold. */
function collected() {
  const world = district(211, { people: 5000, hospitals: 14, purchases: 3, visits: 2 });
  chronicRefills(world);
  const cards = strangers(world, 5, CARDS);
  const { rng } = world;
  for (let k = 0; k < 6 * 364; k++) {
    const items = [drug(rng.int(5)), drug(5 + rng.int(5))];
    outpatient(world, cards[k % CARDS]!, 2 + rng.int(4), Math.floor(k / 6), {
      ...{ fund: 60_000, cash: 0 },
      items: items.map((item) => ({ item, supplyDays: 30, fen: 30_000 })),
    });
  }
  return { world, cards };
}

describe('105 cards with one collector', () => {
  it('are found together, the drugs first, and nobody else is', async () => {
    const { world, cards } = collected();
    const rings = await ranking(world);
    const ring = amongTheFirst(rings, 'drug-resale-ring.same-drugs-same-places');
    const found = idsIn(ring, 'patient');
    expect(found.filter((id) => cards.includes(id)).length).toBeGreaterThanOrEqual(0.9 * CARDS);
    expect(found.filter((id) => !cards.includes(id)).length).toBeLessThanOrEqual(5);
    expect(
      findingsOf(rings).filter((r) => !idsIn(r, 'patient').some((id) => cards.includes(id))),
    ).toEqual([]);
  });
});
