import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { importDirectory } from '../../../analytics/ingest/import.js';
import { openDuck } from '../../../analytics/landing/duck.js';
import type { TableName } from '../../../analytics/model/tables.js';
import { csv, forget, openWorld, type Row, type TestWorld } from './world.js';

let world: TestWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => forget(world));
afterAll(() => world.close());

const S = (id: string, more: Row = {}): Row => ({
  setl_id: id,
  mdtrt_id: `M${id}`,
  psn_no: 'A1',
  fixmedins_code: 'H1',
  setl_time: '2025-03-04 10:20:30',
  medfee_sumamt: '10.00',
  fund_pay_sumamt: '7.00',
  ...more,
});

async function current(table: TableName, columns: string, order = '1'): Promise<unknown[][]> {
  const reader = await world.landing.reader();
  try {
    const rows = await reader.rows(`SELECT ${columns} FROM ${reader.sql(table)} ORDER BY ${order}`);
    return rows.map((r) => Object.values(r));
  } finally {
    await reader.close();
  }
}

const rejected = (file: string | null) =>
  file === null ? [] : readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);

describe('import', () => {
  it('lands every kind of value, with where it came from', async () => {
    const { record, changed, rejectFile } = await world.load({
      'setl_d.csv': [
        S('007', { psn_no: '000123456789012345', begndate: '20250301', enddate: '2025/3/4' }),
      ],
    });
    expect([changed, rejectFile, record.state]).toEqual([true, null, 'committed']);
    expect(record.period).toEqual({ from: '2025-03-04', to: '2025-03-05' });
    expect(record.tables).toEqual({
      setl_d: { read: 1, accepted: 1, rejected: 0, changed: 1, repeated: 0 },
    });
    expect(
      await current(
        'setl_d',
        `setl_id, psn_no, begndate::VARCHAR, enddate::VARCHAR, setl_time, setl_time_clock,
         medfee_sumamt, hifp_pay, vali_flag, src_file, src_row`,
      ),
    ).toEqual([
      [
        '007',
        '000123456789012345',
        '2025-03-01',
        '2025-03-04',
        1741054830,
        true,
        1000,
        null,
        null,
        'setl_d.csv',
        2,
      ],
    ]);
  });

  it('rejects what is wrong, one line each, and accounts for every row', async () => {
    const { record, rejectFile } = await world.load({
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

  it('reads Chinese, upper-case and shuffled headers, TAB and apostrophe before identifiers', async () => {
    await world.load({
      'SETL_D_1.CSV': '人员编号,结算ID,医疗费总额,定点医药机构编号\n\t0012,\'001,"1,234.50",H1\n',
      'setl_d_2.csv': 'FIXMEDINS_CODE,SETL_ID,PSN_NO\nH2,002,A2\n',
    });
    expect(await current('setl_d', 'setl_id, psn_no, fixmedins_code, medfee_sumamt')).toEqual([
      ['001', '0012', 'H1', 123450],
      ['002', 'A2', 'H2', null],
    ]);
  });

  it('reads gzip and Parquet beside CSV', async () => {
    const dir = world.input({ 'setl_d_a.csv.gz': gzipSync(csv([S('1')])) });
    const duck = await openDuck({ tempDir: join(world.dir, 'tmp') });
    await duck.run(`COPY (SELECT '2' AS setl_id, 5::BIGINT AS psn_no, 'H1' AS fixmedins_code,
      12.34::DOUBLE AS medfee_sumamt, 0.1::DOUBLE + 0.2::DOUBLE AS fund_pay_sumamt,
      5.5::DECIMAL(9,2) AS acct_pay, TIMESTAMP '2025-03-04 10:20:30' AS setl_time, DATE '2025-03-04' AS enddate
      UNION ALL SELECT '3', 6, NULL, 1, 1, 1, NULL, NULL)
      TO '${join(dir, 'setl_d_b.parquet')}' (FORMAT parquet)`);
    await duck.close();
    const { record, rejectFile } = await importDirectory({
      landing: world.landing,
      dir,
      rejectDir: join(world.dir, 'rejects'),
    });
    expect(record.tables.setl_d).toMatchObject({ read: 3, accepted: 2, rejected: 1 });
    expect(rejected(rejectFile)).toEqual(['setl_d_b.parquet,2,fixmedins_code,,empty key']);
    expect(
      await current(
        'setl_d',
        'setl_id, psn_no, medfee_sumamt, fund_pay_sumamt, acct_pay, setl_time',
      ),
    ).toEqual([
      ['1', 'A1', 1000, 700, null, 1741054830],
      ['2', '5', 1234, 30, 550, 1741054830],
    ]);
  });

  it('takes the clock of setl_time to the date of its row', async () => {
    await world.load({
      'setl_d.csv': [
        S('1', { setl_time: '8:05', begndate: '2025-03-01', enddate: '2025-03-04' }),
        S('2', { setl_time: '08:05:09', begndate: '2025-03-01', enddate: '' }),
        S('3', { setl_time: '2025-03-04', begndate: '', enddate: '' }),
      ],
    });
    const at = (text: string) => Date.parse(`${text}+08:00`) / 1000;
    expect(await current('setl_d', 'setl_id, setl_time, setl_time_clock')).toEqual([
      ['1', at('2025-03-04T08:05:00'), true],
      ['2', at('2025-03-01T08:05:09'), true],
      ['3', at('2025-03-04T00:00:00'), false],
    ]);
  });

  it('lets the later file, then the later row win, and counts it', async () => {
    const { record } = await world.load({
      'setl_d_2.csv': [S('1', { medfee_sumamt: '2.00' })],
      'setl_d_1.csv': [S('1', { medfee_sumamt: '1.00' }), S('2', { medfee_sumamt: '1' }), S('2')],
    });
    expect(record.tables.setl_d).toMatchObject({ read: 4, accepted: 4, rejected: 0, repeated: 2 });
    expect(await current('setl_d', 'setl_id, medfee_sumamt, src_file, src_row')).toEqual([
      ['1', 200, 'setl_d_2.csv', 2],
      ['2', 1000, 'setl_d_1.csv', 4],
    ]);
  });

  it('keeps void rows out, and lets them withdraw an earlier row of their key', async () => {
    await world.load({ 'setl_d.csv': [S('1', { vali_flag: '1' }), S('2', { vali_flag: '0' })] });
    expect(await current('setl_d', 'setl_id')).toEqual([['1']]);
    const { record } = await world.load({ 'setl_d.csv': [S('1', { vali_flag: '0' })] });
    expect(record.tables.setl_d?.changed).toBe(1);
    expect(await current('setl_d', 'setl_id')).toEqual([]);
    const reader = await world.landing.reader();
    expect(await reader.rows(`SELECT count(*) AS n FROM ${reader.latest('setl_d')}`)).toEqual([
      { n: 2 },
    ]);
    await reader.close();
  });

  it('changes nothing when the same files come again, wherever they lie', async () => {
    const files = { 'setl_d.csv': [S('1'), S('2')], 'psn_b.csv': [{ psn_no: 'A1' }] };
    const first = await world.load(files);
    const version = await world.landing.version();
    const again = await world.load(files);
    expect([again.changed, again.record.id]).toEqual([false, first.record.id]);
    expect(again.record.tables.setl_d).toMatchObject({ accepted: 2, changed: 0 });
    expect(await world.landing.version()).toBe(version);
    const zipped = await world.load({
      'setl_d.csv.gz': gzipSync(csv(files['setl_d.csv'])),
      'psn_b.csv': files['psn_b.csv'],
    });
    expect(zipped.changed).toBe(false);
  });

  it('counts what is new or different only', async () => {
    await world.load({ 'setl_d.csv': [S('1'), S('2'), S('3')] });
    const { record } = await world.load({
      'setl_d.csv': [S('2'), S('3', { medfee_sumamt: '11' }), S('4')],
    });
    expect(record.tables.setl_d).toMatchObject({ accepted: 3, changed: 2 });
    expect(await current('setl_d', 'setl_id, medfee_sumamt')).toEqual([
      ['1', 1000],
      ['2', 1000],
      ['3', 1100],
      ['4', 1000],
    ]);
  });

  it('lands tables that have a header only', async () => {
    const { record } = await world.load({
      'setl_d.csv': 'setl_id,psn_no,fixmedins_code\n',
      'psn_b.csv': 'psn_no',
    });
    const none = { read: 0, accepted: 0, rejected: 0, changed: 0, repeated: 0 };
    expect(record.tables).toEqual({ setl_d: none, psn_b: none });
    expect(record.period).toBeNull();
    expect(await current('setl_d', 'setl_id')).toEqual([]);
  });

  it('warns of orphans, unsettled lines, mangled identifiers, unknown columns and files', async () => {
    const line = (sn: string, more: Row): Row => ({
      ...{ bkkp_sn: sn, mdtrt_id: 'M1', fixmedins_code: 'H1', setl_id: '1' },
      ...more,
    });
    const { record } = await world.load({
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
  });

  it('refuses clearly, and applies nothing', async () => {
    const version = await world.landing.version();
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
      const error = await world.load(files, options).catch((e: unknown) => e);
      expect(error).toMatchObject({ name: 'RingfenceError', kind: 'invalid' });
      expect((error as Error).message).toMatch(message);
    }
    await expect(world.load({ 'setl_d2025.XLSX': 'PK' })).rejects.toMatchObject({
      remedy: 'Save setl_d2025.XLSX as .csv',
    });
    expect(await world.landing.version()).toBe(version);
    expect(readdirSync(join(world.dir, 'landing')).filter((n) => n.startsWith('.tmp'))).toEqual([]);
  });

  it('stops when asked, and leaves nothing behind', async () => {
    const version = await world.landing.version();
    for (const phase of ['import: reading', 'import: setl_d', 'import: comparing']) {
      const control = new AbortController();
      const before = existsSync(join(world.dir, 'rejects'))
        ? readdirSync(join(world.dir, 'rejects'))
        : [];
      const work = importDirectory({
        landing: world.landing,
        dir: world.input({ 'setl_d.csv': [S('1'), S('2', { medfee_sumamt: 'x' })] }),
        rejectDir: join(world.dir, 'rejects'),
        signal: control.signal,
        progress: (p) => {
          if (p.phase === phase) control.abort();
        },
      });
      await expect(work).rejects.toMatchObject({ kind: 'cancelled' });
      expect(readdirSync(join(world.dir, 'landing')).filter((n) => n.startsWith('.tmp'))).toEqual(
        [],
      );
      const after = existsSync(join(world.dir, 'rejects'))
        ? readdirSync(join(world.dir, 'rejects'))
        : [];
      expect(after).toEqual(before);
    }
    expect(await world.landing.version()).toBe(version);
  });

  it('lands the same whatever the order of the rows, and whichever way they are read', async () => {
    const rows = Array.from({ length: 300 }, (_, i) =>
      S(String(i), {
        psn_no: `A${i % 17}`,
        medfee_sumamt: `${i}.${i % 10}`,
        vali_flag: i % 11 ? '1' : '0',
      }),
    );
    const columns = '* EXCLUDE (src_file, src_row), setl_time';
    await world.load({ 'setl_d.csv': rows });
    const first = await current('setl_d', columns);
    await forget(world);
    await world.load({ 'setl_d.csv': [...rows].reverse() });
    expect(await current('setl_d', columns)).toEqual(first);
    await forget(world);
    const { record } = await world.load({ 'setl_d.csv': rows }, { careful: true });
    expect(record.tables.setl_d).toMatchObject({ read: 300, accepted: 300, rejected: 0 });
    expect(await current('setl_d', columns)).toEqual(first);
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
    const { record, rejectFile } = await world.load(files);
    expect(record.tables.setl_d).toMatchObject({ read: 11, accepted: 3, rejected: 8 });
    expect(rejected(rejectFile)).toHaveLength(8);
    expect(rejected(rejectFile)).toContain(
      "setl_d.csv,11,medfee_sumamt,'=1+1,not an amount of money with at most two decimal places",
    );
    expect(await current('setl_d', 'sum(medfee_sumamt)::BIGINT, count(*)')).toEqual([[3000, 3]]);
  });
});

describe('dialects', () => {
  it('lets a bureau map its own files without code', async () => {
    const { mkdirSync, writeFileSync } = await import('node:fs');
    const folder = join(world.dir, 'config', 'dialects');
    mkdirSync(folder, { recursive: true });
    const dialect = {
      name: 'clinic',
      title: 'A clinic',
      utcOffset: '+00:00',
      tables: {
        setl_d: [
          {
            files: ['bills*'],
            columns: {
              setl_id: { concat: [{ constant: 'C' }, 'No'], separator: '-' },
              psn_no: { first: ['Card', 'Id'] },
              fixmedins_code: { constant: 'H9' },
              med_type: { from: 'Kind', map: { out: '11' }, else: { constant: '21' } },
              setl_time: 'Time',
              insu_admdvs: { from: 'Region', take: 6 },
              medfee_sumamt: 'Total',
            },
          },
        ],
        fee_list_d: [
          {
            files: ['items*'],
            columns: {
              bkkp_sn: { hash: ['No', 'Item'] },
              mdtrt_id: 'No',
              fixmedins_code: {
                from: 'Bill',
                lookup: { table: 'setl_d', key: 'setl_id', value: 'fixmedins_code' },
                else: { constant: '?' },
              },
              hilist_code: 'Item',
            },
          },
        ],
      },
    };
    writeFileSync(join(folder, 'clinic.json'), JSON.stringify(dialect));
    const { record } = await world.load(
      {
        'Bills 2025.csv':
          'no,Card,Id,Kind,Time,Region,Total\n1,,7,out,2025-03-04 02:00,50010199,1\n2,8,7,bed,2025-03-04,,2\n',
        'items.csv': 'No,Item,Bill\n1,x,C-1\n1,y,C-1\n2,x,none\n',
      },
      { dialect: 'clinic' },
    );
    expect(record.dialect).toBe('clinic');
    const at = (text: string) => Date.parse(`${text}+08:00`) / 1000;
    expect(
      await current('setl_d', 'setl_id, psn_no, fixmedins_code, med_type, setl_time, insu_admdvs'),
    ).toEqual([
      ['C-1', '7', 'H9', '11', at('2025-03-04T10:00:00'), '500101'],
      ['C-2', '8', 'H9', '21', at('2025-03-04T00:00:00'), null],
    ]);
    expect(await current('fee_list_d', 'mdtrt_id, fixmedins_code, hilist_code', 'ALL')).toEqual([
      ['1', 'H9', 'x'],
      ['1', 'H9', 'y'],
      ['2', '?', 'x'],
    ]);
  });
});
