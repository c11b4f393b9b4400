import { describe, expect, it } from 'vitest';
import { traceCodeLoop } from '../../../analytics/detectors/traceCodeLoop.js';
import { CLASS_PHARMACY } from '../../../analytics/projection/world.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { type HonestWorld, honestWorld, names } from './honestWorld.js';
import { buildWorld, type PlainSettlement } from './worldBuilder.js';

const detect = detectWith(traceCodeLoop);

/** Every purchase is a pack with a code of its own, of one of twenty drugs in four lots each. */
function traced(seed: number): HonestWorld {
  const plain = honestWorld(seed);
  const settlements = plain.settlements.map((s, i) => {
    if (s.class !== CLASS_PHARMACY) return s;
    const drug = plain.rng.int(20);
    const code = `8${String(i).padStart(19, '0')}`;
    return { ...s, traces: [{ code, item: `X${drug}`, lot: `L${plain.rng.int(4)}` }] };
  });
  return { ...plain, settlements };
}

function sale(plain: HonestWorld, patient: string, institution: string, code: string, item = 'X1') {
  const bought: PlainSettlement = {
    ...{ patient, institution, class: CLASS_PHARMACY, day: plain.day(plain.rng.int(365)) },
    ...{ second: 36_000 + plain.rng.int(30_000), fund: 10_000 },
    ...{
      items: [
        { item, fen: 9_000 },
        { item: 'other', fen: 1_000 },
      ],
    },
    traces: [{ code, item, lot: 'L1' }],
  };
  plain.settlements.push(bought);
}

/** Packs of the batch bear its lot. */
const ofBatch = (s: PlainSettlement): PlainSettlement =>
  s.traces?.some((t) => t.item === 'batch')
    ? { ...s, traces: s.traces.map((t) => ({ ...t, lot: 'L9' })) }
    : s;

function bought(
  plain: HonestWorld,
  patient: string,
  institution: string,
  code: string,
  day: number,
) {
  plain.settlements.push({
    ...{ patient, institution, class: CLASS_PHARMACY, day: plain.day(day), second: 36_000 },
    ...{ fund: 10_000, traces: [{ code, item: 'X1', lot: 'L1' }] },
  });
}

/** One pack of one of four dear drugs. */
function dear(
  plain: HonestWorld,
  patient: string,
  institution: string,
  drug: number,
  code: string,
  day: number,
) {
  plain.settlements.push({
    ...{ patient, institution, class: CLASS_PHARMACY, day: plain.day(day), second: 36_000 },
    ...{ fund: 10_000, traces: [{ code, item: `D${drug % 4}`, lot: 'L1' }] },
  });
}

/** Six packs of one seller, two at each of three pharmacies; two others buy as he does, 160 people one of the drugs. */
function thin(seed: number): HonestWorld {
  const plain = traced(seed);
  for (const [n, who] of names(3, 3).entries())
    for (let k = 0; k < 6; k++) dear(plain, who, 'ph5', k, `pack${n}-${k}`, 20 + k);
  for (let k = 0; k < 6; k++)
    dear(plain, names(60 + k, 1)[0]!, `ph${2 + (k % 3)}`, k, `pack0-${k}`, 80 + 9 * k);
  for (let k = 0; k < 160; k++)
    dear(
      plain,
      names(100 + k, 1)[0]!,
      `ph${k % 40 ? k % 5 : 5}`,
      Math.floor(k / 8),
      `plain${k}`,
      2 * k,
    );
  return plain;
}

/** Packs that a collector sells back to two pharmacies. */
function loops(seed = 41, times = 3): HonestWorld {
  const plain = traced(seed);
  for (let k = 0; k < 12; k++)
    for (let n = 0; n < times; n++)
      sale(plain, names(3, 7)[(2 * k + n) % 7]!, n % 2 ? 'ph2' : 'ph5', `loop${k}`, `X${k % 5}`);
  return plain;
}

describe('trace-code-loop', () => {
  it('finds the pharmacies whose packs come back, the cards and the drugs', async () => {
    const [finding, ...others] = listed(await detect(buildWorld(loops())));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['ph2', 'ph5']);
    expect(idsOf(finding!, 'patient')).toEqual(names(3, 7).sort());
    expect(finding!.reasons.map((r) => r.code)).toEqual([
      'trace-code-loop.repeated-codes',
      'trace-code-loop.longest-loop',
      'trace-code-loop.travelled',
    ]);
    // Of three sales of each code the first is none of the repeats.
    expect(finding!.reasons[0].measured).toBe(24);
    expect(finding!.reasons[2]!.measured).toBe(12);
    // Two sales of each of twelve codes are too many; nine tenths of a bill are the drug.
    expect(finding!.fundAtRisk).toBe(24 * 9_000);
  });

  it('names who had the packs first, not who bought them in good faith', async () => {
    const plain = traced(46);
    const sellers = names(3, 5);
    const customers = names(50, 15);
    for (let k = 0; k < 15; k++) {
      bought(plain, sellers[k % 5]!, 'ph5', `back${k}`, 20 + k);
      bought(plain, customers[k]!, 'ph2', `back${k}`, 60 + k);
    }
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'patient')).toEqual([...sellers].sort());
  });

  it('finds a seller whose packs come back thinly, at pharmacies that repeat no more than two', async () => {
    const plain = thin(48);
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['ph2', 'ph3', 'ph4']);
    // The seller, and two more who bought the same drugs from the same pharmacy; no customer, nor who had one of them.
    expect(idsOf(finding!, 'patient')).toEqual(names(3, 3).sort());
    expect(finding!.reasons[0].code).toBe('trace-code-loop.passed-on');
    expect(finding!.reasons[0].measured).toBe(6);
    expect(finding!.reasons.at(-1)).toMatchObject({
      code: 'trace-code-loop.same-drugs',
      measured: 2,
    });
  });

  it('tells packs of one buyer from as many that anybody bought', async () => {
    const plain = traced(49);
    for (let k = 0; k < 6; k++) {
      dear(plain, names(3 + k, 1)[0]!, 'ph5', k, `spread${k}`, 20 + k);
      dear(plain, names(60 + k, 1)[0]!, `ph${2 + (k % 3)}`, k, `spread${k}`, 80 + 9 * k);
    }
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('takes packs that come back to their own buyer, or in one later bill, for no trade', async () => {
    for (const alone of [true, false]) {
      const plain = traced(50);
      const traces: NonNullable<PlainSettlement['traces']>[number][] = [];
      for (let k = 0; k < 6; k++) {
        dear(plain, 'p0003', 'ph5', k, `own${k}`, 20 + k);
        if (alone) dear(plain, 'p0003', `ph${2 + (k % 3)}`, k, `own${k}`, 80 + 9 * k);
        else traces.push({ code: `own${k}`, item: `D${k % 4}`, lot: 'L1' });
      }
      if (!alone)
        plain.settlements.push({
          ...{ patient: 'p0100', institution: 'ph3', class: CLASS_PHARMACY, day: plain.day(99) },
          ...{ second: 36_000, fund: 10_000, traces },
        });
      expect(listed(await detect(buildWorld(plain)))).toEqual([]);
    }
  });

  it('finds one code that was settled sixty times', async () => {
    const plain = traced(42);
    for (let n = 0; n < 60; n++) sale(plain, names(n, 1)[0]!, 'ph3', 'one');
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['ph3']);
    expect(finding!.reasons[1]!.measured).toBe(60);
  });

  it('lists nobody in honest worlds', async () => {
    for (const seed of [1, 2, 3, 4]) expect(await detect(buildWorld(traced(seed)))).toEqual([]);
  });

  it('knows a maker who printed a batch twice by the pharmacies that have nothing in common', async () => {
    const plain = traced(43);
    for (let k = 0; k < 60; k++)
      for (let n = 0; n < 2; n++) {
        // Most of the batch went to one pharmacy.
        const place = plain.rng.next() < 0.5 ? 'ph1' : `ph${plain.rng.int(8)}`;
        sale(plain, names(plain.rng.int(390), 1)[0]!, place, `twice${k}`, 'batch');
      }
    expect(listed(await detect(buildWorld(plain)))).toEqual([]);
  });

  it('keeps who sold packs of a batch with a few codes only out of a loop that others run', async () => {
    const plain = loops(47, 12);
    const before = idsOf(listed(await detect(buildWorld(plain)))[0]!, 'patient');
    // Forty codes for a whole batch, of which the loop's pharmacies sold some, too.
    for (let n = 0; n < 240; n++)
      sale(plain, names(n % 120, 1)[0]!, `ph${n % 8}`, `carton${plain.rng.int(40)}`, 'batch');
    const [finding, ...others] = listed(
      await detect(buildWorld({ ...plain, settlements: plain.settlements.map(ofBatch) })),
    );
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['ph2', 'ph5']);
    expect(idsOf(finding!, 'patient')).toEqual(before);
  });

  it('takes no bill that was written again, nor one that was refunded, for a loop', async () => {
    const plain = traced(44);
    for (let k = 0; k < 15; k++) {
      const first = plain.day(20 * k);
      for (const [day, cancelled] of [
        [first, k % 2 === 0],
        [first + 2, false],
      ] as const)
        plain.settlements.push({
          ...{ patient: names(k, 1)[0]!, institution: 'ph4', class: CLASS_PHARMACY, day },
          ...{ second: 36_000, fund: 8_000, cancelled },
          traces: [{ code: `again${k}`, item: 'X3', lot: 'L2' }],
        });
    }
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings.map((f) => [f.status, f.innocent[0]!.code])).toEqual([
      ['explained', 'void-and-rebill'],
    ]);
  });

  it('takes a code that is scanned for whatever is sold for no pack’s', async () => {
    const sold = (drugs: number) => {
      const plain = traced(47);
      for (const [k, who] of names(3, 24).entries())
        sale(plain, who, k % 2 ? 'ph2' : 'ph5', 'sample', `X${(5 * k) % drugs}`);
      return detect(buildWorld(plain));
    };
    const sample = await sold(12);
    expect(listed(sample)).toEqual([]);
    const told = sample.map((f) => [f.status, f.innocent[0]!.code, ...idsOf(f, 'institution')]);
    expect(told.sort()).toEqual([
      ['explained', 'stand-in-code', 'ph2'],
      ['explained', 'stand-in-code', 'ph5'],
    ]);
    // A pack is of one drug, and what is sold twelve times at two places as that is no sample.
    const pack = listed(await sold(1)).flatMap((f) => idsOf(f, 'institution'));
    expect(pack.sort()).toEqual(['ph2', 'ph5']);
  });

  it('takes a pack that was handed out by parts for one, and no dearer ones', async () => {
    const sold = (fen: number) => {
      const plain = traced(46);
      // What a pack costs elsewhere.
      const settlements = plain.settlements.map((s) => ({
        ...s,
        items: (s.traces ?? []).map(({ item }) => ({ item, fen: 3_000 })),
      }));
      for (let k = 0; k < 45; k++)
        settlements.push({
          ...{ patient: names(k, 1)[0]!, institution: 'ph4', class: CLASS_PHARMACY },
          ...{ day: plain.day(3 * k), second: 36_000, fund: fen },
          items: [{ item: 'X3', fen }],
          traces: [{ code: `opened${k - (k % 3)}`, item: 'X3', lot: 'L2' }],
        });
      return { ...plain, settlements };
    };
    const parts = await detect(buildWorld(sold(1_000)));
    expect(listed(parts)).toEqual([]);
    expect(parts.map((f) => [f.status, f.innocent[0]!.code])).toEqual([
      ['explained', 'split-pack'],
    ]);
    const packs = listed(await detect(buildWorld(sold(3_000))));
    expect(packs.map((f) => idsOf(f, 'institution'))).toEqual([['ph4']]);
  });

  it('takes one bill entered twice, with all its packs, for one mistake', async () => {
    const plain = traced(45);
    const traces = [0, 1, 2, 3, 4].map((k) => ({ code: `pack${k}`, item: `X${k}`, lot: 'L1' }));
    for (const [patient, institution] of [
      ['p0001', 'ph1'],
      ['p0002', 'ph2'],
    ] as const)
      plain.settlements.push({
        ...{ patient, institution, class: CLASS_PHARMACY, day: plain.day(50), second: 36_000 },
        ...{ fund: 5_000, traces },
      });
    expect(await detect(buildWorld(plain))).toEqual([]);
  });

  itBehaves(traceCodeLoop, loops);
});
