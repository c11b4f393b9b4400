import { describe, expect, it } from 'vitest';
import { cardFarmingPharmacy } from '../../../analytics/detectors/cardFarming.js';
import type { Finding } from '../../../analytics/model/finding.js';
import type { World } from '../../../analytics/projection/world.js';
import { type HonestWorld, honestWorld, names, plantSwipes } from './honestWorld.js';
import { buildWorld } from './worldBuilder.js';

async function detect(world: World, signal?: AbortSignal): Promise<readonly Finding[]> {
  const params = cardFarmingPharmacy.parameters.parse({});
  const context = { seed: 7, ...(signal ? { signal } : {}) };
  const screened = cardFarmingPharmacy.screen!(world, params, context);
  return cardFarmingPharmacy.detect(world, params, context, screened);
}

const listed = (findings: readonly Finding[]) =>
  findings.filter((f) => f.status === 'finding' && f.p !== null && f.p <= 0.05);

const people = (f: Finding) => f.subjects.filter((s) => s.kind === 'patient').map((s) => s.id);

function sevenCards(edit: (w: HonestWorld) => void = () => {}): HonestWorld {
  const plain = honestWorld(11);
  plantSwipes(plain, names(3, 7), { sessions: 14, pharmacies: ['ph2', 'ph5'] });
  edit(plain);
  return plain;
}

describe('card-farming-pharmacy', () => {
  it('finds unrelated cards swiped together, names the pharmacies and the money', async () => {
    const [finding, ...others] = listed(await detect(buildWorld(sevenCards())));
    expect(others).toEqual([]);
    expect(people(finding!).sort()).toEqual(names(3, 7).sort());
    expect(
      finding!.subjects
        .filter((s) => s.role === 'core')
        .map((s) => s.id)
        .sort(),
    ).toEqual(['ph2', 'ph5']);
    expect(finding!.reasons[0].code).toBe('card-farming-pharmacy.joint-swipes');
    expect(finding!.reasons[0].measured).toBeGreaterThan(5 * finding!.reasons[0].expected);
    expect(finding!.fundAtRisk).toBeGreaterThan(7 * 13 * 20_000 * 0.8);
  });

  it('lists nobody in an honest world', async () => {
    for (const seed of [1, 2, 3])
      expect(listed(await detect(buildWorld(honestWorld(seed))))).toEqual([]);
  });

  it('finds cards that always come at one hour of the night, on chosen days', async () => {
    const plain = honestWorld(14);
    const hours = [22.3, 0.7] as const;
    plantSwipes(plain, names(3, 9), { sessions: 5, pharmacies: ['ph2'], hours });
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(people(finding!).sort()).toEqual(names(3, 9).sort());
    expect(finding!.reasons.map((r) => r.code)).toContain('card-farming-pharmacy.closed-hours');
  });

  it('lets the regulars of a monthly promotion queue together', async () => {
    const plain = honestWorld(15);
    const days = Array.from({ length: 12 }, (_, month) => {
      const at = Date.UTC(2025, month, 16) - Date.UTC(2025, 0, 1);
      return at / 86_400_000;
    });
    for (const regular of names(3, 12))
      plantSwipes(plain, [regular], {
        sessions: 12,
        pharmacies: ['ph2'],
        hours: [7.5, 0.7],
        days: days.filter(() => plain.rng.next() < 0.7).concat(days),
      });
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('lets a family shop together', async () => {
    const plain = sevenCards((w) => {
      for (const p of w.patients)
        if (names(3, 7).includes(p.id)) Object.assign(p, { household: 'one home' });
    });
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  /** People who go out together, each for what he needs: whatever the day, at two pharmacies. */
  function outings(count: number, edit: (w: HonestWorld) => void = () => {}): HonestWorld {
    const plain = honestWorld(16);
    const before = plain.settlements.length;
    plantSwipes(plain, names(3, count), { sessions: 14, pharmacies: ['ph2', 'ph5'] });
    for (const s of plain.settlements.slice(before))
      Object.assign(s, { basket: 1000 + plain.rng.int(1e6), fund: 2000 + plain.rng.int(4000) });
    edit(plain);
    return plain;
  }

  it('lets friends go to two pharmacies together', async () => {
    const findings = await detect(buildWorld(outings(4)));
    expect(listed(findings)).toEqual([]);
    const [friends] = findings.filter((f) => people(f).includes(names(3, 1)[0]!));
    expect(friends?.status).toBe('explained');
    expect(friends?.innocent[0]).toMatchObject({ code: 'companions', q: 1 });
  });

  it('lets neighbours go to town together, however many', async () => {
    const neighbours = (w: HonestWorld) => {
      for (const p of w.patients)
        if (names(3, 7).includes(p.id)) Object.assign(p, { village: '康青村' });
    };
    expect(listed(await detect(buildWorld(outings(7)))).map(people)).toEqual([names(3, 7)]);
    const findings = await detect(buildWorld(outings(7, neighbours)));
    expect(listed(findings)).toEqual([]);
    expect(findings.some((f) => f.innocent[0]?.code === 'companions')).toBe(true);
    const alike = await detect(buildWorld(sevenCards(neighbours)));
    expect(listed(alike).map((f) => people(f).sort())).toEqual([names(3, 7).sort()]);
  });

  it('lets the village of a round stand for it where the market draws others in', async () => {
    // Five of one village go together, and at each of their outings some of other villages are there by chance.
    const market = (w: HonestWorld, own: string) => {
      const [five, others] = [names(3, 5), names(60, 28)];
      for (const p of w.patients) {
        if (five.includes(p.id)) Object.assign(p, { village: own });
        if (others.includes(p.id)) Object.assign(p, { village: `村${Number(p.id.slice(1)) % 5}` });
      }
      const rows = w.settlements.filter((s) => five.includes(s.patient)).slice(-5 * 14);
      for (const [k, s] of rows.entries())
        if (k % 5 === 0)
          for (const patient of [others[k / 5]!, others[14 + k / 5]!])
            w.settlements.push({ ...s, patient, basket: w.rng.int(1e6) });
    };
    const villagers = await detect(buildWorld(outings(5, (w) => market(w, '康青村'))));
    expect(listed(villagers)).toEqual([]);
    expect(villagers.some((f) => f.innocent[0]?.code === 'companions')).toBe(true);
  });

  it('lets neighbours take the same medicine every month', async () => {
    // Each has a basket of his own, month after month; that of three is the same.
    const standing = (w: HonestWorld) => {
      const kept = new Map(names(3, 9).map((p, k) => [p, 500 + Math.max(0, k - 2)]));
      for (const p of w.patients) if (kept.has(p.id)) Object.assign(p, { village: '康青村' });
      for (const s of w.settlements.slice(-14 * 9))
        Object.assign(s, { basket: kept.get(s.patient), fund: 2000 });
    };
    const findings = await detect(buildWorld(outings(9, standing)));
    expect(listed(findings)).toEqual([]);
    const [round] = findings.filter((f) => people(f).includes(names(3, 1)[0]!));
    expect(round?.innocent[0]?.code).toBe('companions');
    // What changes from time to time, and for all together, is nobody's own medicine.
    const dealt = (w: HonestWorld) => {
      standing(w);
      for (const [k, s] of w.settlements.slice(-14 * 9).entries())
        Object.assign(s, { basket: 900 + Math.floor(k / 9) });
    };
    const together = await detect(buildWorld(outings(9, dealt)));
    expect(listed(together).map((f) => people(f).sort())).toEqual([names(3, 9).sort()]);
  });

  it('lets the residents of one address be fetched their medicine together', async () => {
    const plain = sevenCards((w) => {
      for (const p of w.patients)
        if (names(3, 7).includes(p.id)) Object.assign(p, { address: '敬老院', household: p.id });
    });
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    const explained = findings.find((f) => f.status === 'explained');
    expect(explained?.innocent[0]?.code).toBe('same-address');
    expect(explained?.innocent[0]?.q).toBeGreaterThan(0.05);
  });

  it('does not take three people of unknown homes for a ring', async () => {
    const plain = honestWorld(12);
    plantSwipes(plain, names(3, 3), { sessions: 14, pharmacies: ['ph2'] });
    for (const p of plain.patients)
      if (names(3, 3).includes(p.id)) delete (p as { household?: string }).household;
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings.some((f) => f.status === 'review' && f.p === null)).toBe(true);
  });

  it('leaves it to a person where a care home cannot be told', async () => {
    const unknown = (pharmacies: readonly string[]) => {
      const plain = honestWorld(12);
      plantSwipes(plain, names(3, 22), { sessions: 14, pharmacies });
      const patients = plain.patients.map(({ household: _, ...rest }) => rest);
      return detect(buildWorld({ ...plain, patients }));
    };
    const findings = await unknown(['ph2']);
    expect(listed(findings)).toEqual([]);
    const found = findings.find((f) => f.status === 'review' && people(f).length >= 22);
    expect(found?.p).toBeNull();
    const homes = found?.reasons.find((r) => r.code === 'card-farming-pharmacy.homes-unknown');
    expect(homes?.measured).toBe(people(found!).length);
    const [rotating] = listed(await unknown(['ph2', 'ph5']));
    expect(people(rotating!)).toEqual(expect.arrayContaining(names(3, 22)));
  });

  it('lets a promotion day be a promotion day', async () => {
    const plain = honestWorld(13);
    plantSwipes(plain, names(1, 50), { sessions: 2, pharmacies: ['ph1'], spreadS: 5400 });
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('says the same whatever the order of the rows, and of other names the same', async () => {
    const plain = sevenCards();
    const shuffled = {
      ...plain,
      settlements: plain.settlements.map((s, i) => ({ ...s, id: `s${i}` })),
    };
    const turned = { ...shuffled, settlements: [...shuffled.settlements].reverse() };
    expect(await detect(buildWorld(turned))).toEqual(await detect(buildWorld(shuffled)));
  });

  it('says nothing of nothing', async () => {
    expect(await detect(buildWorld({ settlements: [] }))).toEqual([]);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(detect(buildWorld(sevenCards()), stop.signal)).rejects.toMatchObject({
      kind: 'cancelled',
    });
  });
});
