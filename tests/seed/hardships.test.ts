import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TABLE_NAMES } from '../../analytics/model/tables.js';
import { lossNamed } from '../../api/commands/seed.js';
import { CROWD_SHARE } from '../../seed/crowd.js';
import { writeSeedWorld } from '../../seed/index.js';
import type { SeedOptions } from '../../seed/options.js';
import { readTable } from './support.js';

const dir = mkdtempSync(join(tmpdir(), 'ringfence-hardships-'));
const file = (world: string, table: string) => join(dir, world, `${table}.csv`);
const text = (world: string, table: string) => readFileSync(file(world, table), 'utf8');
const make = (name: string, more: Partial<SeedOptions> = {}) =>
  writeSeedWorld({ outDir: join(dir, name), settlements: 8000, seed: 6, clean: true, ...more });

beforeAll(() => make('whole'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('hardships of a handover', () => {
  it('withhold tables and columns, of an earlier world too, and change nothing else', async () => {
    await make('part');
    const summary = await make('part', { without: ['rltn_d', 'psn_b.addr', 'psn_b.tel'] });
    expect(existsSync(file('part', 'rltn_d'))).toBe(false);
    expect(summary.rows.rltn_d).toBe(0);
    const [head = ''] = text('part', 'psn_b').split('\n');
    expect(head).toContain('psn_no,psn_name,certno');
    expect(head).not.toMatch(/addr|tel/);
    const cut = (line: string) =>
      line
        .split(',')
        .filter((_, i) => i !== 5 && i !== 6)
        .join();
    expect(text('part', 'psn_b')).toBe(text('whole', 'psn_b').split('\n').map(cut).join('\n'));
    for (const table of TABLE_NAMES)
      if (!/psn_b|rltn_d/.test(table)) expect(text('part', table)).toBe(text('whole', table));
  });

  it('lose visits with all that hangs on them', async () => {
    const summary = await make('lost', { lost: 0.2 });
    const before = readTable(join(dir, 'whole'), 'setl_d');
    const after = readTable(join(dir, 'lost'), 'setl_d');
    expect(after.length / before.length).toBeGreaterThan(0.77);
    expect(after.length / before.length).toBeLessThan(0.83);
    expect(summary.rows.setl_d).toBe(after.length);
    const left = new Set(after.map((r) => r.mdtrt_id));
    const gone = new Set(before.map((r) => r.mdtrt_id).filter((id) => !left.has(id)));
    for (const table of ['setl_d', 'mdtrt_d', 'fee_list_d', 'drug_trac_d'] as const) {
      const rows = readTable(join(dir, 'lost'), table);
      expect(rows.length).toBeGreaterThan(0);
      expect(
        rows.filter((r) => gone.has(r.mdtrt_id)),
        table,
      ).toEqual([]);
    }
    expect(text('lost', 'psn_b')).toBe(text('whole', 'psn_b'));
    // The same seed loses the same ones.
    await make('again', { lost: 0.2 });
    expect(text('again', 'setl_d')).toBe(text('lost', 'setl_d'));
  });

  it('lose rows of one table alone', async () => {
    await make('lines', { lostRows: { fee_list_d: 0.3 } });
    const share = readTable(join(dir, 'lines'), 'fee_list_d').length;
    const of = readTable(join(dir, 'whole'), 'fee_list_d').length;
    expect(share / of).toBeGreaterThan(0.67);
    expect(share / of).toBeLessThan(0.73);
    expect(text('lines', 'setl_d')).toBe(text('whole', 'setl_d'));
  });

  it('have wrong clocks in the share of records asked for, within the year', async () => {
    await make('clocks', { wrongTimes: 0.25 });
    for (const [table, column] of [
      ['setl_d', 'setl_time'],
      ['mdtrt_d', 'begntime'],
    ] as const) {
      const before = readTable(join(dir, 'whole'), table).map((r) => r[column] as string);
      const after = readTable(join(dir, 'clocks'), table).map((r) => r[column] as string);
      const wrong = after.filter((t, i) => t !== before[i]);
      expect(wrong.length / after.length).toBeGreaterThan(0.22);
      expect(wrong.length / after.length).toBeLessThan(0.28);
      const bare = wrong.filter((t) => t.length === 10).length / wrong.length;
      expect(bare).toBeGreaterThan(0.35);
      expect(bare).toBeLessThan(0.45);
      expect(wrong.filter((t) => !/^2025-\d\d-\d\d( \d\d:\d\d:\d\d)?$/.test(t))).toEqual([]);
    }
  });

  it('crowd one hospital with a fifth of all visits, in a world of the same size', async () => {
    await make('crowd', { crowded: true });
    const rows = readTable(join(dir, 'crowd'), 'setl_d');
    expect(rows).toHaveLength(8000);
    const visits = new Map<string, number>();
    for (const r of rows)
      visits.set(r.fixmedins_code as string, (visits.get(r.fixmedins_code as string) ?? 0) + 1);
    const most = Math.max(...visits.values()) / rows.length;
    expect(most).toBeGreaterThan(CROWD_SHARE * 0.95);
    expect(most).toBeLessThan(CROWD_SHARE + 0.12);
  });

  it('are refused where they name nothing, too much, or what everything rests on', async () => {
    for (const [more, message] of [
      [{ without: ['psn_b.address'] }, /psn_b\.address: no such/],
      [{ without: ['persons'] }, /persons: no such/],
      [{ without: ['setl_d'] }, /setl_d: nothing can be found/],
      [{ without: ['mdtrt_d.mdtrt_id'] }, /mdtrt_d\.mdtrt_id: rows are told by it/],
      [{ lost: 0.95 }, /--lost 0\.95/],
      [{ lostRows: { fees: 0.1 } as never }, /--lost fees: no such table/],
      [{ wrongTimes: -1 }, /--wrong-times -1/],
    ] as const)
      await expect(make('x', more)).rejects.toThrow(message);
    expect(existsSync(join(dir, 'x'))).toBe(false);
  });

  it('are named on the command line as a share, or table by table', () => {
    expect(lossNamed('0.2')).toEqual({ lost: 0.2, lostRows: {} });
    expect(lossNamed('0.1, mdtrt_d=0.3')).toEqual({ lost: 0.1, lostRows: { mdtrt_d: 0.3 } });
    expect(() => lossNamed('many')).toThrow(/share/);
    expect(() => lossNamed('mdtrt_d=2')).toThrow(/share/);
  });
});
