import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SITE_TYPES } from '../../analytics/planting/context.js';
import { writeSeedWorld } from '../../seed/index.js';
import { type Group, readGroups, readTable } from './support.js';

const dir = mkdtempSync(join(tmpdir(), 'ringfence-sites-'));
const out = join(dir, 'world');
let truth: Group[];
let looks: Array<Group & { resembles?: string }>;

beforeAll(async () => {
  const made = await writeSeedWorld({
    outDir: out,
    settlements: 60_000,
    seed: 71,
    types: SITE_TYPES,
  });
  truth = readGroups(made.truthFile);
  looks = readGroups(made.lookAlikesFile);
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('a world in which places do it', () => {
  const sites = () => looks.filter((l) => l.patients.length === 0);

  it('names places and doctors, nobody else, and no place twice', () => {
    expect(new Set(truth.map((t) => t.type))).toEqual(new Set(SITE_TYPES));
    expect(truth.flatMap((t) => t.patients)).toEqual([]);
    const places = truth.flatMap((t) => t.institutions);
    expect(new Set(places).size).toBe(places.length);
    const doctors = new Set(readTable(out, 'dr_b').map((d) => d.dr_code));
    for (const t of truth.filter((x) => x.type === 'impossible-doctor')) {
      expect(t.doctors.length).toBe(1);
      expect(doctors.has(t.doctors[0])).toBe(true);
    }
  });

  it('has honest places that look like each type, and none of them is planted', () => {
    for (const type of SITE_TYPES)
      expect(sites().filter((l) => l.resembles === type).length, type).toBeGreaterThan(0);
    const guilty = new Set(truth.flatMap((t) => t.institutions));
    expect(sites().flatMap((l) => l.institutions.filter((i) => guilty.has(i)))).toEqual([]);
  });

  it('settles nothing at a shop before the fund lists it', () => {
    const [shop] = sites().find((l) => l.type === 'newly-listed')?.institutions ?? [];
    const listed = readTable(out, 'fixmedins_b').find((i) => i.fixmedins_code === shop)?.begndate;
    expect(listed).toMatch(/^2025-/);
    const days = readTable(out, 'setl_d')
      .filter((r) => r.fixmedins_code === shop)
      .map((r) => r.begndate as string);
    expect(days.length).toBeGreaterThan(30);
    expect(days.filter((d) => d < (listed as string))).toEqual([]);
  });

  it('settles a long ward by quarters: four stays, each a day after the last', () => {
    const [ward] = sites().find((l) => l.type === 'long-ward')?.institutions ?? [];
    const stays = new Map<string, Array<{ from: number; to: number }>>();
    for (const r of readTable(out, 'setl_d'))
      if (r.fixmedins_code === ward && r.med_type === '21' && r.refd_setl_flag === '0')
        stays.set(r.psn_no as string, [
          ...(stays.get(r.psn_no as string) ?? []),
          { from: dayOf(r.begndate), to: dayOf(r.enddate) },
        ]);
    const whole = [...stays.values()].filter((own) => own.length === 4);
    expect(whole.length).toBeGreaterThan(4);
    for (const own of whole) {
      own.sort((a, b) => a.from - b.from);
      for (let k = 1; k < 4; k++) expect(own[k]!.from - own[k - 1]!.to).toBe(1);
    }
  });

  it('closes a shop in the middle of the year', () => {
    const [shop] = sites().find((l) => l.type === 'closed-shop')?.institutions ?? [];
    const days = readTable(out, 'setl_d')
      .filter((r) => r.fixmedins_code === shop && r.refd_setl_flag === '0')
      .map((r) => r.begndate as string);
    expect(days.length).toBeGreaterThan(100);
    expect(days.filter((d) => d > '2025-09-30').length).toBeLessThan(3);
  });
});

const dayOf = (text: string | undefined) => Date.parse(text as string) / 86_400_000;
