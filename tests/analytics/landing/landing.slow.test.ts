import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TableName } from '../../../analytics/model/tables.js';
import { forget, openWorld, type Row, type TestWorld } from '../ingest/world.js';

let world: TestWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => forget(world));
afterAll(() => world.close());

const S = (id: string, day: string, more: Row = {}): Row => ({
  setl_id: id,
  mdtrt_id: `M${id}`,
  psn_no: 'A1',
  fixmedins_code: 'H1',
  setl_time: `${day} 10:00:00`,
  medfee_sumamt: '10.00',
  ...more,
});
const M = (id: string): Row => ({ mdtrt_id: `M${id}`, psn_no: 'A1', fixmedins_code: 'H1' });
const F = (id: string, sn = '1'): Row => ({
  ...{ bkkp_sn: sn, mdtrt_id: `M${id}`, fixmedins_code: 'H1', setl_id: id },
  ...{ hilist_code: 'X', det_item_fee_sumamt: '5' },
});

async function ids(table: TableName, column: string): Promise<string[]> {
  const reader = await world.landing.reader();
  try {
    const rows = await reader.rows<{ v: string }>(
      `SELECT ${column} AS v FROM ${reader.sql(table)} ORDER BY 1`,
    );
    return rows.map((r) => r.v);
  } finally {
    await reader.close();
  }
}

const landingDirs = () => readdirSync(join(world.dir, 'landing')).sort();

describe('landing', () => {
  it('shows the later of two imports that share a key, and the earlier again when it is withdrawn', async () => {
    await world.load({ 'setl_d.csv': [S('1', '2025-01-01'), S('2', '2025-01-02')] });
    const { record } = await world.load({
      'setl_d.csv': [S('2', '2025-01-03'), S('3', '2025-01-03')],
    });
    const times = async () => ids('setl_d', `setl_id || strftime(to_timestamp(setl_time), ' %d')`);
    expect(await times()).toEqual(['1 01', '2 03', '3 03']);
    const version = await world.landing.version();
    expect((await world.landing.withdraw(record.id)).state).toBe('withdrawn');
    expect(await world.landing.version()).toBe(version + 1);
    expect(await times()).toEqual(['1 01', '2 02']);
    await expect(world.landing.withdraw(record.id)).rejects.toMatchObject({ kind: 'conflict' });
    await expect(world.landing.withdraw(999)).rejects.toMatchObject({ kind: 'not-found' });
    // What was committed before can still be read as it was.
    const before = await world.landing.snapshotAt(version);
    expect(before?.imports.map((i) => i.id)).toContain(record.id);
  });

  it('lets the latest of three imports win', async () => {
    for (const fee of ['1', '2', '3'])
      await world.load({
        'setl_d.csv': [S('1', '2025-01-01', { medfee_sumamt: fee }), S(`x${fee}`, '2025-01-01')],
      });
    expect(await ids('setl_d', 'setl_id || medfee_sumamt')).toEqual([
      '1300',
      'x11000',
      'x21000',
      'x31000',
    ]);
  });

  it('keeps a reader at its version while imports go on', async () => {
    await world.load({ 'setl_d.csv': [S('1', '2025-01-01')] });
    const reader = await world.landing.reader();
    await world.load({ 'setl_d.csv': [S('1', '2025-01-01', { vali_flag: '0' })] });
    expect(await reader.rows(`SELECT setl_id FROM ${reader.sql('setl_d')}`)).toEqual([
      { setl_id: '1' },
    ]);
    await reader.close();
    expect(await ids('setl_d', 'setl_id')).toEqual([]);
  });

  it('replaces the settlements of a period with their lines and visits, and gives them back', async () => {
    const old = ['1', '2', '3'];
    await world.load({
      'setl_d.csv': [S('1', '2025-01-01'), S('2', '2025-01-02'), S('3', '2025-01-09')],
      'mdtrt_d.csv': old.map(M),
      'fee_list_d.csv': [...old.map((id) => F(id)), { ...F('2', '9'), setl_id: '' }],
      'psn_b.csv': [{ psn_no: 'A1', psn_name: '张三' }],
    });
    const { record } = await world.load(
      { 'setl_d.csv': [S('5', '2025-01-02'), S('6', '2025-01-03')], 'fee_list_d.csv': [F('5')] },
      { replacePeriod: true },
    );
    expect(record.warnings[0]).toBe(
      'replaces 2025-01-02 to 2025-01-04: 1 settlements of earlier imports no longer count',
    );
    expect(await ids('setl_d', 'setl_id')).toEqual(['1', '3', '5', '6']);
    expect(await ids('mdtrt_d', 'mdtrt_id')).toEqual(['M1', 'M3']);
    expect(await ids('fee_list_d', 'mdtrt_id || bkkp_sn')).toEqual(['M11', 'M31', 'M51']);
    expect(await ids('psn_b', 'psn_no')).toEqual(['A1']);
    await world.landing.withdraw(record.id);
    expect(await ids('setl_d', 'setl_id')).toEqual(['1', '2', '3']);
    expect(await ids('fee_list_d', 'mdtrt_id || bkkp_sn')).toEqual(['M11', 'M21', 'M29', 'M31']);
  });

  it('says replaced of an import whose days are all replaced', async () => {
    const first = await world.load({ 'setl_d.csv': [S('1', '2025-01-02')] });
    const second = await world.load(
      { 'setl_d.csv': [S('7', '2025-01-01'), S('8', '2025-01-04')] },
      { replacePeriod: true },
    );
    const state = async (id: number) =>
      (await world.landing.imports()).find((i) => i.id === id)?.state;
    expect(await state(first.record.id)).toBe('replaced');
    await world.landing.withdraw(second.record.id);
    expect(await state(first.record.id)).toBe('committed');
  });

  it('prunes days with all that hangs on them, but what is pinned', async () => {
    const all = ['1', '2', '3', '4'];
    await world.load({
      'setl_d.csv': [
        ...[S('1', '2024-01-01'), S('2', '2024-06-01'), S('3', '2025-01-09')],
        S('4', '2024-01-01'),
      ],
      'mdtrt_d.csv': all.map(M),
      'fee_list_d.csv': all.map((id) => F(id)),
      'psn_b.csv': [{ psn_no: 'A1' }],
    });
    const whole = await world.load({ 'setl_d.csv': [S('9', '2024-02-02')] });
    const gone = await world.load({ 'setl_d.csv': [S('10', '2025-02-02')] });
    await world.landing.withdraw(gone.record.id);
    const version = await world.landing.version();
    const result = await world.landing.prune('2025-01-01', ['4']);
    expect(result.removed).toEqual({ setl_d: 3, mdtrt_d: 2, fee_list_d: 2 });
    expect(await world.landing.version()).toBe(version + 1);
    expect(await ids('setl_d', 'setl_id')).toEqual(['3', '4']);
    expect(await ids('fee_list_d', 'setl_id')).toEqual(['3', '4']);
    expect(await ids('psn_b', 'psn_no')).toEqual(['A1']);
    const states = new Map((await world.landing.imports()).map((i) => [i.id, i.state]));
    expect(states.get(whole.record.id)).toBe('pruned');
    expect(await world.landing.snapshotAt(version)).toBeUndefined();
    // One directory is left: those of pruned and withdrawn imports are gone.
    const named = (await world.landing.ledgerRows()).flatMap((r) => r.dir ?? []);
    expect(landingDirs().filter((d) => named.includes(d))).toEqual(landingDirs());
    const again = await world.landing.prune('2025-01-01', ['4']);
    expect(again.imports).toEqual([]);
    await expect(world.landing.prune('soon', [])).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('removes what a crash left behind, and nothing that the ledger names', async () => {
    await world.load({ 'setl_d.csv': [S('1', '2025-01-01')] });
    const kept = landingDirs();
    const landing = join(world.dir, 'landing');
    for (const name of ['.tmp-half', 'renamed-but-not-committed']) {
      mkdirSync(join(landing, name));
      writeFileSync(join(landing, name, 'setl_d.parquet'), 'half');
    }
    mkdirSync(join(world.dir, 'tmp', 'duck-left'), { recursive: true });
    await world.reopen();
    expect(landingDirs()).toEqual(kept);
    expect(existsSync(join(world.dir, 'tmp', 'duck-left'))).toBe(false);
    expect(await ids('setl_d', 'setl_id')).toEqual(['1']);
  });

  it('commits two imports made at once, and sees the keys that they share', async () => {
    const load = (fee: string) =>
      world.load({ 'setl_d.csv': [S('1', '2025-01-01', { medfee_sumamt: fee })] });
    const [a, b] = await Promise.all([load('1'), load('2')]);
    const last = a.record.id > b.record.id ? '100' : '200';
    expect(await ids('setl_d', 'medfee_sumamt::VARCHAR')).toEqual([last]);
  });

  it('looks settlements up with their lines, and never a person’s name or number', async () => {
    await world.load({
      'setl_d.csv': [S('1', '2025-01-01'), S('2', '2025-01-02', { fixmedins_name: '一院' })],
      'mdtrt_d.csv': [{ ...M('1'), atddr_no: 'D1', atddr_name: '李医生' }],
      'fee_list_d.csv': [F('1'), F('1', '2'), F('2')],
      'hilist_b.csv': [{ hilist_code: 'X', hilist_name: '阿莫西林', list_type: '101' }],
      'psn_b.csv': [
        {
          psn_no: 'A1',
          psn_name: '张三',
          certno: '500101199001011234',
          tel: '13800000000',
          addr: '幸福路1号',
        },
      ],
    });
    const found = await world.landing.settlements(['2', 'nothing', '1', '2']);
    expect(found.map((s) => s.id)).toEqual(['2', '1']);
    expect(found[1]).toMatchObject({
      ...{ visit: 'M1', patient: 'A1', institution: 'H1', doctor: 'D1', doctorName: '李医生' },
      ...{ medfee: 1000, hasClock: true, file: 'setl_d.csv', row: 2 },
    });
    expect(found[1]?.lines.map((l) => [l.bkkpSn, l.item, l.itemName, l.listType, l.fen])).toEqual([
      ['1', 'X', '阿莫西林', '101', 500],
      ['2', 'X', '阿莫西林', '101', 500],
    ]);
    const text = JSON.stringify(found);
    for (const secret of ['张三', '500101199001011234', '13800000000', '幸福路'])
      expect(text).not.toContain(secret);
  });

  it('answers many questions at once while the ledger moves', async () => {
    await world.load({ 'setl_d.csv': [S('1', '2025-01-01')] });
    const asked = Array.from({ length: 6 }, () => world.landing.settlements(['1']));
    const load = world.load({ 'setl_d.csv': [S('2', '2025-01-02')] });
    const later = Array.from({ length: 6 }, async () => {
      await load;
      return world.landing.settlements(['1', '2']);
    });
    for (const found of await Promise.all(asked)) expect(found.map((s) => s.id)).toEqual(['1']);
    for (const found of await Promise.all(later))
      expect(found.map((s) => s.id)).toEqual(['1', '2']);
  });
});
