import { describe, expect, it } from 'vitest';
import { district, drug, pharmacy, purchase, strangers } from './district.js';
import { amongTheFirst, idsIn, ranking } from './ranking.js';

describe('one trace code settled sixty times', () => {
  it('heads the list of its world, the code first', async () => {
    const world = district(611, { people: 2500 });
    for (const card of strangers(world, 2, 60))
      purchase(world, card, 3, world.rng.int(365), {
        items: [{ item: drug(1), supplyDays: 15, fen: 9_000 }],
        traces: [{ code: 'one', item: drug(1), lot: 'L1' }],
      });
    const ring = amongTheFirst(await ranking(world), 'trace-code-loop.repeated-codes');
    expect(ring.reasons.find((r) => r.code === 'trace-code-loop.longest-loop')!.measured).toBe(60);
    expect(idsIn(ring, 'institution')).toEqual([pharmacy(3)]);
    expect(idsIn(ring, 'patient').length).toBe(60);
  });
});
