import { describe, expect, it } from 'vitest';
import { drugResaleRing } from '../../../analytics/detectors/drugResaleRing.js';
import {
  CLASS_PHARMACY,
  INSTITUTION_HOSPITAL,
  INSTITUTION_PHARMACY,
} from '../../../analytics/projection/world.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { type HonestWorld, honestWorld, names } from './honestWorld.js';
import { buildWorld, type PlainSettlement } from './worldBuilder.js';

const detect = detectWith(drugResaleRing);
const DRUGS = 12;
const CATALOGUE = Array.from({ length: DRUGS }, (_, k) => ({ id: `X${k}`, resaleRisk: 3 }));

/** The same as so many ingredients: `X1` and `X2` are two strengths of one. */
const INGREDIENTS = CATALOGUE.map((item, k) => ({
  ...item,
  name: `${'甲乙丙丁戊己庚辛壬癸子丑'[k]}氯沙坦片`,
}));

type World = HonestWorld & { catalogue: typeof CATALOGUE };

function fetches(
  plain: HonestWorld,
  patient: string,
  place: string,
  day: number,
  item: string,
  supplyDays = 30,
): void {
  const bought: PlainSettlement = {
    ...{ patient, institution: place, class: CLASS_PHARMACY, day: plain.day(day % 365) },
    ...{
      second: 30_000 + plain.rng.int(30_000),
      fund: 12_000,
      doctor: `d-${place}-${plain.rng.int(3)}`,
    },
    items: [
      { item, supplyDays, fen: 8_000 },
      { item: 'other', fen: 4_000 },
    ],
  };
  plain.settlements.push(bought);
}

/** Everybody takes one or two of the drugs every month, mostly from one place, on days of their own. */
function takers(seed: number): World {
  const plain = honestWorld(seed, 700);
  for (let h = 8; h < 30; h++)
    plain.institutions.push({ id: `ph${h}`, type: INSTITUTION_PHARMACY, county: '530102' });
  for (const { id } of [...plain.patients]) {
    const usual = plain.rng.int(30);
    for (let drug = plain.rng.int(2); drug < 2; drug++) {
      const item = `X${plain.rng.int(DRUGS)}`;
      for (let day = plain.rng.int(30); day < 365; day += 25 + plain.rng.int(20))
        fetches(plain, id, `ph${plain.rng.next() < 0.2 ? plain.rng.int(30) : usual}`, day, item);
    }
  }
  return { ...plain, catalogue: CATALOGUE };
}

/** Eight cards that one man takes round six pharmacies for four drugs; each day another card. */
function collected(seed = 81): World {
  const plain = takers(seed);
  const cards = names(3, 8);
  for (let k = 0; k < 8 * 40; k++) {
    const place = `ph${10 + plain.rng.int(6)}`;
    fetches(plain, cards[k % 8]!, place, Math.floor(k * 1.1), `X${plain.rng.int(4)}`);
  }
  return { ...plain, catalogue: INGREDIENTS };
}

describe('drug-resale-ring', () => {
  it('keeps cards of which each has its errands in common with one other only', async () => {
    const plain = takers(82);
    const rounds = [
      [10, 11, 12],
      [11, 12, 13, 14],
      [13, 14, 15],
    ];
    const cards = names(3, rounds.length);
    for (const [k, places] of rounds.entries())
      for (let day = k; day < 365; day += 5) {
        const place = places[plain.rng.int(places.length)];
        fetches(plain, cards[k]!, `ph${place}`, day, `X${plain.rng.int(4)}`);
      }
    const found = listed(await detect(buildWorld({ ...plain, catalogue: INGREDIENTS })));
    const ring = found.find((f) => f.kind === 'ring');
    expect(idsOf(ring!, 'patient')).toEqual([...cards].sort());
  });

  it('finds the cards of one collector, the pharmacies and the drugs', async () => {
    const [finding, ...others] = listed(await detect(buildWorld(collected())));
    expect(others).toEqual([]);
    expect(finding!.kind).toBe('ring');
    expect(idsOf(finding!, 'patient')).toEqual(names(3, 8).sort());
    expect(finding!.reasons.map((r) => r.code)).toEqual([
      'drug-resale-ring.same-drugs-same-places',
      'drug-resale-ring.supply-for-each-day',
      'drug-resale-ring.places',
      'drug-resale-ring.prescribers',
    ]);
    const [together, supply] = finding!.reasons;
    expect(together.measured).toBeGreaterThan(3 * together.expected);
    expect(supply!.measured).toBeGreaterThan(3);
    expect(finding!.fundAtRisk).toBeGreaterThan(1_000_000);
    expect(finding!.fundAtRisk).toBeLessThan(8 * 65 * 8_000);
  });

  it('finds a small ring beside a large one whose cards go everywhere for everything', async () => {
    const plain = collected(85);
    const cards = names(500, 12);
    for (let k = 0; k < 12 * 130; k++)
      fetches(
        plain,
        cards[k % 12]!,
        `ph${16 + plain.rng.int(9)}`,
        Math.floor(k / 4.5),
        `X${4 + plain.rng.int(8)}`,
      );
    const rings = listed(await detect(buildWorld(plain))).map((f) => idsOf(f, 'patient'));
    expect(rings).toContainEqual(names(3, 8).sort());
    expect(rings).toContainEqual(cards.sort());
  });

  it('finds one person who goes everywhere', async () => {
    const plain = takers(82);
    for (let k = 0; k < 120; k++) fetches(plain, 'p0123', `ph${k % 20}`, 3 * k, `X${k % 10}`, 60);
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(finding!.kind).toBe('entity');
    expect(idsOf(finding!, 'patient')).toEqual(['p0123']);
    expect(finding!.reasons[0].measured).toBeGreaterThan(15);
    expect(finding!.reasons[1]).toMatchObject({ code: 'drug-resale-ring.places' });
  });

  it('lists nobody in honest worlds', async () => {
    for (const seed of [1, 2]) expect(listed(await detect(buildWorld(takers(seed))))).toEqual([]);
  });

  it('lets the very ill take many drugs from a few places', async () => {
    const plain = takers(83);
    for (const [k, patient] of names(5, 12).entries())
      for (let drug = 0; drug < 9; drug++)
        for (let month = 0; month < 12; month++)
          fetches(plain, patient, `ph${(k + (month % 2)) % 30}`, 30 * month + k, `X${drug}`);
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('takes a hospital and the pharmacy at its gate for one place', async () => {
    const ill = (gateKm: number) => {
      const plain = takers(87);
      const at = { county: '530102', lng: 102.7 };
      plain.institutions.push(
        { id: 'clinic', type: INSTITUTION_HOSPITAL, ...at, lat: 25 },
        { id: 'gate', type: INSTITUTION_PHARMACY, ...at, lat: 25 + gateKm / 111 },
      );
      for (const [k, patient] of names(5, 8).entries())
        for (let n = 0; n < 48; n++) {
          const place = n % 6 === 5 ? `ph${(k + n) % 30}` : n % 2 ? 'gate' : 'clinic';
          fetches(plain, patient, place, n * 7 + k, `X${n % 3}`);
        }
      return { ...plain, catalogue: INGREDIENTS };
    };
    const rings = async (gateKm: number) =>
      listed(await detect(buildWorld(ill(gateKm)))).filter((f) => f.kind === 'ring').length;
    expect([await rings(3), await rings(0.2)]).toEqual([1, 0]);
  });

  it('lets a family be one', async () => {
    const plain = collected(84);
    const patients = plain.patients.map((p) =>
      names(3, 8).includes(p.id) ? { ...p, household: 'one', address: '一条街 12 号' } : p,
    );
    const rings = listed(await detect(buildWorld({ ...plain, patients }))).filter(
      (f) => f.kind === 'ring',
    );
    expect(rings).toEqual([]);
  });

  itBehaves(drugResaleRing, collected);
});
