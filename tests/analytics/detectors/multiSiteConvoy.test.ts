import { describe, expect, it } from 'vitest';
import { multiSiteConvoy } from '../../../analytics/detectors/multiSiteConvoy.js';
import { CLASS_PHARMACY } from '../../../analytics/projection/world.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { type HonestWorld, honestWorld, names } from './honestWorld.js';
import { buildWorld } from './worldBuilder.js';

const detect = detectWith(multiSiteConvoy);

/** People who go round two or three pharmacies now and then, each on a day of their own. */
function rounds(seed: number, count = 400): HonestWorld {
  const plain = honestWorld(seed, 500);
  for (let k = 0; k < count; k++)
    round(plain, [`p${String(plain.rng.int(500)).padStart(4, '0')}`], plain.rng.int(364), [
      `ph${plain.rng.int(8)}`,
      `ph${plain.rng.int(8)}`,
    ]);
  return plain;
}

/** The cards one after another at each pharmacy in turn. */
function round(
  plain: HonestWorld,
  cards: readonly string[],
  day: number,
  pharmacies: readonly string[],
): void {
  const start = 30_000 + plain.rng.int(20_000);
  for (const [stop, institution] of pharmacies.entries())
    for (const [place, patient] of cards.entries())
      plain.settlements.push({
        ...{ patient, institution, class: CLASS_PHARMACY, day: plain.day(day), fund: 8000 },
        second: start + stop * 2400 + place * 60 + plain.rng.int(20),
      });
}

function convoy(seed = 61, size = 6): HonestWorld {
  const plain = rounds(seed);
  for (let k = 0; k < 8; k++) round(plain, names(3, size), 10 + 40 * k, ['ph1', 'ph4', 'ph6']);
  return plain;
}

describe('multi-site-convoy', () => {
  it('finds the cards that go round together, and the pharmacies', async () => {
    const [finding, ...others] = listed(await detect(buildWorld(convoy())));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'patient')).toEqual(names(3, 6).sort());
    expect(idsOf(finding!, 'institution')).toEqual(['ph1', 'ph4', 'ph6']);
    expect(finding!.reasons.map((r) => r.code)).toEqual([
      'multi-site-convoy.same-round',
      'multi-site-convoy.card-order',
    ]);
    expect(finding!.reasons[0].measured).toBe(8 * 15);
    expect(finding!.fundAtRisk).toBeGreaterThanOrEqual(8 * 6 * 3 * 8000);
    expect(finding!.p).toBeLessThan(1e-3);
  });

  it('finds cards that make the same rounds each on days of its own', async () => {
    const plain = rounds(66, 60);
    const cards = names(3, 7);
    for (let k = 0; k < 70; k++)
      round(plain, [cards[k % 7]!], 5 * k, k % 3 === 0 ? ['ph4', 'ph1', 'ph6'] : ['ph1', 'ph4']);
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'patient')).toEqual([...cards].sort());
    expect(idsOf(finding!, 'institution')).toEqual(['ph1', 'ph4', 'ph6']);
    expect(finding!.reasons.map((r) => r.code)).toEqual(['multi-site-convoy.regular-rounds']);
    expect(finding!.reasons[0].measured).toBe(7);
    expect(finding!.reasons[0].expected).toBeLessThan(2);
  });

  it('lets a street be where people go again and again', async () => {
    const plain = rounds(67);
    for (let k = 0; k < 120; k++) {
      const walker = `p${String(k).padStart(4, '0')}`;
      for (let n = k % 6 === 0 ? 4 : 1 + (k % 2); n > 0; n--)
        round(plain, [walker], plain.rng.int(364), ['ph2', 'ph3']);
    }
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('lists nobody in an honest world', async () => {
    for (const seed of [1, 2, 3, 4]) expect(await detect(buildWorld(rounds(seed)))).toEqual([]);
  });

  it('lets a few friends go together', async () => {
    const findings = await detect(buildWorld(convoy(62, 4)));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.innocent[0]?.code).toBe('companions');
  });

  it('lets a family, and the carer of a home, go round', async () => {
    for (const key of ['household', 'address'] as const) {
      const plain = convoy();
      for (const p of plain.patients)
        if (names(3, 6).includes(p.id))
          Object.assign(p, { household: p.id, [key]: '长寿村敬老院1号' });
      const findings = await detect(buildWorld(plain));
      expect(listed(findings)).toEqual([]);
    }
  });

  it('lets the customers of a chain come to its event', async () => {
    const plain = rounds(63);
    for (let k = 0; k < 5; k++)
      for (const patient of names(2, 60)) round(plain, [patient], 10 + 60 * k, ['ph1', 'ph4']);
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  itBehaves(multiSiteConvoy, convoy);
});
