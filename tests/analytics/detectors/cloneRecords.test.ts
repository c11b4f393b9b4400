import { describe, expect, it } from 'vitest';
import { cloneRecords } from '../../../analytics/detectors/cloneRecords.js';
import { CLASS_INPATIENT, CLASS_OUTPATIENT } from '../../../analytics/projection/world.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { type HonestWorld, honestWorld } from './honestWorld.js';
import { buildWorld, type PlainSettlement } from './worldBuilder.js';

const detect = detectWith(cloneRecords);

/** The bill of a stay, item by item, as the case needs it. */
function bill(plain: HonestWorld): { item: string }[] {
  const items = new Set<string>();
  while (items.size < 10) items.add(`X${String(plain.rng.int(40)).padStart(2, '0')}`);
  return [...items].map((item) => ({ item }));
}

/** Three doctors in each of four hospitals, who treat four diseases as the case needs it. */
function wards(seed: number, edit = (s: PlainSettlement, _: HonestWorld) => s): HonestWorld {
  const plain = honestWorld(seed, 1200);
  const settlements = plain.settlements.map((s): PlainSettlement => {
    if (s.class !== CLASS_INPATIENT) return s;
    const doctor = `d-${s.institution}-${plain.rng.int(3)}`;
    const diagnosis = `J${plain.rng.int(4)}`;
    return edit({ ...s, doctor, diagnosis, items: bill(plain) }, plain);
  });
  return { ...plain, settlements };
}

const COPY = bill(honestWorld(1, 1));
const isClone = (s: PlainSettlement) => s.doctor === 'd-ho2-1' && s.diagnosis === 'J3';

/** Every bill of one doctor’s pneumonias but a few is the same; each lacks or has one item more. */
function copied(seed = 71): HonestWorld {
  return wards(seed, (s, { rng }) =>
    isClone(s) && rng.next() < 0.9
      ? { ...s, items: rng.next() < 0.5 ? COPY : [...COPY, { item: 'extra' }] }
      : s,
  );
}

describe('clone-records', () => {
  it('finds the doctor whose bills are one bill, and whose bills they are', async () => {
    const plain = copied();
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'doctor')).toEqual(['d-ho2-1']);
    expect(idsOf(finding!, 'institution')).toEqual(['ho2']);
    const clones = plain.settlements.filter(
      (s) => isClone(s) && s.items!.some((l) => l.item === COPY[0]!.item),
    );
    expect(finding!.reasons[0].code).toBe('clone-records.same-items');
    expect(finding!.reasons[0].measured).toBeGreaterThanOrEqual(10);
    expect(idsOf(finding!, 'patient').length).toBeGreaterThan(0.8 * clones.length);
  });

  it('lists nobody who treats as the case needs it', async () => {
    for (const seed of [1, 2, 3]) expect(await detect(buildWorld(wards(seed)))).toEqual([]);
  });

  it('knows a pathway that everybody keeps to', async () => {
    const plain = wards(72, (s, { rng }) =>
      s.diagnosis === 'J3' && rng.next() < 0.8 ? { ...s, items: COPY } : s,
    );
    expect(await detect(buildWorld(plain))).toEqual([]);
  });

  it('knows the template of a house by its other doctors', async () => {
    const plain = wards(73, (s, { rng }) =>
      s.institution === 'ho2' && s.diagnosis === 'J3' && rng.next() < 0.9
        ? { ...s, items: COPY }
        : s,
    );
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings.length).toBeGreaterThan(0);
    for (const f of findings)
      expect([f.status, f.innocent[0]!.code]).toEqual(['explained', 'pathway-template']);
  });

  /** Twenty houses that treat four diseases as the case needs it; one of them writes J3 from two lists by turns. */
  function rewritten(
    edit: (s: PlainSettlement, plain: HonestWorld) => PlainSettlement,
  ): HonestWorld {
    const plain = honestWorld(76, 100);
    for (let k = 0; k < 3000; k++) {
      const institution = `w${k % 20}`;
      const s: PlainSettlement = {
        ...{ patient: `q${k}`, institution, doctor: `d-${institution}-${k % 3}` },
        ...{
          diagnosis: `J${(k >> 5) % 4}`,
          class: CLASS_INPATIENT,
          day: plain.day(plain.rng.int(365)),
        },
        ...{ second: 36_000, fund: 20_000, items: bill(plain) },
      };
      plain.settlements.push(institution === 'w7' ? edit(s, plain) : s);
    }
    return plain;
  }
  const lists = [0, 1].map((list) => [...Array(12)].map((_, i) => `Y${list}-${i}`));
  /** One line in five is another. */
  const disguised = (s: PlainSettlement, { rng }: HonestWorld): PlainSettlement => ({
    ...s,
    items: lists[rng.int(2)]!.map((item) => ({
      item: rng.next() < 0.2 ? `X${String(rng.int(40)).padStart(2, '0')}` : item,
    })),
  });

  it('finds two lists that several doctors rewrite by turns', async () => {
    const plain = rewritten((s, world) => (s.diagnosis === 'J3' ? disguised(s, world) : s));
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['w7']);
    expect(idsOf(finding!, 'doctor').length).toBeGreaterThan(1);
    expect(finding!.reasons[0].code).toBe('clone-records.rewritten-items');
    expect(finding!.reasons[0].measured).toBeGreaterThan(25);
    expect(finding!.reasons[0].expected).toBeLessThan(2);
  });

  it('knows a house that has such lists for other diagnoses, and one that is like another house', async () => {
    const every = rewritten((s, world) => {
      if (s.diagnosis! < 'J2') return s;
      const own = disguised(s, world).items!.map(({ item }) => ({ item: `${s.diagnosis}${item}` }));
      return { ...s, items: own };
    });
    const all = await detect(buildWorld(every));
    expect(all.length).toBeGreaterThan(0);
    expect(listed(all)).toEqual([]);
    const two = rewritten((s, world) => (s.diagnosis === 'J3' ? disguised(s, world) : s));
    const settlements = two.settlements.map((s) =>
      s.institution === 'w8' && s.diagnosis === 'J3' ? disguised(s, two) : s,
    );
    const both = await detect(buildWorld({ ...two, settlements }));
    expect(both.map((f) => f.innocent[0]!.code)).toContain('pathway-template');
    expect(listed(both)).toEqual([]);
  });

  it('says nothing of what nobody else treats', async () => {
    const plain = rewritten((s, world) =>
      s.diagnosis === 'J3' ? { ...disguised(s, world), diagnosis: 'rare' } : s,
    );
    expect(await detect(buildWorld(plain))).toEqual([]);
  });

  /** One doctor of the house has all of a disease and copies it; `others` do with theirs what they like. */
  const alone = (others: (s: PlainSettlement, plain: HonestWorld) => PlainSettlement | null) => {
    const plain = wards(74, (s, world) => {
      if (s.institution !== 'ho2') return s;
      if (s.diagnosis !== 'J3') return others(s, world) ?? s;
      return { ...s, doctor: 'alone', items: world.rng.next() < 0.9 ? COPY : bill(copied(1)) };
    });
    return detect(buildWorld(plain));
  };

  it('judges who is alone with the disease by how the house treats the others', async () => {
    const [finding] = await alone(() => null);
    expect(finding).toMatchObject({ status: 'finding' });
    expect(idsOf(finding!, 'doctor')).toEqual(['alone']);
    const pathways = await alone((s, { rng }) =>
      rng.next() < 0.9 ? { ...s, items: [...COPY, { item: s.diagnosis! }] } : null,
    );
    expect(listed(pathways).filter((f) => idsOf(f, 'doctor').includes('alone'))).toEqual([]);
  });

  it('puts up for review who is alone in the house', async () => {
    const [finding] = await alone((s) => ({ ...s, doctor: 'alone' }));
    expect(finding).toMatchObject({ status: 'review', p: null });
  });

  /** Everybody who comes to one doctor of a clinic gets one list; `edit` says on which day, and who comes. */
  function counter(edit: (s: PlainSettlement, k: number) => PlainSettlement): HonestWorld {
    const plain = wards(75);
    for (let k = 0; k < 480; k++) {
      const institution = `ho${k % 4}`;
      const doctor = `desk-${institution}-${(k >> 2) % 3}`;
      const s: PlainSettlement = {
        ...{ patient: `p${String(k).padStart(4, '0')}`, institution, doctor, diagnosis: 'M54' },
        ...{ class: CLASS_OUTPATIENT, day: plain.day(plain.rng.int(365)), second: 36_000 },
        ...{ fund: 20_000, items: bill(plain).slice(0, 6) },
      };
      plain.settlements.push(doctor === 'desk-ho1-2' ? edit(s, k) : s);
    }
    return plain;
  }
  const six = COPY.slice(0, 6);

  it('finds the list that everybody gets at the counter', async () => {
    const [finding, ...others] = listed(
      await detect(buildWorld(counter((s) => ({ ...s, items: six })))),
    );
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'doctor')).toEqual(['desk-ho1-2']);
    expect(finding!.reasons[0]).toMatchObject({ code: 'clone-records.same-items', measured: 40 });
  });

  it('lets one person come for the same every month, and a day of check-ups be alike', async () => {
    const monthly = counter((s, k) => ({ ...s, patient: `p000${k % 5}`, items: six }));
    expect(await detect(buildWorld(monthly))).toEqual([]);
    const checkup = counter((s) => ({ ...s, day: 20_200, items: six }));
    const [finding, ...others] = await detect(buildWorld(checkup));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ status: 'explained' });
    expect(finding!.innocent[0]!.code).toBe('checkup-day');
  });

  itBehaves(cloneRecords, copied);
});
