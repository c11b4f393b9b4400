import { describe, expect, it } from 'vitest';
import { inventoryGap } from '../../../analytics/detectors/inventoryGap.js';
import { CLASS_PHARMACY, INSTITUTION_PHARMACY } from '../../../analytics/projection/world.js';
import type { PlainMovement } from './detailsBuilder.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { type HonestWorld, honestWorld, names } from './honestWorld.js';
import { buildWorld, type PlainInstitution, type PlainSettlement } from './worldBuilder.js';

const detect = detectWith(inventoryGap);

interface Shop {
  readonly plain: HonestWorld;
  /** Sells packs that are bought in for `bought` of each, at `fen` a pack. */
  sell(
    patient: string,
    institution: string,
    item: string,
    packs: number,
    bought?: number,
    fen?: number,
  ): void;
  world(edit?: (h: PlainInstitution) => PlainInstitution): HonestWorld;
}

/** Thirty pharmacies that sell thirty drugs (or more) and buy a dozen whenever fewer than three are left. */
function shop(seed: number, items = 30): Shop {
  const plain = honestWorld(seed, 1200);
  for (let h = 8; h < 30; h++)
    plain.institutions.push({ id: `ph${h}`, type: INSTITUTION_PHARMACY, county: '530102' });
  const sales = new Map<string, Array<{ day: number; packs: number }>>();
  const settlements: PlainSettlement[] = [];
  const sell: Shop['sell'] = (patient, institution, item, packs, bought = 1, fen = 1_000) => {
    const day = plain.day(plain.rng.int(365));
    settlements.push({
      ...{ patient, institution, class: CLASS_PHARMACY, day, second: 36_000, fund: fen * packs },
      items: [{ item, units: packs, fen: fen * packs }],
    });
    const key = `${institution}|${item}`;
    sales.set(key, [...(sales.get(key) ?? []), { day, packs: packs * bought }]);
  };
  for (const s of plain.settlements)
    if (s.class === CLASS_PHARMACY)
      sell(s.patient, `ph${plain.rng.int(30)}`, `X${plain.rng.int(items)}`, 1 + plain.rng.int(2));
  const movements = (): Map<string, PlainMovement[]> => {
    const out = new Map<string, PlainMovement[]>();
    for (const [key, list] of sales) {
      const [h, item] = key.split('|') as [string, string];
      let left = 3 + plain.rng.int(10);
      const mine = out.get(h) ?? [];
      for (const { day, packs } of list.sort((x, y) => x.day - y.day)) {
        left -= packs;
        if (left < 3) {
          const units = 12 + Math.max(0, Math.ceil(-left));
          mine.push({ item, units, day });
          left += units;
        }
      }
      out.set(h, mine);
    }
    return out;
  };
  return {
    plain,
    sell,
    world: (edit = (h) => h) => {
      const stock = movements();
      const institutions = plain.institutions.map((h) =>
        edit({ ...h, stock: stock.get(h.id) ?? [] }),
      );
      return { ...plain, settlements, institutions };
    },
  };
}

/** Cards that are charged for packs of which a tenth was ever bought. */
function empty(seed = 51): HonestWorld {
  const s = shop(seed);
  for (let k = 0; k < 240; k++) s.sell(names(3, 7)[k % 7]!, 'ph5', `X${k % 3}`, 2, 0.1);
  return s.world();
}

describe('inventory-gap', () => {
  it('finds what was sold and never bought, and the money, and names no buyer', async () => {
    const [finding, ...others] = listed(await detect(buildWorld(empty())));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['ph5']);
    expect(finding!.kind).toBe('entity');
    expect(idsOf(finding!, 'patient')).toEqual([]);
    expect(finding!.subjects.filter((s) => s.role === 'item').map((s) => s.id)).toEqual([
      'X0',
      'X1',
      'X2',
    ]);
    const [items, packs] = finding!.reasons;
    expect(items).toMatchObject({ code: 'inventory-gap.short-items', measured: 3 });
    expect(packs!.measured - packs!.expected).toBeGreaterThan(100);
    expect(finding!.fundAtRisk).toBeGreaterThan(300_000);
    expect(finding!.fundAtRisk).toBeLessThan(520_000);
  });

  it('lists nobody where everything sold was bought', async () => {
    for (const seed of [1, 2, 3]) expect(await detect(buildWorld(shop(seed).world()))).toEqual([]);
  });

  it('lets a full shelf be sold off', async () => {
    const s = shop(52);
    // Two packs a week of each, all from stock that was there before.
    for (let k = 0; k < 100; k++) s.sell(names(k, 1)[0]!, 'ph7', `X${k % 3}`, 1, 0.4);
    expect(listed(await detect(buildWorld(s.world())))).toEqual([]);
  });

  it('knows a pharmacy that reports a part of all it buys', async () => {
    const s = shop(53);
    for (let k = 0; k < 900; k++) s.sell(names(k % 390, 1)[0]!, 'ph9', `X${k % 30}`, 2);
    const world = s.world((h) =>
      h.id === 'ph9' ? { ...h, stock: h.stock!.filter((_, i) => i % 2 === 0) } : h,
    );
    const findings = await detect(buildWorld(world));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.status).toBe('explained');
    expect(findings[0]?.innocent[0]?.code).toBe('unreported-purchases');
  });

  it('expects as little as all others report, where records are lost', async () => {
    const rng = shop(54).plain.rng;
    const world = shop(54).world((h) => ({
      ...h,
      stock: h.stock!.filter(() => rng.next() > 0.25),
    }));
    expect(listed(await detect(buildWorld(world)))).toEqual([]);
  });

  it('knows drugs that are bought by the pack and sold by the tablet', async () => {
    const s = shop(55);
    for (let k = 0; k < 60; k++) s.sell(names(k, 1)[0]!, 'ph4', `Y${k % 2}`, 28, 1 / 28);
    const catalogue = ['Y0', 'Y1'].map((id) => ({ id, packSize: 28 }));
    const findings = await detect(buildWorld({ ...s.world(), catalogue }));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.innocent[0]?.code).toBe('sold-in-pieces');
  });

  /** A shop that sells 28 for each pack bought, at that price, of drugs that others sell by the pack. */
  const asTablets = (fen: number) => {
    const s = shop(55);
    for (let k = 0; k < 60; k++) s.sell(names(k, 1)[0]!, 'ph4', `Y${k % 2}`, 28, 1 / 28, fen);
    for (let k = 0; k < 60; k++)
      s.sell(names(k, 1)[0]!, `ph${10 + ((k >> 1) % 6)}`, `Y${k % 2}`, 1);
    const catalogue = ['Y0', 'Y1'].map((id) => ({ id, packSize: 28 }));
    return detect(buildWorld({ ...s.world(), catalogue }));
  };

  it('tells tablets from packs by what they cost', async () => {
    const tablets = await asTablets(40);
    expect(listed(tablets)).toEqual([]);
    expect(tablets[0]?.innocent[0]?.code).toBe('sold-in-pieces');
    const [packs] = listed(await asTablets(900));
    expect(idsOf(packs!, 'institution')).toEqual(['ph4']);
  });

  /** `items` drugs, of each of which a few packs were billed that nobody bought. */
  const spread = (items: number) => {
    const s = shop(57, 150);
    for (let k = 0; k < 18 * items; k++)
      s.sell(names(3, 20)[k % 20]!, 'ph6', `X${k % items}`, 1, 0.1);
    return detect(buildWorld(s.world()));
  };

  it('finds a few packs missing of each of many drugs, where none stands out', async () => {
    const [finding, ...others] = listed(await spread(40));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['ph6']);
    const [many, largest] = finding!.reasons;
    expect(many).toMatchObject({ code: 'inventory-gap.many-short-items' });
    expect(many!.measured).toBeGreaterThan(30);
    expect(largest!.measured - largest!.expected).toBeLessThan(30);
    expect(listed(await spread(4))).toEqual([]);
  });

  itBehaves(inventoryGap, empty);
});
