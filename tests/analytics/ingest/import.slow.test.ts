import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { importDirectory } from '../../../analytics/ingest/import.js';
import { openDuck } from '../../../analytics/landing/duck.js';
import { csv, forget, rejected, settlement as S, worldOfFile } from './world.js';

const own = worldOfFile();
const { current } = own;

describe('import', () => {
  it('lands every kind of value, with where it came from', async () => {
    const { record, changed, rejectFile } = await own.world.load({
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

  it('reads Chinese, upper-case and shuffled headers, TAB and apostrophe before identifiers', async () => {
    await own.world.load({
      'SETL_D_1.CSV': '人员编号,结算ID,医疗费总额,定点医药机构编号\n\t0012,\'001,"1,234.50",H1\n',
      'setl_d_2.csv': 'FIXMEDINS_CODE,SETL_ID,PSN_NO\nH2,002,A2\n',
    });
    expect(await current('setl_d', 'setl_id, psn_no, fixmedins_code, medfee_sumamt')).toEqual([
      ['001', '0012', 'H1', 123450],
      ['002', 'A2', 'H2', null],
    ]);
  });

  it('reads gzip and Parquet beside CSV', async () => {
    const dir = own.world.input({ 'setl_d_a.csv.gz': gzipSync(csv([S('1')])) });
    const duck = await openDuck({ tempDir: join(own.world.dir, 'tmp') });
    await duck.run(`COPY (SELECT '2' AS setl_id, 5::BIGINT AS psn_no, 'H1' AS fixmedins_code,
      12.34::DOUBLE AS medfee_sumamt, 0.1::DOUBLE + 0.2::DOUBLE AS fund_pay_sumamt,
      5.5::DECIMAL(9,2) AS acct_pay, TIMESTAMP '2025-03-04 10:20:30' AS setl_time, DATE '2025-03-04' AS enddate
      UNION ALL SELECT '3', 6, NULL, 1, 1, 1, NULL, NULL)
      TO '${join(dir, 'setl_d_b.parquet')}' (FORMAT parquet)`);
    await duck.close();
    const { record, rejectFile } = await importDirectory({
      landing: own.world.landing,
      dir,
      rejectDir: join(own.world.dir, 'rejects'),
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
    await own.world.load({
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
    const { record } = await own.world.load({
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
    await own.world.load({
      'setl_d.csv': [S('1', { vali_flag: '1' }), S('2', { vali_flag: '0' })],
    });
    expect(await current('setl_d', 'setl_id')).toEqual([['1']]);
    const { record } = await own.world.load({ 'setl_d.csv': [S('1', { vali_flag: '0' })] });
    expect(record.tables.setl_d?.changed).toBe(1);
    expect(await current('setl_d', 'setl_id')).toEqual([]);
    const reader = await own.world.landing.reader();
    expect(await reader.rows(`SELECT count(*) AS n FROM ${reader.latest('setl_d')}`)).toEqual([
      { n: 2 },
    ]);
    await reader.close();
  });

  it('changes nothing when the same files come again, wherever they lie', async () => {
    const files = { 'setl_d.csv': [S('1'), S('2')], 'psn_b.csv': [{ psn_no: 'A1' }] };
    const first = await own.world.load(files);
    const version = await own.world.landing.version();
    const again = await own.world.load(files);
    expect([again.changed, again.record.id]).toEqual([false, first.record.id]);
    expect(again.record.tables.setl_d).toMatchObject({ accepted: 2, changed: 0 });
    expect(await own.world.landing.version()).toBe(version);
    const zipped = await own.world.load({
      'setl_d.csv.gz': gzipSync(csv(files['setl_d.csv'])),
      'psn_b.csv': files['psn_b.csv'],
    });
    expect(zipped.changed).toBe(false);
  });

  it('counts what is new or different only', async () => {
    await own.world.load({ 'setl_d.csv': [S('1'), S('2'), S('3')] });
    const { record } = await own.world.load({
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
    const { record } = await own.world.load({
      'setl_d.csv': 'setl_id,psn_no,fixmedins_code\n',
      'psn_b.csv': 'psn_no',
    });
    const none = { read: 0, accepted: 0, rejected: 0, changed: 0, repeated: 0 };
    expect(record.tables).toEqual({ setl_d: none, psn_b: none });
    expect(record.period).toBeNull();
    expect(await current('setl_d', 'setl_id')).toEqual([]);
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
    await own.world.load({ 'setl_d.csv': rows });
    const first = await current('setl_d', columns);
    await forget(own.world);
    await own.world.load({ 'setl_d.csv': [...rows].reverse() });
    expect(await current('setl_d', columns)).toEqual(first);
    await forget(own.world);
    const { record } = await own.world.load({ 'setl_d.csv': rows }, { careful: true });
    expect(record.tables.setl_d).toMatchObject({ read: 300, accepted: 300, rejected: 0 });
    expect(await current('setl_d', columns)).toEqual(first);
  });
});
