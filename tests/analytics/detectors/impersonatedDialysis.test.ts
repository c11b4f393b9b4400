import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../analytics/model/finding.js';
import { detect, listed, people } from './dialysis/detecting.js';
import type { DialysisOptions, HonestOddities, RingPlan } from './dialysisPlan.js';
import { dialysisWorld } from './dialysisWorld.js';
import { buildWorld } from './worldBuilder.js';

const centres = (f: Finding) => f.subjects.filter((s) => s.role === 'core').map((s) => s.id);
const codes = (f: Finding) => f.reasons.map((r) => r.code.split('.')[1]);

async function ringOf(plan: Partial<RingPlan>, more: DialysisOptions = {}) {
  const made = dialysisWorld({
    seed: 5,
    ...more,
    rings: [{ centre: 0, patients: 5, way: 'card', supports: 0.2, ...plan }],
  });
  const findings = await detect(made.world);
  return { ...made, findings, found: listed(findings), ring: made.rings[0]! };
}

describe('planted rings', () => {
  it.each<[string, Partial<RingPlan>, string]>([
    ['stolen cards during stays', { duringStays: true }, 'in-hospital-elsewhere'],
    ['patients of another centre', { way: 'double' }, 'two-centres'],
    ['the dead', { way: 'dead' }, 'after-death'],
    ['six days a week', { way: 'extra' }, 'over-five-a-week'],
    ['bare sessions only', {}, 'missing-supports'],
    ['most supports billed', { supports: 0.75, patients: 7 }, 'missing-supports'],
  ])('%s: names the centre and its people, and says why', async (_, plan, reason) => {
    const { found, ring } = await ringOf(plan);
    expect(found).toHaveLength(1);
    expect(centres(found[0]!)).toEqual([ring.centre]);
    expect(people(found[0]!).sort()).toEqual(ring.patients);
    expect(codes(found[0]!)).toContain(reason);
  });

  it('finds double billing with full supports by the days alone, at the billing centre only', async () => {
    const { found, ring } = await ringOf({ way: 'double', supports: 1 });
    expect(found.map(centres)).toEqual([[ring.centre]]);
    expect(ring.patients).toEqual(expect.arrayContaining(people(found[0]!)));
    expect(codes(found[0]!)).not.toContain('missing-supports');
  });

  it('gives settlements, doctors, money and a p that the centre deserves', async () => {
    const { world, found } = await ringOf({ duringStays: true });
    const finding = found[0]!;
    expect(finding.p).toBeLessThan(0.01);
    const s = world.settlements;
    const row = new Map(s.ids.map((id, i) => [id, i]));
    const members = new Set(people(finding));
    for (const reason of finding.reasons) {
      expect(reason.measured).toBeGreaterThan(reason.expected);
      expect(reason.settlements.length).toBeGreaterThan(0);
      for (const id of reason.settlements)
        expect(members).toContain(world.patients.ids[s.patient[row.get(id)!]!]);
    }
    expect(finding.subjects).toContainEqual({ kind: 'doctor', id: 'bad0', role: 'doctor' });
    const billed = s.ids.reduce((sum, _, i) => {
      const isOurs =
        s.dialysis[i] === 1 &&
        world.institutions.ids[s.institution[i]!] === 'C0' &&
        members.has(world.patients.ids[s.patient[i]!]!);
      return sum + (isOurs ? s.fund[i]! : 0);
    }, 0);
    expect(finding.fundAtRisk).toBeGreaterThan(0.5 * billed);
    expect(finding.fundAtRisk).toBeLessThanOrEqual(billed);
    expect(Number.isInteger(finding.fundAtRisk)).toBe(true);
  });

  it('finds rings at two centres without drawing the others in', async () => {
    const { world, rings } = dialysisWorld({
      seed: 3,
      rings: [
        { centre: 0, patients: 5, way: 'double', supports: 0.2 },
        { centre: 3, patients: 5, way: 'card', supports: 0.2 },
      ],
    });
    const found = listed(await detect(world));
    expect(found.flatMap(centres).sort()).toEqual(['C0', 'C3']);
    for (const f of found)
      expect(people(f).sort()).toEqual(rings.find((r) => r.centre === centres(f)[0])!.patients);
  });
});

describe('honest worlds', () => {
  const oddities: HonestOddities = {
    habitChange: true,
    ferried: 3,
    monthly: true,
    billedElsewhere: 6,
    travellers: 3,
    transfers: 4,
    heparinFree: 2,
    wrongDeaths: 0.2,
    fewMachines: 2,
  };

  it.each<[string, DialysisOptions]>([
    ['no noise', { wrongDates: 0, lostLines: 0, lostItems: 0 }],
    ['everyday noise', {}],
    ['heavy noise', { wrongDates: 0.03, lostLines: 0.3, lostItems: 0.15 }],
    ['two small centres', { centres: 2, patientsPerCentre: 4 }],
    ['every oddity at once', { honest: oddities }],
    ['every oddity in heavy noise', { honest: oddities, wrongDates: 0.03, lostLines: 0.3 }],
  ])('%s: nobody is listed', async (_, options) => {
    for (let seed = 1; seed <= 3; seed++)
      expect(listed(await detect(dialysisWorld({ ...options, seed }).world))).toEqual([]);
  });

  it('lists nobody of thousands of dialysis patients', async () => {
    const { world } = dialysisWorld({
      seed: 2,
      centres: 20,
      patientsPerCentre: 100,
      others: 1000,
      honest: oddities,
    });
    expect(world.settlements.count).toBeGreaterThan(200_000);
    expect(listed(await detect(world))).toEqual([]);
  });

  it.each<[string, HonestOddities]>([
    ['transfers on the day', { transfers: 12 }],
    ['patients driven from a ward', { ferried: 6 }],
    ['supports billed elsewhere', { billedElsewhere: 8 }],
    ['bills by the month', { monthly: true }],
    ['mistyped deaths', { wrongDeaths: 1 }],
    ['travel', { travellers: 12 }],
    ['a habit that changes', { habitChange: true }],
    ['too few machines on record', { fewMachines: 1 }],
    ['a programme for short courses', { briefCourses: 8 }],
    ['without heparin', { heparinFree: 4 }],
  ])('%s: nobody is listed', async (_, honest) => {
    for (let seed = 1; seed <= 2; seed++)
      expect(listed(await detect(dialysisWorld({ honest, seed }).world))).toEqual([]);
  });

  it('keeps honest patients of a guilty centre unnamed', async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const { found, ring } = await ringOf({ duringStays: true, patients: 6 }, { seed });
      expect(people(found[0]!).filter((id) => !ring.patients.includes(id))).toEqual([]);
    }
  });

  it('is quiet without dialysis and in an empty world', async () => {
    expect(await detect(buildWorld({ settlements: [] }))).toEqual([]);
    expect(
      await detect(buildWorld({ settlements: [{ patient: 'p', institution: 'i', day: 20100 }] })),
    ).toEqual([]);
  });
});

describe('innocent explanations', () => {
  it('keep an honest centre off the list and say what they account for', async () => {
    const statuses: string[] = [];
    const codesSeen = new Set<string>();
    for (let seed = 1; seed <= 4; seed++)
      for (const f of await detect(dialysisWorld({ seed, honest: { transfers: 12 } }).world)) {
        statuses.push(f.status);
        expect(f.p).toBeNull();
        for (const x of f.innocent) codesSeen.add(x.code);
        if (f.status === 'explained') {
          expect(f.innocent[0]!.weight).toBeGreaterThan(0.3);
          expect(f.innocent[0]!.q).toBeGreaterThan(0.05);
        }
      }
    expect(statuses).toContain('explained');
    expect(codesSeen).toContain('same-day-transfer');
  });

  it('do not hide a ring', async () => {
    const { found } = await ringOf(
      { duringStays: true },
      { honest: { transfers: 12, ferried: 3 } },
    );
    expect(found.map(centres)).toEqual([['C0']]);
    const record = found[0]!.innocent.find((x) => x.code === 'record-error')!;
    expect(record.weight).toBeLessThan(0.2);
  });
});

describe('tables that are missing', () => {
  const plan: RingPlan = {
    centre: 0,
    patients: 8,
    way: 'double',
    supports: 0.2,
  };

  it('without fee lines conflicts alone carry the finding', async () => {
    const { plain, rings } = dialysisWorld({ seed: 5, rings: [plan] });
    const world = buildWorld({
      ...plain,
      settlements: plain.settlements.map((s) => ({ ...s, lines: 0, supports: 0 })),
      missing: ['fee_list_d'],
    });
    const found = listed(await detect(world));
    expect(found.map(centres)).toEqual([[rings[0]!.centre]]);
    expect(codes(found[0]!)).not.toContain('missing-supports');
    expect(found[0]!.innocent.map((x) => x.code)).not.toContain('lab-billed-elsewhere');
  });

  it('without institutions there is no capacity', async () => {
    const { plain } = dialysisWorld({ seed: 5, rings: [plan], honest: { fewMachines: 1 } });
    const found = listed(
      await detect(buildWorld({ ...plain, institutions: [], missing: ['fixmedins_b'] })),
    );
    expect(found).toHaveLength(1);
    expect(codes(found[0]!)).not.toContain('over-capacity');
  });
});

describe('the same data', () => {
  const options: DialysisOptions = {
    seed: 9,
    honest: { ferried: 2, travellers: 3 },
    rings: [
      { centre: 0, patients: 5, way: 'card', supports: 0.2, duringStays: true },
      { centre: 3, patients: 4, way: 'double', supports: 0.5 },
    ],
  };

  it('gives the same findings to the byte', async () => {
    const once = JSON.stringify(await detect(dialysisWorld(options).world));
    expect(JSON.stringify(await detect(dialysisWorld(options).world))).toBe(once);
  });

  it('gives the same findings under other ids', async () => {
    const { plain, world } = dialysisWorld(options);
    const renamed = (id: string) => [...id].reverse().join('');
    const other = buildWorld({
      patients: plain.patients.map((p) => ({ ...p, id: renamed(p.id) })),
      institutions: plain.institutions.map((i) => ({ ...i, id: renamed(i.id) })),
      settlements: plain.settlements.map((s) => ({
        ...s,
        id: renamed(s.id!),
        patient: renamed(s.patient),
        institution: renamed(s.institution),
      })),
      period: { from: world.fromDay, to: world.toDay },
    });
    const shape = (findings: readonly Finding[], name: (id: string) => string) =>
      findings
        .map((f) => ({
          status: f.status,
          p: f.p?.toPrecision(6),
          money: f.fundAtRisk,
          subjects: f.subjects.map((s) => (s.kind === 'doctor' ? s.id : name(s.id))).sort(),
          reasons: f.reasons.map((r) => `${r.code} ${r.measured}`).sort(),
        }))
        .sort((a, b) => (a.subjects.join() < b.subjects.join() ? -1 : 1));
    const same = shape(await detect(world), (id) => id);
    expect(same.length).toBeGreaterThanOrEqual(2);
    expect(shape(await detect(other), renamed)).toEqual(same);
  });
});
