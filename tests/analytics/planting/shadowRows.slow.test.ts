import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDictionary } from '../../../analytics/ingest/dictionary.js';
import { prepareEvents } from '../../../analytics/landing/events.js';
import type { SnapshotReader } from '../../../analytics/landing/reader.js';
import type { LandingReader } from '../../../analytics/landing/types.js';
import { createRng } from '../../../analytics/model/rng.js';
import { parseDay, startOfDay } from '../../../analytics/model/time.js';
import type { PlantedVisit, Planting } from '../../../analytics/planting/context.js';
import { planRows } from '../../../analytics/planting/shadow/plan.js';
import { shadowReader } from '../../../analytics/planting/shadow/reader.js';
import { ringFunds, writeShadow } from '../../../analytics/planting/shadow/rows.js';
import { surveyOf } from '../../../analytics/planting/shadow/survey.js';
import { loadWorld } from '../../../analytics/projection/load.js';
import { openWorld, type Row, type TestWorld } from '../ingest/world.js';

const PERIOD = { from: '2025-01-01', to: '2025-03-01' };
const day = (n: number) => `2025-01-${String(n).padStart(2, '0')}`;

/** Twenty days of two shops; what the tonic costs there is 30 and 40 yuan, half of it covered. */
function tables(): Record<string, Row[]> {
  const setl_d: Row[] = [];
  const mdtrt_d: Row[] = [];
  const fee_list_d: Row[] = [];
  const drug_trac_d: Row[] = [];
  for (let n = 1; n <= 20; n++)
    for (const [shop, price] of [
      ['A', 30],
      ['B', 40],
    ] as const) {
      const id = `${shop}${String(n).padStart(2, '0')}`;
      const who = `P${n % 4}`;
      const at = `${day(n)} 10:0${n % 10}:00`;
      setl_d.push({
        ...{ setl_id: `S${id}`, mdtrt_id: `M${id}`, psn_no: who, fixmedins_code: shop },
        ...{ fixmedins_name: `shop ${shop}`, med_type: '41', begndate: day(n), enddate: day(n) },
        ...{ setl_time: at, insutype: '390', insu_admdvs: '110001', mdtrt_cert_type: '01' },
        ...{ medfee_sumamt: price, fund_pay_sumamt: price / 2, hifp_pay: 0, acct_pay: price / 4 },
        ...{ psn_cash_pay: price / 4, refd_setl_flag: '0', vali_flag: '1', pos_id: `${shop}T1` },
      });
      mdtrt_d.push({
        ...{ mdtrt_id: `M${id}`, psn_no: who, fixmedins_code: shop, med_type: '41' },
        ...{ begntime: at, endtime: at, insu_admdvs: '110001', vali_flag: '1' },
      });
      fee_list_d.push({
        ...{ bkkp_sn: `L${id}`, mdtrt_id: `M${id}`, setl_id: `S${id}`, psn_no: who },
        ...{ fixmedins_code: shop, fee_ocur_time: at, hilist_code: 'X', hilist_name: '阿胶' },
        ...{ list_type: '101', med_list_codg: 'N', cnt: 1, pric: price, vali_flag: '1' },
        ...{ det_item_fee_sumamt: price, inscp_amt: price / 2 },
      });
      drug_trac_d.push({
        ...{ setl_id: `S${id}`, mdtrt_id: `M${id}`, psn_no: who, fixmedins_code: shop },
        ...{ med_list_codg: 'N', drug_trac_codg: `8123456${String(n).padStart(12, '0')}${shop}` },
        ...{ manu_lotnum: 'lot', sel_retn_cnt: 1, sel_retn_time: at },
      });
    }
  const psn_b = [0, 1, 2, 3].map((n) => ({ psn_no: `P${n}`, tel: `1380000000${n}` }));
  const rltn_d = [0, 1].map((n) => ({
    ...{ src_kind: 'patient', src: `P${n}`, rltn: 'phone', dst_kind: 'phone' },
    dst: `1380000000${n}`,
  }));
  return { setl_d, mdtrt_d, fee_list_d, drug_trac_d, psn_b, rltn_d };
}

describe('the rows of planted rings', () => {
  let world: TestWorld;
  let reader: SnapshotReader;
  let shadow: LandingReader;
  let folder: string;
  let before: unknown;
  let funds: ReadonlyMap<number, number>;

  const countAll = async (from: LandingReader) => {
    const of = async (table: 'setl_d' | 'fee_list_d' | 'psn_b' | 'rltn_d') =>
      from.rows(`SELECT * FROM ${from.sql(table)} ORDER BY ALL`);
    return [await of('setl_d'), await of('fee_list_d'), await of('psn_b'), await of('rltn_d')];
  };
  const at = (n: number, hour: number) =>
    startOfDay(parseDay(day(n)) as number) + Math.round(hour * 3600);

  beforeAll(async () => {
    world = await openWorld();
    const files = Object.entries(tables()).map(([name, rows]) => [`${name}.csv`, rows] as const);
    await world.load(Object.fromEntries(files));
    reader = await world.landing.reader();
    before = await countAll(reader);
    await prepareEvents(reader, { ...PERIOD });
    const dictionary = loadDictionary();
    const details = new Set(['fee_list_d', 'drug_trac_d'] as const);
    const period = await loadWorld(reader, PERIOD, dictionary, details);
    const survey = surveyOf(period, dictionary);
    const [A, B] = ['A', 'B'].map((id) => period.institutions.ids.indexOf(id)) as [number, number];
    const person = (id: string) => period.patients.ids.indexOf(id);
    const swipe = (n: number, hour: number, more: Partial<PlantedVisit>): PlantedVisit => ({
      ...{ patient: person('P1'), institution: A, doctor: null, kind: 'pharmacy' },
      ...{ begin: at(n, hour), end: at(n, hour), settled: at(n, hour), diagnosis: null },
      ...{ lines: null, noCash: false, undelivered: true },
      ...more,
    });
    const item = period.items.ids.indexOf('X');
    const planting: Planting = {
      type: 'card-farming-pharmacy',
      camouflage: 0,
      patients: [person('P1'), person('P2')],
      institutions: [A, B],
      ...{ doctors: [], items: [item] },
      add: [
        swipe(3, 14, { lines: [{ item, count: 3, packs: [1] }] }),
        swipe(4, 14, { institution: B, lines: [{ item, count: 2, packs: [1] }], noCash: true }),
        swipe(5, 14, { refund: { after: 600, again: null } }),
      ],
      // The second visit of P2, which was at shop B on the 2nd.
      takeOver: [{ patient: person('P2'), visit: 1, institution: A, settled: at(2, 19) }],
      sharedPhone: [person('P1'), person('P2')],
      contacts: [{ kind: 'payee', holder: null, patients: [person('P0')] }],
    };
    folder = join(world.dir, 'work', 'shadow');
    await writeShadow(reader, planRows(survey, [planting], createRng(1)), folder);
    funds = await ringFunds(reader, folder);
    shadow = await shadowReader(reader, folder);
  });
  afterAll(async () => {
    await reader.close();
    await world.close();
  });

  const added = () =>
    shadow.rows<Record<string, string | number>>(`SELECT setl_id, psn_no, fixmedins_code AS shop,
      fixmedins_name AS name, pos_id, setl_time, medfee_sumamt AS fee, fund_pay_sumamt AS fund, acct_pay AS acct,
      psn_cash_pay AS cash, refd_setl_flag AS back FROM ${shadow.sql('setl_d')}
      WHERE setl_id LIKE '%~%' ORDER BY setl_time, fee`);

  it('cost what the item costs there, and are shared out as other bills are', async () => {
    const rows = await added();
    expect(rows.map(({ setl_id: _, ...rest }) => rest)).toEqual([
      {
        ...{ psn_no: 'P2', shop: 'A', name: 'shop A', pos_id: 'AT1', setl_time: at(2, 19) },
        ...{ fee: 4000, fund: 2000, acct: 1000, cash: 1000, back: '0' },
      },
      {
        ...{ psn_no: 'P1', shop: 'A', name: 'shop A', pos_id: 'AT1', setl_time: at(3, 14) },
        ...{ fee: 9000, fund: 4500, acct: 2250, cash: 2250, back: '0' },
      },
      {
        ...{ psn_no: 'P1', shop: 'B', name: 'shop B', pos_id: 'BT1', setl_time: at(4, 14) },
        ...{ fee: 8000, fund: 6000, acct: 2000, cash: 0, back: '0' },
      },
      {
        ...{ psn_no: 'P1', shop: 'A', name: 'shop A', pos_id: 'AT1', setl_time: at(5, 14) },
        ...{ fee: 3000, fund: 1500, acct: 750, cash: 750, back: '0' },
      },
      {
        ...{ psn_no: 'P1', shop: 'A', name: 'shop A', pos_id: 'AT1', setl_time: at(5, 14) + 600 },
        ...{ fee: -3000, fund: -1500, acct: -750, cash: -750, back: '1' },
      },
    ]);
    expect(funds.get(0)).toBe(4500 + 2250 + 6000 + 2000 + 2000 + 1000);
  });

  it('are read by the pipeline as any others: the refund takes back, the moved visit has moved', async () => {
    await prepareEvents(shadow, { ...PERIOD });
    const seen = await loadWorld(shadow, PERIOD, loadDictionary(), new Set(['fee_list_d']));
    expect(seen.settlements.count).toBe(40 + 3);
    expect([...seen.settlements.cancelled].reduce((a, b) => a + b, 0)).toBe(1);
    expect(seen.lines.count).toBe(40 + 3);
    const shops = Array.from(seen.settlements.institution, (i) => seen.institutions.ids[i]);
    expect(shops.filter((s) => s === 'A')).toHaveLength(20 + 3);
    expect(seen.settlements.ids).not.toContain('SB02');
    const p1 = seen.patients.ids.indexOf('P1');
    const p2 = seen.patients.ids.indexOf('P2');
    expect(seen.patients.phone[p1]).toBe(seen.patients.phone[p2]);
  });

  it('carry one trace code for one pack, wherever it is sold, and fresh ones otherwise', async () => {
    const rows = await shadow.rows<{ setl: string; code: string; n: number }>(`
      SELECT drug_trac_codg AS code, count(DISTINCT setl_id) AS n FROM ${shadow.sql('drug_trac_d')}
      WHERE setl_id LIKE '%~%' GROUP BY 1 ORDER BY n DESC`);
    expect(rows[0]?.n).toBe(2);
    expect(rows[0]?.code).toHaveLength(20);
    const [honest] = await reader.rows<{ n: number }>(`SELECT count(*) AS n
      FROM ${reader.sql('drug_trac_d')} WHERE drug_trac_codg = '${rows[0]?.code}'`);
    expect(honest?.n).toBe(0);
  });

  it('tell whose telephone and account it is', async () => {
    const rows = await shadow.rows(
      `SELECT src, rltn, dst FROM ${shadow.sql('rltn_d')} ORDER BY 1, 2`,
    );
    expect(rows).toEqual([
      { src: 'P0', rltn: 'payee', dst: expect.stringMatching(/^A199\d{8}$/) },
      { src: 'P0', rltn: 'phone', dst: '13800000000' },
      { src: 'P1', rltn: 'phone', dst: '13800000001' },
    ]);
    const [p2] = await shadow.rows(`SELECT tel FROM ${shadow.sql('psn_b')} WHERE psn_no = 'P2'`);
    expect(p2).toEqual({ tel: '13800000001' });
  });

  it('never reach landing', async () => {
    expect(await countAll(reader)).toEqual(before);
    expect(readdirSync(join(world.dir, 'landing'))).toHaveLength(1);
    expect(existsSync(join(folder, 'setl_d.parquet'))).toBe(true);
    const again = await world.landing.reader();
    expect(await countAll(again)).toEqual(before);
    await again.close();
  });
});
