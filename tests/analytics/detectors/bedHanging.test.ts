import { describe, expect, it } from 'vitest';
import { bedHanging } from '../../../analytics/detectors/bedHanging.js';
import { weekdayOf } from '../../../analytics/model/time.js';
import { CLASS_INPATIENT, CLASS_PHARMACY } from '../../../analytics/projection/world.js';
import { detectWith, idsOf, itBehaves, listed } from './detecting.js';
import { type HonestWorld, honestWorld, names } from './honestWorld.js';
import { buildWorld, type PlainSettlement } from './worldBuilder.js';

const detect = detectWith(bedHanging);
const day = (d: PlainSettlement['day'] | undefined) => d as number;

/** People in bed buy nothing, but for one purchase in twenty. */
function inBed(seed: number): HonestWorld {
  const plain = honestWorld(seed, 500);
  const stays = new Map<string, PlainSettlement[]>();
  for (const s of plain.settlements)
    if (s.class === CLASS_INPATIENT) stays.set(s.patient, [...(stays.get(s.patient) ?? []), s]);
  const settlements = plain.settlements.filter(
    (s) =>
      s.class !== CLASS_PHARMACY ||
      plain.rng.next() < 0.05 ||
      !(stays.get(s.patient) ?? []).some(
        (t) => day(s.day) > day(t.begin) && day(s.day) < day(t.end),
      ),
  );
  return { ...plain, settlements };
}

/** Purchases of patients of one hospital while they are in it. */
function plantPurchases(
  plain: HonestWorld,
  hospital: string,
  share: number,
  edit: (stay: PlainSettlement, purchase: PlainSettlement) => PlainSettlement | undefined = (
    _,
    p,
  ) => p,
): string[] {
  const hung: string[] = [];
  for (const stay of [...plain.settlements]) {
    if (stay.class !== CLASS_INPATIENT || stay.institution !== hospital) continue;
    if (plain.rng.next() > share || day(stay.end) - day(stay.begin) < 3) continue;
    const inside =
      day(stay.begin) + 1 + plain.rng.int(Math.max(1, day(stay.end) - day(stay.begin) - 1));
    const made = edit(stay, {
      patient: stay.patient,
      institution: `ph${plain.rng.int(8)}`,
      class: CLASS_PHARMACY,
      day: inside,
      second: 36_000,
      fund: 5000,
    });
    if (!made) continue;
    plain.settlements.push(made);
    hung.push(stay.patient);
  }
  return hung;
}

function hung(seed = 31): { plain: HonestWorld; patients: string[] } {
  const plain = inBed(seed);
  return { plain, patients: plantPurchases(plain, 'ho2', 0.5) };
}

describe('bed-hanging', () => {
  it('finds the hospital whose patients buy elsewhere, and names them', async () => {
    const { plain, patients } = hung();
    const [finding, ...others] = listed(await detect(buildWorld(plain)));
    expect(others).toEqual([]);
    expect(idsOf(finding!, 'institution')).toEqual(['ho2']);
    expect(finding!.reasons[0].code).toBe('bed-hanging.seen-elsewhere');
    expect(finding!.reasons[0].measured).toBeGreaterThan(3 * finding!.reasons[0].expected);
    expect(idsOf(finding!, 'patient')).toEqual(expect.arrayContaining([...new Set(patients)]));
    expect(finding!.fundAtRisk).toBeGreaterThan(patients.length * 300_000 * 0.9);
  });

  it('weighs who is seen a second time in one stay', async () => {
    const found = async (days: number) => {
      const plain = inBed(37);
      plantPurchases(plain, 'ho2', 0.12, (stay, purchase) => {
        const first = day(stay.begin) + 1;
        if (day(stay.end) - first < 3) return undefined;
        for (let d = 0; d < days; d++)
          plain.settlements.push({ ...purchase, day: first + d, institution: `ph${d}` });
        return { ...purchase, day: first, institution: 'ph0', second: 36_600 };
      });
      return (await detect(buildWorld(plain))).find((f) => idsOf(f, 'institution').includes('ho2'));
    };
    const [once, twice] = [await found(1), await found(2)];
    expect(twice!.p).toBeLessThan((once?.p ?? 1) / 10);
    expect(once?.reasons.map((r) => r.code) ?? []).not.toContain('bed-hanging.seen-again');
    const again = twice!.reasons.find((r) => r.code === 'bed-hanging.seen-again');
    expect(again!.measured).toBeGreaterThan(3 * again!.expected);
    expect(again!.p).toBeLessThan(0.05);
  });

  it('lists nobody in an honest world', async () => {
    for (const seed of [1, 2, 3, 4]) expect(await detect(buildWorld(inBed(seed)))).toEqual([]);
  });

  it('lets relatives fetch', async () => {
    const plain = inBed(32);
    plantPurchases(plain, 'ho1', 0.5, (stay, purchase) => {
      const relative = `z${stay.patient}`;
      plain.patients.push({ id: relative, household: `home${Number(stay.patient.slice(1))}` });
      plain.settlements.push({ ...purchase, patient: relative, second: 36_060 });
      return purchase;
    });
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.status).toBe('explained');
    expect(findings[0]?.innocent[0]?.code).toBe('relative-fetches');
  });

  it('leaves it to a person where nobody knows whose relatives they have', async () => {
    const { plain } = hung();
    const patients = plain.patients.map(({ household: _, ...rest }) => rest);
    const findings = await detect(buildWorld({ ...plain, patients }));
    expect(listed(findings)).toEqual([]);
    const [found] = findings.filter((f) => idsOf(f, 'institution').includes('ho2'));
    expect(found!.status).toBe('review');
    expect(found!.p).toBeNull();
    const untold = found!.reasons.find((r) => r.code === 'bed-hanging.families-unknown');
    expect(untold!.measured).toBe(idsOf(found!, 'patient').length);
  });

  it('takes nobody for the one who fetches who lay in hospital that day', async () => {
    const plain = inBed(36);
    const both = (lies: boolean) => {
      const copy = { ...plain, patients: [...plain.patients], settlements: [...plain.settlements] };
      plantPurchases(copy, 'ho1', 0.5, (stay, purchase) => {
        const relative = `z${stay.patient}`;
        copy.patients.push({ id: relative, household: `home${Number(stay.patient.slice(1))}` });
        copy.settlements.push({ ...purchase, patient: relative, second: 36_060 });
        const begin = day(purchase.day) + (lies ? -2 : 30);
        copy.settlements.push({
          ...{ ...stay, patient: relative },
          ...{ begin, end: begin + 4, day: begin + 4 },
        });
        return purchase;
      });
      return detect(buildWorld(copy));
    };
    const at = (findings: Awaited<ReturnType<typeof both>>) =>
      findings.find((f) => idsOf(f, 'institution').includes('ho1'));
    expect(at(await both(true))?.status).toBe('finding');
    expect(at(await both(false))?.status).toBe('explained');
  });

  it('lets patients go home on leave at the weekend', async () => {
    const plain = inBed(33);
    plantPurchases(plain, 'ho1', 1, (_, purchase) =>
      weekdayOf(day(purchase.day)) >= 5 ? purchase : undefined,
    );
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
  });

  it('lets a hospital write its discharges two days late', async () => {
    const plain = inBed(34);
    plantPurchases(plain, 'ho3', 0.5, (stay, purchase) =>
      day(stay.end) - day(stay.begin) < 7
        ? undefined
        : { ...purchase, day: day(stay.end) - 1 - plain.rng.int(2) },
    );
    const findings = await detect(buildWorld(plain));
    expect(listed(findings)).toEqual([]);
    expect(findings[0]?.innocent[0]?.code).toBe('late-discharge-record');
  });

  it('puts a hospital with far more in bed than beds up for review', async () => {
    const plain = inBed(35);
    for (let h = 4; h < 16; h++) {
      plain.institutions.push({ id: `ho${h}`, county: '530102', level: '05', beds: 30 });
      for (const [k, patient] of names(h, 40).entries())
        plain.settlements.push({
          ...{ patient, institution: `ho${h}`, class: CLASS_INPATIENT, day: plain.day(9 * k + 6) },
          ...{ begin: plain.day(9 * k), end: plain.day(9 * k + 6), fund: 300_000 },
        });
    }
    plain.institutions.push({ id: 'small', county: '530102', level: '05', beds: 2 });
    for (const patient of names(1, 50))
      plain.settlements.push({
        ...{ patient, institution: 'small', class: CLASS_INPATIENT, day: plain.day(200) },
        ...{ begin: plain.day(100), end: plain.day(200), fund: 300_000 },
      });
    const found = (await detect(buildWorld(plain))).find((f) => f.status === 'review');
    expect(found?.p).toBeNull();
    expect(idsOf(found!, 'institution')).toEqual(['small']);
    expect(found!.reasons[0].code).toBe('bed-hanging.more-than-beds');
  });

  itBehaves(bedHanging, () => hung().plain);
});
