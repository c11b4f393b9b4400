import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type EventOptions,
  type EventReport,
  listCounties,
  prepareEvents,
} from '../../../analytics/landing/events.js';
import { forget, openWorld, type Row, type TestWorld } from '../ingest/world.js';

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
  med_type: '11',
  setl_time: '2025-03-04 10:00:00',
  medfee_sumamt: '10.00',
  fund_pay_sumamt: '7.00',
  ...more,
});

async function events(
  columns: string,
  options?: EventOptions,
): Promise<{ rows: unknown[][]; report: EventReport }> {
  const reader = await world.landing.reader();
  try {
    const report = await prepareEvents(reader, options);
    const rows = await reader.rows(`SELECT ${columns} FROM ev_settlement`);
    return { rows: rows.map((r) => Object.values(r)), report };
  } finally {
    await reader.close();
  }
}

const at = (text: string) => Date.parse(`${text}+08:00`) / 1000;
const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

describe('events', () => {
  it('nets refunds by visit, person and institution whatever the order of rows and files', async () => {
    const refund = (id: string, visit: string, time: string, fee: string, more: Row = {}) =>
      S(id, {
        mdtrt_id: visit,
        setl_time: time,
        medfee_sumamt: fee,
        fund_pay_sumamt: `${Number(fee) * 0.7}`,
        refd_setl_flag: '1',
        ...more,
      });
    const rows = [
      S('1', { mdtrt_id: 'V', setl_time: '2025-03-04 10:00' }),
      refund('2', 'V', '2025-03-04 10:05', '-10'),
      S('3', { mdtrt_id: 'V', setl_time: '2025-03-04 10:10' }),
      S('4', { mdtrt_id: 'W' }),
      refund('5', 'W', '2025-03-05 10:00', '-4'),
      refund('6', 'X', '2025-03-05 10:00', '-10'),
      S('7', { mdtrt_id: 'Y', psn_no: 'A2' }),
      refund('8', 'Y', '2025-03-06', '-10', { psn_no: 'A3' }),
      S('9', { mdtrt_id: '', setl_time: '2025-03-04 18:00' }),
      refund('A', '', '2025-03-04', '-10'),
    ];
    const wanted = [
      ['1', true, 0, at('2025-03-04T10:05:00')],
      ['3', false, 700, null],
      ['4', false, 420, at('2025-03-05T10:00:00')],
      ['7', false, 700, null],
      ['9', true, 0, at('2025-03-04T00:00:00')],
    ];
    await world.load({ 'setl_d.csv': rows });
    const columns = 'setl_id, cancelled, net_fund, refund_s';
    const first = await events(columns);
    expect(first.rows).toEqual(wanted);
    expect(first.report).toMatchObject({
      settlements: 5,
      refunds: { matched: 2, partial: 1, unmatched: 2 },
    });
    await forget(world);
    await world.load({ 'setl_d_1.csv': rows.slice(5).reverse(), 'setl_d_2.csv': rows.slice(0, 5) });
    expect((await events(columns)).rows).toEqual(wanted);
  });

  it('cuts the period after netting', async () => {
    await world.load({
      'setl_d.csv': [
        S('1', { mdtrt_id: 'V' }),
        S('2', { setl_time: '2025-03-31 23:59:59' }),
        S('3', {
          mdtrt_id: 'V',
          setl_time: '2025-04-02 10:00',
          medfee_sumamt: '-10',
          refd_setl_flag: '1',
        }),
        S('4', { setl_time: '2025-04-01 00:00:01' }),
      ],
    });
    const { rows } = await events('setl_id, cancelled', { from: '2025-03-01', to: '2025-04-01' });
    expect(rows).toEqual([
      ['1', true],
      ['2', false],
    ]);
    await expect(events('1', { from: 'March' })).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('finds the time of a settlement wherever it stands', async () => {
    const visit = (id: string, more: Row): Row => ({ mdtrt_id: `M${id}`, ...more });
    await world.load({
      'setl_d.csv': [
        S('1', { setl_time: '10:20' }),
        S('2', { setl_time: '' }),
        S('3', { setl_time: '', enddate: '2025-03-06', begndate: '2025-03-01' }),
        S('4', { setl_time: '', begndate: '2025-03-01' }),
        S('5', { setl_time: '' }),
        S('6', { setl_time: '' }),
        S('7', { setl_time: '2025-03-04' }),
      ],
      'mdtrt_d.csv': [
        visit('1', { begntime: '2025-03-02 08:00', endtime: '2025-03-03 09:00' }),
        visit('2', { begntime: '2025-03-02 08:00', endtime: '2025-03-03 09:00' }),
        visit('6', { begntime: '2025-03-02 08:00', endtime: '' }),
      ],
    });
    const { rows, report } = await events('setl_id, time_s, has_clock');
    expect(rows).toEqual([
      ['1', at('2025-03-03T10:20:00'), true],
      ['2', at('2025-03-03T09:00:00'), true],
      ['3', at('2025-03-06T00:00:00'), false],
      ['4', at('2025-03-01T00:00:00'), false],
      ['6', at('2025-03-02T08:00:00'), true],
      ['7', at('2025-03-04T00:00:00'), false],
    ]);
    expect(report.undated).toBe(1);
  });

  it('takes the days of a stay from its visit, else from the settlement', async () => {
    const stay = (id: string, more: Row) => S(id, { med_type: '21', ...more });
    await world.load({
      'setl_d.csv': [
        stay('1', { begndate: '2025-03-01', enddate: '2025-03-09' }),
        stay('2', { begndate: '2025-03-01', enddate: '2025-03-09' }),
        stay('3', { begndate: '2025-03-01' }),
        S('4', { begndate: '2025-03-04', enddate: '2025-03-04' }),
      ],
      'mdtrt_d.csv': [
        { mdtrt_id: 'M1', begntime: '2025-03-02 08:00', endtime: '2025-03-08 09:00' },
        { mdtrt_id: 'M2', begntime: '2025-03-02 08:00', endtime: '' },
        { mdtrt_id: 'M4', begntime: '2025-01-01 08:00', endtime: '2025-12-31 08:00' },
      ],
    });
    const { rows } = await events('setl_id, begin_day, end_day');
    expect(rows).toEqual([
      ['1', day('2025-03-02'), day('2025-03-08')],
      ['2', day('2025-03-02'), day('2025-03-09')],
      ['3', day('2025-03-01'), day('2025-03-01')],
      ['4', day('2025-03-04'), day('2025-03-04')],
    ]);
  });

  it('names the attending doctor, else who prescribed most', async () => {
    const line = (id: string, sn: string, doctor: string): Row => ({
      ...{ bkkp_sn: sn, mdtrt_id: `M${id}`, fixmedins_code: 'H1', setl_id: id },
      bilg_dr_code: doctor,
    });
    await world.load({
      'setl_d.csv': ['1', '2', '3', '4'].map((id) => S(id)),
      'mdtrt_d.csv': [
        { mdtrt_id: 'M1', atddr_no: 'D9' },
        { mdtrt_id: 'M2', atddr_no: '' },
      ],
      'fee_list_d.csv': [
        line('1', '1', 'D1'),
        line('2', '1', 'D3'),
        line('2', '2', 'D2'),
        line('2', '3', 'D3'),
        line('3', '1', 'D5'),
        line('3', '2', 'D4'),
        line('3', '3', ''),
      ],
    });
    const { rows, report } = await events('setl_id, dr_code');
    expect(rows).toEqual([
      ['1', 'D9'],
      ['2', 'D3'],
      ['3', 'D4'],
      ['4', null],
    ]);
    expect(report.orphans).toEqual({
      ...{ feeLinesWithoutSettlement: 0, unsettledFeeLines: 0, settlementsWithoutVisit: 2 },
    });
  });

  it('splits by the county of the institution', async () => {
    await world.load({
      'setl_d.csv': [
        S('1', { fixmedins_code: 'H1', insu_admdvs: '999999' }),
        S('2', { fixmedins_code: 'H2', insu_admdvs: '500102' }),
        S('3', { fixmedins_code: 'H2', insu_admdvs: '500103' }),
        S('4', { fixmedins_code: 'H2', insu_admdvs: '500103' }),
        S('5', { fixmedins_code: 'H3', insu_admdvs: '' }),
      ],
      'fixmedins_b.csv': [{ fixmedins_code: 'H1', admdvs: '500101000' }],
    });
    const reader = await world.landing.reader();
    expect(await listCounties(reader)).toEqual([
      { county: '', settlements: 1 },
      { county: '500101', settlements: 1 },
      { county: '500103', settlements: 3 },
    ]);
    await reader.close();
    const { rows, report } = await events('setl_id, county', { counties: ['500103'] });
    expect(rows.map((r) => r[0])).toEqual(['2', '3', '4']);
    expect(report.orphans).toBeUndefined();
    expect((await events('setl_id', { counties: [] })).rows).toEqual([]);
  });

  it('falls back to hifp_pay, sums what is known where the total is missing, and keeps cash apart', async () => {
    await world.load({
      'setl_d.csv': [
        S('1', { fund_pay_sumamt: '', hifp_pay: '6.00' }),
        S('2', { medfee_sumamt: '', psn_cash_pay: '1.50', acct_pay: '2.50' }),
      ],
    });
    const { rows } = await events('setl_id, medfee, fund, cash, acct');
    expect(rows).toEqual([
      ['1', 1000, 600, null, null],
      ['2', 1100, 700, 150, 250],
    ]);
  });

  it('is empty without settlements', async () => {
    const { rows, report } = await events('*');
    expect([rows, report.settlements]).toEqual([[], 0]);
  });
});
