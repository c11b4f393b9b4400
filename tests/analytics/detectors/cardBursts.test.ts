import { describe, expect, it } from 'vitest';
import { withBursts } from '../../../analytics/detectors/cardBursts.js';
import { type District, district, pharmacy, purchase, stay, strangers } from '../cases/district.js';
import { idsOf, listed } from './detecting.js';
import { buildWorld } from './worldBuilder.js';

const bursts = (plain: District, signal?: AbortSignal) =>
  withBursts(buildWorld(plain), [], { q: 0.05, version: 1 }, signal ? { signal } : {});

/** Ten pharmacies with some twenty customers a day. */
const quiet = (seed: number) =>
  district(seed, { people: 700, pharmacies: 10, days: 70, purchases: 16, visits: 0, stays: 0 });

interface Rush {
  readonly at?: number;
  readonly day?: number;
  readonly from?: number;
  /** Seconds between two, and what is added to it by chance. */
  readonly gap?: number;
  readonly jitter?: number;
  readonly cards?: readonly string[];
}

function rush(plain: District, of: Rush): readonly string[] {
  const { at = 3, day = 46, from = 9 * 3600, gap = 180, jitter = 12 } = of;
  const cards = of.cards ?? strangers(plain, 1, 120);
  for (const [k, card] of cards.entries())
    purchase(plain, card, at, day, {
      second: from + Math.floor(gap * k + jitter * plain.rng.next()),
      fund: 28_000,
    });
  return cards;
}

/** People who come when they like during a day. */
const crowd = (plain: District, at: number, day = 46) =>
  rush(plain, { at, day, gap: 0, jitter: 11 * 3600 });

describe('rushes at a pharmacy', () => {
  it('are found where cards go through one after another as no queue does', () => {
    const plain = quiet(521);
    const cards = rush(plain, {});
    const [finding, ...others] = listed(bursts(plain));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual([pharmacy(3)]);
    expect(idsOf(finding!, 'patient')).toEqual(expect.arrayContaining([...cards].sort()));
    expect(finding!.reasons[0].code).toBe('card-farming-pharmacy.burst');
    expect(finding!.reasons[0].measured).toBeGreaterThan(4 * finding!.reasons[0].expected);
    expect(finding!.reasons.map((r) => r.code)).toContain('card-farming-pharmacy.even-gaps');
    expect(finding!.fundAtRisk).toBeGreaterThanOrEqual(120 * 28_000);
  });

  it('are found where the holders lie in hospital', () => {
    const plain = quiet(522);
    const cards = crowd(plain, 3);
    for (const card of cards.slice(0, 20)) stay(plain, card, 1, 42, 9);
    const [finding] = listed(bursts(plain));
    expect(finding!.reasons.map((r) => r.code)).toContain(
      'card-farming-pharmacy.swiped-in-hospital',
    );
  });

  it.each([
    ['a promotion', [3]],
    ['an event of a chain', [1, 3, 4, 7]],
  ])('are %s where the customers come by themselves', (_, places) => {
    const plain = quiet(523);
    for (const at of [0, 2, 5, 6, 8, 9]) crowd(plain, at, 10 + 3 * at);
    for (const at of places) crowd(plain, at);
    const found = bursts(plain);
    expect(listed(found)).toEqual([]);
    expect(
      found.some((f) => f.status === 'explained' && f.innocent[0]!.code === 'promotion-day'),
    ).toBe(true);
  });

  it('are a market day where the whole county is busier', () => {
    const plain = quiet(524);
    for (let at = 0; at < 10; at++) crowd(plain, at);
    const found = bursts(plain);
    expect(listed(found)).toEqual([]);
    const innocent = found.flatMap((f) => f.innocent).filter((x) => x.code === 'market-day');
    expect(innocent.filter((x) => x.q > 0.05 && x.weight > 0.5).length).toBeGreaterThan(4);
  });

  it('are a carer’s round where the cards have one address', () => {
    const plain = quiet(525);
    const cards = strangers(plain, 1, 60);
    plain.patients.forEach((p, i) => {
      if (cards.includes(p.id)) plain.patients[i] = { ...p, address: '敬老院', household: p.id };
    });
    rush(plain, { cards, gap: 60, jitter: 2 });
    const found = bursts(plain);
    expect(listed(found)).toEqual([]);
    expect(found[0]!.innocent[0]!.code).toBe('same-address');
  });

  it('become a reason of the ring whose cards they are', () => {
    const plain = quiet(526);
    rush(plain, {});
    const world = buildWorld(plain);
    const [ring] = listed(bursts(plain));
    const without = { ...ring!, reasons: [ring!.reasons[1]!] as const, p: 1e-9 };
    const told = withBursts(world, [without], { q: 0.05, version: 1 }, {});
    expect(told.length).toBe(1);
    expect(told[0]!.reasons.map((r) => r.code)).toContain('card-farming-pharmacy.burst');
    expect(told[0]!.p).toBeCloseTo(1e-9 / 0.9, 15);
  });

  it('are none in honest counties, and of nothing', () => {
    for (const seed of [1, 2, 3]) expect(listed(bursts(quiet(seed)))).toEqual([]);
    expect(withBursts(buildWorld({ settlements: [] }), [], { q: 0.05, version: 1 }, {})).toEqual(
      [],
    );
  });

  it('stop when they are told to', () => {
    expect(() => bursts(quiet(1), AbortSignal.abort())).toThrow('Cancelled');
  });
});
