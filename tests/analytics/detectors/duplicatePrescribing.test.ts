import { describe, expect, it } from 'vitest';
import { duplicatePrescribing } from '../../../analytics/detectors/duplicatePrescribing.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { type HonestWorld, honestWorld } from './honestWorld.js';
import { buildWorld, type PlainSettlement } from './worldBuilder.js';

const detect = detectWith(duplicatePrescribing);

function given(
  plain: HonestWorld,
  patient: string,
  hospital: string,
  day: number,
  line: { item: string; supplyDays: number },
): void {
  const visit: PlainSettlement = {
    ...{ patient, institution: hospital, doctor: `d-${hospital}`, day: plain.day(day) },
    ...{
      second: 36_000,
      fund: 20_000,
      items: [
        { ...line, fen: 10_000 },
        { item: 'other', fen: 10_000 },
      ],
    },
  };
  plain.settlements.push(visit);
}

/** People whose monthly drug comes from one hospital, and now and then too early from another. */
function refills(seed: number): HonestWorld {
  const plain = honestWorld(seed, 1300);
  for (const { id } of [...plain.patients]) {
    const item = `盐酸药${plain.rng.int(6)}片`;
    const usual = `ho${plain.rng.int(4)}`;
    for (let day = plain.rng.int(30); day < 365; day += 22 + plain.rng.int(12))
      given(plain, id, plain.rng.next() < 0.06 ? `ho${plain.rng.int(4)}` : usual, day, {
        item,
        supplyDays: 30,
      });
  }
  return plain;
}

/** Somebody who has the same drug prescribed by all four hospitals every month. */
function shopper(seed = 61, edit: (k: number) => string = () => '盐酸药1缓释片'): HonestWorld {
  const plain = refills(seed);
  for (let k = 0; k < 48; k++)
    given(plain, 'p0100', `ho${k % 4}`, 4 + 7 * k, { item: edit(k), supplyDays: 60 });
  return plain;
}

describe('duplicate-prescribing', () => {
  it('finds who is given the same ingredient by several hospitals at once', async () => {
    const [finding, ...others] = listed(await detect(buildWorld(shopper())));
    expect(others).toEqual([]);
    expect(finding!.kind).toBe('entity');
    expect(idsOf(finding!, 'patient')).toEqual(['p0100']);
    const [overlap, hospitals] = finding!.reasons;
    expect(overlap.measured).toBeGreaterThan(1500);
    expect(overlap.expected).toBeLessThan(100);
    expect(hospitals!.measured).toBe(4);
    expect(finding!.fundAtRisk).toBeGreaterThan(300_000);
    expect(finding!.fundAtRisk).toBeLessThan(650_000);
  });

  it('finds who has one drug after another doubled, each for a month only', async () => {
    const plain = refills(66);
    for (let k = 0; k < 6; k++)
      for (const [n, day] of [3, 5, 61].entries())
        given(plain, 'p0200', `ho${(k + (n % 2)) % 4}`, day + 45 * k, {
          ...{ item: `磷酸剂${'甲乙丙丁戊己'[k]}片`, supplyDays: 28 },
        });
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'patient')).toEqual(['p0200']);
    expect(finding!.reasons[0].measured).toBeGreaterThan(120);
  });

  it('finds who goes round three hospitals, two of them at a time', async () => {
    const plain = refills(68);
    for (let k = 0; k < 14; k++)
      for (const n of [0, 1])
        given(plain, 'p0250', `ho${(k + n) % 3}`, 3 + 25 * k + 5 * n, {
          ...{ item: '盐酸药3片', supplyDays: 40 },
        });
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'patient')).toEqual(['p0250']);
  });

  it('lets a specialist give two months beside two hospitals that go on', async () => {
    const plain = refills(69);
    for (let k = 0; k < 24; k++)
      given(plain, 'p9000', `ho${k % 2}`, 15 * k, { item: '盐酸药2片', supplyDays: 30 });
    given(plain, 'p9000', 'ho2', 200, { item: '盐酸药2片', supplyDays: 60 });
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('hides nobody behind a few who do it all the time', async () => {
    const plain = refills(67);
    for (let m = 0; m < 8; m++)
      for (let k = 0; k < 48; k++)
        given(plain, `p0${300 + m}`, `ho${k % 4}`, 4 + 7 * k, {
          ...{ item: '盐酸药1片', supplyDays: 60 },
        });
    for (let k = 0; k < 12; k++)
      given(plain, 'p0400', `ho${k % 3}`, 100 + 6 * k, { item: '盐酸药2片', supplyDays: 30 });
    const found = listed(await detect(buildWorld(plain))).flatMap((f) => idsOf(f, 'patient'));
    expect(found).toHaveLength(9);
    expect(found).toContain('p0400');
  });

  it('lists nobody in honest worlds', async () => {
    for (const seed of [1, 2]) expect(listed(await detect(buildWorld(refills(seed))))).toEqual([]);
  });

  it('lets the dose be changed', async () => {
    // Another strength each time: what was left of the last one is not taken any more.
    const strength = (k: number) => `${5 * (k + 1)}mg`;
    const plain = refills(62);
    for (let k = 0; k < 48; k++)
      given(plain, 'p9000', `ho${k % 4}`, 4 + 7 * k, { item: strength(k), supplyDays: 60 });
    const catalogue = Array.from({ length: 48 }, (_, k) => ({
      id: strength(k),
      name: '盐酸药1片',
    }));
    const findings = await detect(buildWorld({ ...plain, catalogue }));
    expect(listed(findings)).toEqual([]);
    expect(findings.map((f) => [f.status, f.innocent[0]!.code])).toEqual([
      ['explained', 'dose-change'],
    ]);
  });

  it('takes makers by turns for no change of dose', async () => {
    const plain = shopper(65, (k) => `maker ${k % 4}`);
    const catalogue = [0, 1, 2, 3].map((k) => ({ id: `maker ${k}`, name: '盐酸药1片' }));
    const [finding] = listed(await detect(buildWorld({ ...plain, catalogue })));
    expect(idsOf(finding!, 'patient')).toEqual(['p0100']);
  });

  it('lets one hospital not know of another', async () => {
    const plain = refills(66);
    for (let k = 0; k < 24; k++)
      given(plain, 'p0300', `ho${k % 2}`, 15 * k, { item: '盐酸药2片', supplyDays: 30 });
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('lets scripts be long', async () => {
    const plain = refills(63);
    // Three months at once, as is usual for some, from a hospital that changes with the season.
    for (let k = 0; k < 8; k++)
      given(plain, 'p0200', `ho${k % 2}`, 45 * k, { item: 'x', supplyDays: 180 });
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('only puts up for review where too few are there to compare with', async () => {
    const plain = honestWorld(64, 50);
    for (let k = 0; k < 40; k++)
      given(plain, 'p0001', `ho${k % 2}`, 8 * k, { item: 'x', supplyDays: 30 });
    const [finding] = await detect(buildWorld(plain));
    expect(finding).toMatchObject({ status: 'review', p: null });
  });

  itBehaves(duplicatePrescribing, shopper);
});
