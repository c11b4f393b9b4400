import { describe, expect, it } from 'vitest';
import { cardAgentHub } from '../../../analytics/detectors/cardAgentHub.js';
import { RELATED_PATIENT, RELATED_THING } from '../../../analytics/projection/details.js';
import {
  CLASS_PHARMACY,
  INSTITUTION_PHARMACY,
  type World,
} from '../../../analytics/projection/world.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { type HonestWorld, honestWorld, names, plantSwipes } from './honestWorld.js';
import { buildWorld, type PlainPatient } from './worldBuilder.js';

const detect = detectWith(cardAgentHub);

/** Telephones of one's own or of one's couple, homes in twenty villages. */
function telephones(seed: number): HonestWorld {
  const plain = honestWorld(seed, 500);
  const patients = plain.patients.map((p, i) => {
    const home = Math.floor(i / 2);
    // One in ten gives the telephone of a relative who lives elsewhere.
    const phone = plain.rng.next() < 0.1 ? Math.max(0, home - 1) : home;
    const village = `v${home % 20}`;
    return { ...p, village, address: `${village} ${home}`, phone: `139${phone}`, household: p.id };
  });
  return { ...plain, patients };
}

function give(plain: HonestWorld, members: readonly string[], more: Partial<PlainPatient>) {
  for (const p of plain.patients) if (members.includes(p.id)) Object.assign(p, more);
}

const MEMBERS = names(3, 9);

/** The world with one more relation of each person to one thing, or to one of the insured. */
function related(
  plain: HonestWorld,
  people: readonly string[],
  name: string,
  agent?: string,
): World {
  const world = buildWorld(plain);
  const at = (id: string) => world.patients.ids.indexOf(id);
  const from = people.filter((id) => id !== agent).map(at);
  const all = (value: number) => Int32Array.from(from, () => value);
  return {
    ...world,
    relations: {
      count: from.length,
      sourceKind: all(RELATED_PATIENT),
      source: Int32Array.from(from),
      targetKind: all(agent === undefined ? RELATED_THING : RELATED_PATIENT),
      target: all(agent === undefined ? 0 : at(agent)),
      name: all(0),
      names: [name],
      things: ['agent|A1'],
    },
  };
}

function swipe(
  plain: HonestWorld,
  patient: string,
  institution: string,
  day = plain.day(plain.rng.int(364)),
): void {
  plain.settlements.push({
    ...{ patient, institution, class: CLASS_PHARMACY, fund: 8000 },
    ...{ day, second: 30_000 + plain.rng.int(30_000) },
  });
}

/** Twelve cards of which two at a time have one telephone, and five pharmacies that strangers use, too, each one of them. */
function paired(seed: number, strangers = 60): { plain: HonestWorld; cards: readonly string[] } {
  const plain = telephones(seed);
  const cards = names(3, 12);
  for (let k = 0; k < 12; k += 2) give(plain, cards.slice(k, k + 2), { phone: `1370000${k}` });
  for (let h = 20; h < 25; h++)
    plain.institutions.push({ id: `ph${h}`, type: INSTITUTION_PHARMACY, county: '530102' });
  for (let k = 0; k < strangers; k++)
    swipe(plain, plain.patients[(8 * k + 5) % 500]!.id, `ph${20 + plain.rng.int(5)}`);
  return { plain, cards };
}

/** Two such cards go to one of the pharmacies at a time, all of them in turn, on one day unless told. */
function outingsOfPairs(dayOf: (plain: HonestWorld, day: number) => number = (_, day) => day) {
  const { plain, cards } = paired(87, 120);
  const outings = Array.from({ length: 18 }, (_, n) => ({
    place: `ph${20 + (n % 5)}`,
    day: plain.day(10 + 19 * n),
    pair: [cards[n % 12]!, cards[(n + 4 + 3 * Math.floor(n / 12)) % 12]!],
  }));
  for (const { place, day, pair } of outings)
    for (const card of pair) swipe(plain, card, place, dayOf(plain, day));
  return { plain, cards, outings };
}

function hub(seed = 81): HonestWorld {
  const plain = telephones(seed);
  give(plain, MEMBERS, { phone: '13800001111' });
  plantSwipes(plain, MEMBERS, { sessions: 10, pharmacies: ['ph2', 'ph5'] });
  return plain;
}

describe('card-agent-hub', () => {
  it('finds the cards of many homes behind one telephone that are used together', async () => {
    const [finding, ...others] = listed(await detect(buildWorld(hub())));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'patient')).toEqual([...MEMBERS].sort());
    expect(idsOf(finding!, 'institution')).toEqual(['ph2', 'ph5']);
    expect(finding!.reasons.map((r) => r.code)).toEqual([
      'card-agent-hub.one-phone',
      'card-agent-hub.used-together',
    ]);
    expect(finding!.reasons[0].measured).toBe(9);
    expect(finding!.reasons[0].expected).toBeLessThan(2);
    expect(finding!.fundAtRisk).toBeGreaterThanOrEqual(9 * 10 * 20_000 * 0.9);
  });

  it('finds the cards of an agent who has a telephone for every two of them', async () => {
    const { plain, cards } = paired(86);
    for (const [k, card] of cards.entries())
      for (let n = 0; n < 4; n++) swipe(plain, card, `ph${20 + ((k + n) % 5)}`);
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'patient')).toEqual([...cards].sort());
    expect(idsOf(finding!, 'institution')).toEqual(
      expect.arrayContaining(['ph20', 'ph21', 'ph22', 'ph23', 'ph24']),
    );
    expect(finding!.reasons[0].code).toBe('card-agent-hub.few-cards-each');
  });

  it('finds those of few visits by the days that they have in common, and who comes along', async () => {
    const { plain, outings, cards } = outingsOfPairs();
    const along = 'p0401';
    for (const { place, day } of outings.slice(0, 4)) swipe(plain, along, place, day);
    const findings = listed(await detect(buildWorld(plain)));
    const people = findings.flatMap((f) => idsOf(f, 'patient'));
    expect(people).toContain(along);
    expect(people.filter((id) => cards.includes(id)).length).toBeGreaterThanOrEqual(10);
    expect(people.length).toBeLessThanOrEqual(13);
    for (const { reasons } of findings)
      expect(reasons.map((r) => r.code)).toEqual([
        'card-agent-hub.few-cards-each',
        'card-agent-hub.used-together',
      ]);
  });

  it('lists nobody who was at the same places on days of his own', async () => {
    const { plain } = outingsOfPairs((world) => world.day(world.rng.int(364)));
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('puts up for review who shares places and hardly ever a day there', async () => {
    const { plain, cards } = paired(86);
    const taken = new Set<string>();
    for (const card of cards)
      for (let n = 0; n < 24; n++) {
        const place = `ph${20 + (n % 5)}`;
        let third = plain.rng.int(121);
        while (taken.has(`${place} ${third}`)) third = plain.rng.int(121);
        taken.add(`${place} ${third}`);
        swipe(plain, card, place, plain.day(3 * third + 1));
      }
    const [review, ...others] = await detect(buildWorld(plain));
    expect(others).toEqual([]);
    expect(review).toMatchObject({ status: 'review', p: null });
    expect(review!.reasons[0].p).toBeLessThan(0.01);
  });

  it('lets colleagues of several telephones go to town together', async () => {
    const { plain, cards } = outingsOfPairs();
    give(plain, cards, { employer: '县建筑公司' });
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.innocent[0]?.code).toBe('same-employer');
  });

  it('lists nobody in an honest world', async () => {
    for (const seed of [1, 2, 3]) expect(await detect(buildWorld(telephones(seed)))).toEqual([]);
  });

  it('lets the village doctor give his telephone for the village, and fetch for it', async () => {
    const plain = hub();
    give(plain, MEMBERS, { village: 'v7' });
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]).toMatchObject({ status: 'explained' });
    expect(findings[0]?.innocent[0]?.code).toBe('same-village');
  });

  it('lets a form’s default number be given by people who never meet', async () => {
    const plain = telephones(82);
    give(plain, names(1, 60), { phone: '13800000000' });
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('puts a telephone of many homes that go their own ways up for review', async () => {
    const plain = telephones(85);
    give(plain, names(3, 14), { phone: '13800002222' });
    const findings = await detect(buildWorld(plain));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ status: 'review', p: null });
    expect(findings[0]!.reasons[0].code).toBe('card-agent-hub.one-phone');
    expect(findings[0]!.reasons[0].settlements.length).toBeGreaterThan(0);
    expect(idsOf(findings[0]!, 'patient')).toEqual([...names(3, 14)].sort());
    give(plain, names(3, 14), { village: 'v7' });
    expect(await detect(buildWorld(plain))).toEqual([]);
  });

  it('lets the residents of a home have its telephone', async () => {
    const plain = hub();
    give(plain, MEMBERS, { birthDay: '1945-05-05' });
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.innocent[0]?.code).toBe('nursing-home');
  });

  it('lets colleagues have the telephone of their office', async () => {
    const plain = hub();
    give(plain, MEMBERS, { employer: '县建筑公司' });
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.innocent[0]?.code).toBe('same-employer');
  });

  it('puts a hub of unknown addresses up for review', async () => {
    const plain = hub();
    for (const p of plain.patients)
      if (MEMBERS.includes(p.id)) {
        delete (p as { address?: string }).address;
        delete (p as { village?: string }).village;
      }
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]).toMatchObject({ status: 'review', p: null });
  });

  it('finds the cards of many homes behind one proxy or payee, an insured person or not', async () => {
    const plain = telephones(83);
    plantSwipes(plain, MEMBERS, { sessions: 10, pharmacies: ['ph2', 'ph5'] });
    for (const [name, reason] of [
      ['proxy', 'card-agent-hub.one-proxy'],
      ['代办人', 'card-agent-hub.one-proxy'],
      ['收款账户', 'card-agent-hub.one-payee'],
    ]) {
      const [finding, ...others] = listed(await detect(related(plain, MEMBERS, name!)));
      expect(others).toEqual([]);
      expect(idsOf(finding!, 'patient')).toEqual([...MEMBERS].sort());
      expect(finding!.reasons[0].code).toBe(reason);
    }
    const [insured] = listed(await detect(related(plain, MEMBERS, 'proxy', MEMBERS[0])));
    expect(idsOf(insured!, 'patient')).toEqual([...MEMBERS].sort());
    expect(await detect(related(plain, MEMBERS, 'employer'))).toEqual([]);
  });

  it('lets a child act for parents who live together', async () => {
    const plain = telephones(84);
    give(plain, MEMBERS, { address: 'one home' });
    plantSwipes(plain, MEMBERS, { sessions: 10, pharmacies: ['ph2'] });
    expect(await detect(related(plain, MEMBERS, 'proxy'))).toEqual([]);
  });

  itBehaves(cardAgentHub, hub);
});
