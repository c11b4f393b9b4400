import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableName } from '../../analytics/model/tables.js';
import { type SeedSummary, writeSeedWorld } from '../../seed/index.js';
import { type Group, readGroups, readTables, type Tables } from './support.js';

const dir = mkdtempSync(join(tmpdir(), 'ringfence-seed-'));
let summary: SeedSummary;
let tables: Tables;
let truth: Group[];
let lookAlikes: Group[];

beforeAll(async () => {
  summary = await writeSeedWorld({
    outDir: join(dir, 'world'),
    settlements: 50_000,
    seed: 20250101,
  });
  tables = readTables(join(dir, 'world'));
  truth = readGroups(summary.truthFile);
  lookAlikes = readGroups(summary.lookAlikesFile);
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const column = (table: TableName, name: string) => tables[table].map((r) => r[name] as string);

describe('what is planted', () => {
  it('names only people, places, doctors and items that exist', () => {
    const known = {
      patients: new Set(column('psn_b', 'psn_no')),
      institutions: new Set(column('fixmedins_b', 'fixmedins_code')),
      doctors: new Set(column('dr_b', 'dr_code')),
      drugs: new Set(column('hilist_b', 'hilist_code')),
    };
    for (const group of [...truth, ...lookAlikes])
      for (const kind of ['patients', 'institutions', 'doctors', 'drugs'] as const)
        for (const id of group[kind])
          expect(known[kind].has(id), `${group.ring} ${kind}`).toBe(true);
  });

  it('is scarce: two rings of each type, their members under one person in two hundred', () => {
    const count = (type: string) => truth.filter((t) => t.type === type).length;
    for (const type of ['patient-brokering-ring', 'card-farming-pharmacy', 'impersonated-dialysis'])
      expect(count(type)).toBe(2);
    expect(summary.prevalence).toBeGreaterThan(0.0002);
    expect(summary.prevalence).toBeLessThan(0.0065);
    const members = truth.flatMap((t) => t.patients);
    expect(new Set(members).size, 'nobody is in two rings').toBe(members.length);
    expect(new Set(truth.map((t) => t.camouflage)).size).toBeGreaterThan(3);
  });

  it('settles with its institutions', () => {
    for (const t of truth)
      for (const patient of t.patients)
        expect(
          tables.setl_d.some(
            (r) => r.psn_no === patient && t.institutions.includes(r.fixmedins_code as string),
          ),
          `${t.ring} ${patient}`,
        ).toBe(true);
  });

  it('cannot be told by ids or by the order of rows', () => {
    const rank = new Map(column('psn_b', 'psn_no').map((id, i) => [id, i / tables.psn_b.length]));
    const ranks = truth.flatMap((t) => t.patients).map((p) => rank.get(p) as number);
    const mean = ranks.reduce((a, b) => a + b, 0) / ranks.length;
    // A uniform mean has standard error .289/√n.
    expect(Math.abs(mean - 0.5)).toBeLessThan((4 * 0.289) / Math.sqrt(ranks.length));
    const ids = column('setl_d', 'setl_id');
    expect(ids).toEqual([...ids].sort());
    const planted = new Set(truth.flatMap((t) => t.patients));
    // Neighbouring rows belong together no more often because they are a ring's.
    const steps = { ring: [] as number[], honest: [] as number[] };
    for (let i = 1; i < ids.length; i++) {
      const row = tables.setl_d[i] as Record<string, string>;
      const step = Number(ids[i]?.slice(5)) - Number(ids[i - 1]?.slice(5));
      (planted.has(row.psn_no as string) ? steps.ring : steps.honest).push(step);
    }
    const average = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
    expect(Math.abs(average(steps.ring) - average(steps.honest))).toBeLessThan(0.5);
  });

  it('gives members a history of their own at the higher levels', () => {
    for (const t of truth.filter((x) => (x.camouflage ?? 0) >= 3)) {
      const outside = t.patients.map(
        (p) =>
          tables.setl_d.filter(
            (r) => r.psn_no === p && !t.institutions.includes(r.fixmedins_code as string),
          ).length,
      );
      expect(Math.max(...outside)).toBeGreaterThan(3);
    }
  });

  it('stands among at least as many look-alikes, of every kind', () => {
    expect(lookAlikes.length).toBeGreaterThanOrEqual(truth.length);
    const kinds = new Set(lookAlikes.map((l) => l.type));
    for (const kind of [
      'same-household',
      'dialysis-shift',
      'dialysis-transfer',
      'laboratory-elsewhere',
      'acute-dialysis',
      'date-error',
      'nursing-home',
      'market-day',
      'referral-centre',
      'chemo-cycle',
      'chronic-refill',
      'outbreak-week',
      'promotion',
      'employer-checkup',
      'only-pharmacy',
      'relatives-admitted',
    ])
      expect(kinds.has(kind), kind).toBe(true);
    const planted = new Set(truth.flatMap((t) => t.patients));
    for (const l of lookAlikes.filter((x) => x.patients.length > 1))
      expect(l.patients.filter((p) => !planted.has(p)).length, l.ring).toBeGreaterThan(0);
  });
});
