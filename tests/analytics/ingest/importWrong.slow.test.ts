import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importDirectory } from '../../../analytics/ingest/import.js';
import { said } from '../../../web/src/i18n/said.js';
import { csv, type Row, rejected, settlement as S, type TestWorld, worldOfFile } from './world.js';

/** The page says it so to who reads Chinese. */
const IN_CHINESE = /\p{Script=Han}/u;

const own = worldOfFile();
const { current } = own;

describe('import of what is wrong', () => {
  it('rejects what is wrong, one line each, and accounts for every row', async () => {
    const { record, rejectFile } = await own.world.load({
      'setl_d.csv': [
        S('1'),
        S('2', { medfee_sumamt: 'ten' }),
        S('3', { setl_time: '2025-02-30' }),
        S('', {}),
        S('5', { psn_no: ' ' }),
        S('6', { med_type: '99', insu_admdvs: 'nowhere' }),
        S('7', { medfee_sumamt: '1.005' }),
      ],
      'psn_b.csv': [
        { psn_no: 'A1', brdy: '1175-01-01' },
        { psn_no: 'A2', brdy: '1990-04-31' },
      ],
    });
    expect(record.tables.setl_d).toEqual({
      ...{ read: 7, accepted: 2, rejected: 5 },
      ...{ changed: 2, repeated: 0 },
    });
    expect(record.tables.psn_b).toMatchObject({ read: 2, accepted: 1, rejected: 1 });
    expect(rejected(rejectFile)).toEqual([
      'setl_d.csv,3,medfee_sumamt,ten,not an amount of money with at most two decimal places',
      'setl_d.csv,4,setl_time,2025-02-30,not a date or time of the calendar',
      'setl_d.csv,5,setl_id,,empty key',
      'setl_d.csv,6,psn_no,,empty key',
      'setl_d.csv,8,medfee_sumamt,1.005,not an amount of money with at most two decimal places',
      'psn_b.csv,3,brdy,1990-04-31,not a date of the calendar',
    ]);
    expect(await current('setl_d', 'setl_id, med_type')).toEqual([
      ['1', null],
      ['6', '99'],
    ]);
  });

  it('warns of orphans, unsettled lines, mangled identifiers, unknown columns and files', async () => {
    const line = (sn: string, more: Row): Row => ({
      ...{ bkkp_sn: sn, mdtrt_id: 'M1', fixmedins_code: 'H1', setl_id: '1' },
      ...more,
    });
    const { record } = await own.world.load({
      'setl_d.csv': [S('1'), S('2', { psn_no: '1.23457E+17' })],
      'mdtrt_d.csv': [{ mdtrt_id: 'M1', atddr_number: 'D1' }],
      'fee_list_d.csv': [line('1', {}), line('2', { setl_id: '9' }), line('3', { setl_id: '' })],
      'notes.csv': 'a,b\n',
      'invt_d.xlsx': 'PK',
      'notes.txt': 'nothing',
    });
    expect(record.warnings).toEqual([
      'invt_d.xlsx is not read: only .csv, .csv.gz and .parquet are',
      'notes.csv is no table of the dialect nhsa: not read',
      'setl_d: 1 identifiers had been turned into numbers by a spreadsheet (1.23E+17)',
      expect.stringMatching(
        /^mdtrt_d.csv: column atddr_number is not known and not read; nearest known: atddr_/,
      ),
      'fee_list_d: 1 lines without their settlement',
      'fee_list_d: 1 lines not settled yet',
      'setl_d: 1 settlements without their visit',
    ]);
    for (const warning of record.warnings) expect(said(warning, 'zh')).toMatch(IN_CHINESE);
  });

  it('warns of settlements dated after today, and keeps them', async () => {
    const day = (days: number) =>
      new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const { record } = await own.world.load({
      'setl_d.csv': [
        S('1'),
        S('2', { setl_time: '2999-12-31 08:00:00' }),
        S('3', { setl_time: '', enddate: day(3) }),
        S('4', { setl_time: `${day(-1)} 23:59:59` }),
      ],
    });
    expect(record.warnings).toEqual([
      'setl_d: 2 settlements are dated after today, the last 2999-12-31',
    ]);
    expect(said(record.warnings[0] as string, 'zh')).toMatch(IN_CHINESE);
    expect(record.tables.setl_d?.accepted).toBe(4);
  });

  it('refuses clearly, and applies nothing', async () => {
    const version = await own.world.landing.version();
    const good = { 'setl_d.csv': [S('1')] };
    const refusals: Array<[Parameters<TestWorld['load']>[0], RegExp, { dialect?: string }?]> = [
      [{ 'mdtrt_d.csv': [{ mdtrt_id: '1' }] }, /has no settlements: no file setl_d\*/],
      [{}, /has no settlements/],
      [{ ...good, 'psn_b.csv': 'name\nx\n' }, /psn_b.csv has no column psn_no/],
      [{ ...good, 'psn_b.csv': 'psn_no,psn_no\n1,2\n' }, /has column psn_no twice/],
      [{ ...good, 'psn_b.csv': '' }, /psn_b.csv is empty/],
      [{ ...good, 'psn_b.parquet': 'no parquet' }, /psn_b.parquet cannot be read as Parquet/],
      [good, /There is no dialect martian/, { dialect: 'martian' }],
    ];
    for (const [files, message, options] of refusals) {
      const error = await own.world.load(files, options).catch((e: unknown) => e);
      expect(error).toMatchObject({ name: 'RingfenceError', kind: 'invalid' });
      expect((error as Error).message).toMatch(message);
      const { remedy } = error as { remedy: string };
      for (const text of [(error as Error).message, remedy]) {
        expect(said(text, 'zh'), text).toMatch(IN_CHINESE);
        expect(said(text, 'en')).toBe(text);
      }
    }
    await expect(own.world.load({ 'setl_d2025.XLSX': 'PK' })).rejects.toMatchObject({
      remedy: 'Save setl_d2025.XLSX as .csv',
    });
    expect(await own.world.landing.version()).toBe(version);
    expect(readdirSync(join(own.world.dir, 'landing')).filter((n) => n.startsWith('.tmp'))).toEqual(
      [],
    );
  });

  it('stops when asked, and leaves nothing behind', async () => {
    const version = await own.world.landing.version();
    for (const phase of ['import: reading', 'import: setl_d', 'import: comparing']) {
      const control = new AbortController();
      const before = existsSync(join(own.world.dir, 'rejects'))
        ? readdirSync(join(own.world.dir, 'rejects'))
        : [];
      const work = importDirectory({
        landing: own.world.landing,
        dir: own.world.input({ 'setl_d.csv': [S('1'), S('2', { medfee_sumamt: 'x' })] }),
        rejectDir: join(own.world.dir, 'rejects'),
        signal: control.signal,
        progress: (p) => {
          if (p.phase === phase) control.abort();
        },
      });
      await expect(work).rejects.toMatchObject({ kind: 'cancelled' });
      expect(
        readdirSync(join(own.world.dir, 'landing')).filter((n) => n.startsWith('.tmp')),
      ).toEqual([]);
      const after = existsSync(join(own.world.dir, 'rejects'))
        ? readdirSync(join(own.world.dir, 'rejects'))
        : [];
      expect(after).toEqual(before);
    }
    expect(await own.world.landing.version()).toBe(version);
  });

  it('survives hostile rows in every table with the right sums', async () => {
    const files = {
      'setl_d.csv': Buffer.concat([
        Buffer.from(
          `${csv([S('1'), S('2')])}3,M3,A1,H1,2025-03-04,10.00\n4,M4,A1,H1,2025-03-04,10.00,7.00,extra\n`,
        ),
        Buffer.from('5,M5,A1,H1,\0,10.00,7.00\n6,"M6,A1,H1,2025-03-04,10.00,7.00\n'),
        Buffer.from([0xe9, 0x2c, 0x0a]),
        Buffer.from(
          `7,M7,A1,H1,2025-03-04,${'9'.repeat(10_000_000)},7.00\n8,M8,A1,H1,2025-13-04,10.00,7.00\n`,
        ),
        Buffer.from('9,M9,A1,H1,2025-03-04,=1+1,7.00\n10,M10,张三,H1,2025-03-04,10.00,7.00\n'),
      ]),
    };
    const { record, rejectFile } = await own.world.load(files);
    expect(record.tables.setl_d).toMatchObject({ read: 11, accepted: 3, rejected: 8 });
    expect(rejected(rejectFile)).toHaveLength(8);
    expect(rejected(rejectFile)).toContain(
      "setl_d.csv,11,medfee_sumamt,'=1+1,not an amount of money with at most two decimal places",
    );
    expect(await current('setl_d', 'sum(medfee_sumamt)::BIGINT, count(*)')).toEqual([[3000, 3]]);
  });
});
