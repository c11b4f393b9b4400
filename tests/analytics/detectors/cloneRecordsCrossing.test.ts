import { describe, expect, it } from 'vitest';
import { cloneRecords } from '../../../analytics/detectors/cloneRecords.js';
import { CLASS_INPATIENT } from '../../../analytics/projection/world.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { type HonestWorld, honestWorld } from './honestWorld.js';
import { buildWorld, type PlainSettlement } from './worldBuilder.js';

const detect = detectWith(cloneRecords);
const DISEASES = ['J20', 'K29', 'M51', 'I10'];
const COPY = [...Array(9)].map((_, i) => ({ item: `Y${i}`, units: i + 2 }));

/** Twenty houses with four diseases of four departments, of which each has goods of its own; `w7` as edited. */
function houses(
  edit: (s: PlainSettlement, plain: HonestWorld) => PlainSettlement,
  where = (house: string): boolean => house === 'w7',
): HonestWorld {
  const plain = honestWorld(81, 100);
  const { rng } = plain;
  for (let k = 0; k < 1600; k++) {
    const institution = `w${k % 20}`;
    const disease = rng.int(4);
    const items = new Map<string, number>([['bed', 2 + rng.int(12)]]);
    while (items.size < 8)
      items.set(`${rng.next() < 0.3 ? 'X' : DISEASES[disease]}-${rng.int(12)}`, 1 + rng.int(5));
    const s: PlainSettlement = {
      ...{ patient: `q${k}`, institution, doctor: `d-${institution}-${rng.int(3)}` },
      ...{ diagnosis: `${DISEASES[disease]}.00${rng.int(3)}`, department: `dept${disease}` },
      ...{ class: CLASS_INPATIENT, day: plain.day(rng.int(365)), second: 36_000, fund: 20_000 },
      items: [...items].map(([item, units]) => ({ item, units })),
    };
    plain.settlements.push(where(institution) ? edit(s, plain) : s);
  }
  return plain;
}

const isOf = (s: PlainSettlement, ...diseases: string[]) =>
  diseases.some((d) => s.diagnosis!.startsWith(d));
/** Half of the stomachs and backs have the list, by whichever doctor; one line in sixty is left out. */
const crossing = () =>
  houses((s, { rng }) =>
    isOf(s, 'K29', 'M51') && rng.next() < 0.5
      ? { ...s, items: COPY.filter((_, i) => i !== rng.int(60)) }
      : s,
  );

describe('clone-records across departments', () => {
  it('finds the list that stomachs and backs share to the amount', async () => {
    const plain = crossing();
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['w7']);
    expect(idsOf(finding!, 'doctor').length).toBe(3);
    const on = plain.settlements.filter((s) => s.items?.some((l) => l.item.startsWith('Y')));
    expect(finding!.reasons[0]).toMatchObject({
      ...{ code: 'clone-records.across-departments', measured: on.length },
    });
    expect(finding!.reasons[0].expected).toBeLessThan(1);
  });

  it('takes no list of one department, of one chapter or of other amounts for one', async () => {
    const edits: Array<(s: PlainSettlement, plain: HonestWorld) => PlainSettlement> = [
      (s) => ({ ...s, department: 'dept0' }),
      (s) => ({ ...s, diagnosis: s.diagnosis!.replace('K29', 'M47') }),
      (s, { rng }) => ({ ...s, items: COPY.map((l) => ({ ...l, units: 1 + rng.int(9) })) }),
    ];
    for (const edit of edits) {
      const plain = houses((s, world) =>
        isOf(s, 'K29', 'M51') && world.rng.next() < 0.5 ? edit({ ...s, items: COPY }, world) : s,
      );
      const codes = (await detect(buildWorld(plain))).map((f) => f.reasons[0].code);
      expect(codes).not.toContain('clone-records.across-departments');
    }
  });

  it('knows a list for everybody, mistaken diagnoses, and what the diseases demand elsewhere', async () => {
    const worlds = [
      houses((s, { rng }) => (rng.next() < 0.6 ? { ...s, items: COPY } : s)),
      houses((s, { rng }) =>
        isOf(s, 'M51') || (isOf(s, 'K29') && rng.next() < 0.15) ? { ...s, items: COPY } : s,
      ),
      houses(
        (s, { rng }) =>
          isOf(s, 'K29', 'M51') && rng.next() < 0.5
            ? {
                ...s,
                items:
                  s.institution === 'w7'
                    ? COPY
                    : COPY.map((l) => ({ ...l, units: 1 + rng.int(9) })),
              }
            : s,
        () => true,
      ),
    ];
    let told = 0;
    for (const plain of worlds) {
      const found = (await detect(buildWorld(plain))).filter(
        (f) => f.reasons[0].code === 'clone-records.across-departments',
      );
      told += found.length;
      expect(listed(found)).toEqual([]);
      for (const f of found) expect(f.innocent[0]!.code).toBe('pathway-template');
    }
    expect(told).toBeGreaterThan(1);
  });

  itBehaves(cloneRecords, crossing);
});
