import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TABLES, type TableName } from '../../analytics/model/tables.js';
import { type SeedSummary, writeSeedWorld } from '../../seed/index.js';
import { fen, readGroups, readTables, type Tables } from './support.js';

const SETTLEMENTS = 50_000;
const dir = mkdtempSync(join(tmpdir(), 'ringfence-seed-'));
let summary: SeedSummary;
let tables: Tables;

beforeAll(async () => {
  summary = await writeSeedWorld({
    outDir: join(dir, 'world'),
    settlements: SETTLEMENTS,
    seed: 20250101,
  });
  tables = readTables(join(dir, 'world'));
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const column = (table: TableName, name: string) => tables[table].map((r) => r[name] as string);
const share = (rows: readonly unknown[], of: number) => rows.length / of;

describe('the tables', () => {
  it('hold exactly the settlements asked for and about two fee lines each', () => {
    expect(tables.setl_d).toHaveLength(SETTLEMENTS);
    expect(summary.settlements).toBe(SETTLEMENTS);
    expect(tables.fee_list_d.length / SETTLEMENTS).toBeGreaterThan(1.85);
    expect(tables.fee_list_d.length / SETTLEMENTS).toBeLessThan(2.3);
    for (const [table, rows] of Object.entries(summary.rows))
      expect(tables[table as TableName]).toHaveLength(rows);
  });

  it('have no key twice', () => {
    for (const [name, spec] of Object.entries(TABLES)) {
      const rows = tables[name as TableName];
      const keys = new Set(rows.map((r) => spec.key.map((k) => r[k]).join('\t')));
      // A maker's batch printed twice may repeat a trace code inside one settlement.
      if (name !== 'drug_trac_d') expect(keys.size, name).toBe(rows.length);
    }
  });

  it('refer to each other, but for a few lost and unsettled records', () => {
    const settlements = new Set(column('setl_d', 'setl_id'));
    const visits = new Set(column('mdtrt_d', 'mdtrt_id'));
    const people = new Set(column('psn_b', 'psn_no'));
    const places = new Set(column('fixmedins_b', 'fixmedins_code'));
    const items = new Set(column('hilist_b', 'hilist_code'));
    const doctors = new Set(column('dr_b', 'dr_code'));
    const strangers: string[] = [];
    const mustBe = (known: ReadonlySet<string>, id: string | undefined, what: string) => {
      if (!known.has(id as string)) strangers.push(`${what} ${id}`);
    };
    for (const table of ['setl_d', 'mdtrt_d', 'fee_list_d', 'drug_trac_d'] as const)
      for (const row of tables[table]) {
        mustBe(people, row.psn_no, `${table} psn_no`);
        mustBe(places, row.fixmedins_code, `${table} fixmedins_code`);
      }
    for (const row of tables.fee_list_d) {
      mustBe(items, row.hilist_code, 'hilist_code');
      if (row.bilg_dr_code !== '') mustBe(doctors, row.bilg_dr_code, 'bilg_dr_code');
      if (row.setl_id !== '') mustBe(settlements, row.setl_id, 'setl_id');
    }
    expect(strangers).toEqual([]);
    const lost = tables.setl_d.filter((r) => !visits.has(r.mdtrt_id as string));
    const unsettled = tables.fee_list_d.filter((r) => r.setl_id === '');
    expect(share(lost, SETTLEMENTS)).toBeGreaterThan(0.001);
    expect(share(lost, SETTLEMENTS)).toBeLessThan(0.02);
    expect(share(unsettled, SETTLEMENTS)).toBeGreaterThan(0.0003);
    expect(share(unsettled, SETTLEMENTS)).toBeLessThan(0.005);
  });

  it('add up: fund, account and cash are the total, and so are the fee lines', () => {
    const lines = new Map<string, number>();
    for (const r of tables.fee_list_d)
      lines.set(
        r.setl_id as string,
        (lines.get(r.setl_id as string) ?? 0) + fen(r.det_item_fee_sumamt as string),
      );
    let without = 0;
    const wrong: string[] = [];
    for (const r of tables.setl_d) {
      const total = fen(r.medfee_sumamt as string);
      const parts = ['fund_pay_sumamt', 'acct_pay', 'psn_cash_pay'].map((c) => fen(r[c] as string));
      const sum = lines.get(r.setl_id as string);
      if (sum === undefined) without++;
      if (
        parts.reduce((a, b) => a + b, 0) !== total ||
        Math.sign(total) !== (r.refd_setl_flag === '1' ? -1 : 1) ||
        (sum !== undefined && sum !== total)
      )
        wrong.push(r.setl_id as string);
    }
    expect(wrong).toEqual([]);
    expect(without / SETTLEMENTS).toBeLessThan(0.01);
  });

  it('show the corrections of an office: refunds of one row in twenty, voids, second settlements', () => {
    const refunds = tables.setl_d.filter((r) => r.refd_setl_flag === '1');
    expect(share(refunds, SETTLEMENTS)).toBeGreaterThan(0.045);
    expect(share(refunds, SETTLEMENTS)).toBeLessThan(0.055);
    const byVisit = new Map<string, Array<Record<string, string>>>();
    for (const r of tables.setl_d)
      byVisit.set(r.mdtrt_id as string, [...(byVisit.get(r.mdtrt_id as string) ?? []), r]);
    let again = 0;
    let part = 0;
    let alone = 0;
    for (const r of refunds) {
      const rows = byVisit.get(r.mdtrt_id as string) ?? [];
      const first = rows.find((x) => x.refd_setl_flag === '0');
      if (!first) alone++;
      if (rows.length > 2) again++;
      if (-fen(r.medfee_sumamt as string) < fen(first?.medfee_sumamt as string)) part++;
    }
    expect(alone).toBe(0);
    expect(again).toBeGreaterThan(refunds.length * 0.15);
    expect(part).toBeGreaterThan(refunds.length * 0.03);
    const voids = tables.setl_d.filter((r) => r.vali_flag === '0');
    expect(share(voids, SETTLEMENTS)).toBeGreaterThan(0.001);
  });

  it('are imperfect: some times are dates only, some fields and addresses are missing', () => {
    const bare = tables.setl_d.filter((r) => (r.setl_time as string).length === 10);
    expect(share(bare, SETTLEMENTS)).toBeGreaterThan(0.001);
    expect(share(bare, SETTLEMENTS)).toBeLessThan(0.01);
    const people = tables.psn_b.length;
    const noAddress = tables.psn_b.filter((r) => r.addr === '');
    expect(share(noAddress, people)).toBeGreaterThan(0.05);
    expect(share(noAddress, people)).toBeLessThan(0.2);
    expect(tables.mdtrt_d.some((r) => r.endtime === '')).toBe(true);
  });
});

describe('honest life', () => {
  const hourOf = (time: string) => Number(time.slice(11, 13));

  it('keeps opening hours, week-ends and holidays', () => {
    const timed = tables.setl_d.filter((r) => (r.setl_time as string).length > 10);
    const outpatient = timed.filter((r) => r.med_type === '11');
    const night = timed.filter((r) => r.med_type === '41' && hourOf(r.setl_time as string) < 6);
    expect(night.length / timed.length).toBeLessThan(0.005);
    const onDay = (rows: typeof timed, day: string) =>
      rows.filter((r) => (r.setl_time as string).startsWith(day)).length;
    // New Year's day of the old calendar against a Wednesday in March.
    expect(onDay(outpatient, '2025-01-29')).toBeLessThan(onDay(outpatient, '2025-03-12') * 0.7);
    const weekday = (r: Record<string, string>) =>
      new Date(`${r.setl_time?.slice(0, 10)}Z`).getUTCDay();
    const mondays = outpatient.filter((r) => weekday(r) === 1).length;
    const sundays = outpatient.filter((r) => weekday(r) === 0).length;
    expect(sundays).toBeLessThan(mondays * 0.8);
  });

  it('has honest dialysis three times a week all year long, with its supporting items', () => {
    const planted = new Set(readGroups(summary.truthFile).flatMap((t) => t.patients));
    const sessions = new Map<string, number>();
    const dialysis = new Set(
      tables.fee_list_d
        .filter((r) => /血液透析|血液滤过/.test(r.hilist_name as string) && r.list_type === '201')
        .map((r) => r.setl_id as string),
    );
    for (const r of tables.setl_d)
      if (
        dialysis.has(r.setl_id as string) &&
        r.refd_setl_flag === '0' &&
        !planted.has(r.psn_no as string)
      )
        sessions.set(r.psn_no as string, (sessions.get(r.psn_no as string) ?? 0) + 1);
    const regular = [...sessions.values()].filter((n) => n > 130);
    expect(regular.length).toBeGreaterThan(5);
    let honest = 0;
    const anticoagulated = new Set<string>();
    for (const r of tables.fee_list_d) {
      if (planted.has(r.psn_no as string) || !dialysis.has(r.setl_id as string)) continue;
      if (/血液透析$|血液滤过$|血液透析滤过$/.test(r.hilist_name as string)) honest++;
      if (/肝素/.test(r.hilist_name as string)) anticoagulated.add(r.setl_id as string);
    }
    expect(anticoagulated.size / honest).toBeGreaterThan(0.9);
  });

  it('readmits roughly one in eight within thirty days, cycles left out', () => {
    const stays = new Map<string, Array<[number, number]>>();
    for (const r of tables.setl_d)
      if (
        r.med_type === '21' &&
        r.refd_setl_flag === '0' &&
        r.vali_flag === '1' &&
        !/^C/.test(r.dise_no as string)
      )
        stays.set(r.psn_no as string, [
          ...(stays.get(r.psn_no as string) ?? []),
          [Date.parse(r.begndate as string) / 864e5, Date.parse(r.enddate as string) / 864e5],
        ]);
    let all = 0;
    let back = 0;
    for (const list of stays.values()) {
      list.sort((a, b) => a[0] - b[0]);
      list.forEach(([, out], i) => {
        all++;
        const next = list[i + 1];
        if (next && next[0] - out <= 30) back++;
      });
    }
    expect(all / SETTLEMENTS).toBeGreaterThan(0.02);
    expect(back / all).toBeGreaterThan(0.07);
    expect(back / all).toBeLessThan(0.19);
  });
});
