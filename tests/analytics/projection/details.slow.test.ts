import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDictionary } from '../../../analytics/ingest/dictionary.js';
import { importDirectory } from '../../../analytics/ingest/import.js';
import { prepareEvents } from '../../../analytics/landing/events.js';
import { type Landing, openLanding } from '../../../analytics/landing/landing.js';
import { createLedger } from '../../../analytics/landing/ledger.js';
import type { TableName } from '../../../analytics/model/tables.js';
import {
  NO_DETAILS,
  RELATED_PATIENT,
  RELATED_THING,
  STOCK_IN,
} from '../../../analytics/projection/details.js';
import { loadWorld } from '../../../analytics/projection/load.js';
import type { World } from '../../../analytics/projection/world.js';
import { freshRecords } from '../jobs/records.js';

const TABLES = {
  setl_d: `setl_id,mdtrt_id,psn_no,fixmedins_code,med_type,setl_time,medfee_sumamt,fund_pay_sumamt,refd_setl_flag,vali_flag
S1,M1,P1,F1,41,2025-03-01 09:00:00,100.00,80.00,0,1
S2,M2,P2,F1,41,2025-03-05 09:00:00,50.00,40.00,0,1
S3,M2,P2,F1,41,2025-03-06 09:00:00,-50.00,-40.00,1,1
S4,M4,P2,F2,41,2025-04-06 09:00:00,30.00,20.00,0,1
`,
  fee_list_d: `bkkp_sn,mdtrt_id,setl_id,psn_no,fixmedins_code,hilist_code,hilist_name,list_type,med_list_codg,cnt,pric,det_item_fee_sumamt,inscp_amt,bilg_dr_code,prd_days
1,M1,S1,P1,F1,X2,盐酸二甲双胍片,101,N2,2,30.00,60.00,50.00,D9,30
2,M1,S1,P1,F1,X1,阿胶,101,N1,1,40.00,40.00,,,
3,M2,S2,P2,F1,X3,二甲双胍缓释片,101,N3,1,50.00,50.00,40.00,,20
4,M4,,P2,F2,X1,阿胶,101,N1,1,30.00,30.00,,,
`,
  drug_trac_d: `setl_id,mdtrt_id,psn_no,fixmedins_code,med_list_codg,drug_trac_codg,manu_lotnum,sel_retn_cnt,sel_retn_time
S1,M1,P1,F1,N2,C2,L1,1,2025-03-01 09:00:00
S4,M4,P2,F2,N2,C2,L1,1,2025-04-06 09:00:00
S2,M2,P2,F1,N3,C1,L2,1,2025-03-05 09:00:00
S3,M2,P2,F1,N3,C1,L2,-1,2025-03-06 09:00:00
S7,M7,P2,F1,N3,C1,L2,1,2025-03-06 09:00:00
`,
  hilist_b: `hilist_code,hilist_name,list_type,pack_cnt,day_dose,resale_risk
X1,东阿阿胶,101,40,1,3
`,
  invt_d: `fixmedins_code,hilist_code,bchno,rtal_docno,invt_type,cnt,pric,invt_time
F1,X1,B1,R1,in,10,20.00,2025-02-01 09:00:00
F1,X1,B1,R2,out,1,20.00,2025-03-31 09:00:00
F1,X1,B1,R3,入库,5,20.00,2026-03-31 09:00:00
`,
  rltn_d: `src_kind,src,rltn,dst_kind,dst
patient,P1,phone,phone,139
patient,P2,phone,phone,139
patient,P9,phone,phone,139
`,
};

describe('the details of a world', () => {
  let records: Awaited<ReturnType<typeof freshRecords>>;
  let landing: Landing;

  beforeAll(async () => {
    records = await freshRecords();
    landing = await openLanding({ dir: records.dir, ledger: createLedger(records.db) });
    const dir = join(records.dir, 'input');
    mkdirSync(dir, { recursive: true });
    for (const [name, text] of Object.entries(TABLES))
      writeFileSync(join(dir, `${name}.csv`), text);
    await importDirectory({ landing, dir, rejectDir: join(records.dir, 'rejects') });
  });
  afterAll(async () => {
    await landing.close();
    await records.close();
  });

  async function load(...tables: TableName[]): Promise<World> {
    const reader = await landing.reader();
    try {
      const period = { from: '2025-01-01', to: '2026-01-01' };
      await prepareEvents(reader, { ...period });
      return await loadWorld(reader, period, loadDictionary(), new Set(tables));
    } finally {
      await reader.close();
    }
  }

  it('loads nothing that nobody asked for', async () => {
    const world = await load();
    expect(world.settlements.count).toBe(3);
    expect(world).toMatchObject(NO_DETAILS);
  });

  it('has the lines of settlements in order, with their items, money and prescribers', async () => {
    const { lines, items, settlements, doctors } = await load('fee_list_d');
    expect(settlements.ids).toEqual(['S1', 'S2', 'S4']);
    expect([...lines.start]).toEqual([0, 2, 3, 3]);
    expect([...lines.item].map((i) => items.ids[i])).toEqual(['X1', 'X2', 'X3']);
    expect([...lines.units]).toEqual([1, 2, 1]);
    expect([...lines.fen]).toEqual([4000, 6000, 5000]);
    expect([...lines.covered]).toEqual([4000, 5000, 4000]);
    expect([...lines.supplyDays]).toEqual([-1, 30, 20]);
    expect([...lines.doctor]).toEqual([-1, doctors.indexOf('D9'), -1]);
    expect(items.names).toEqual(['东阿阿胶', '盐酸二甲双胍片', '二甲双胍缓释片']);
    expect([...items.resaleRisk]).toEqual([3, -1, -1]);
    expect(items.ingredient[1]).toBe(items.ingredient[2]);
    expect(items.ingredient[0]).not.toBe(items.ingredient[1]);
    expect(lines.item.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('follows trace codes over places and back with a refund, not to settlements that are nowhere', async () => {
    const { traces, items, institutions } = await load('drug_trac_d', 'fee_list_d');
    const rows = Array.from({ length: traces.count }, (_, i) => [
      traces.code[i],
      traces.sign[i],
      institutions.ids[traces.institution[i]!],
      items.ids[traces.item[i]!],
      traces.settlement[i]! >= 0,
    ]);
    expect(rows).toEqual([
      [0, 1, 'F1', 'X3', true],
      [0, -1, 'F1', 'X3', false],
      [1, 1, 'F1', 'X2', true],
      [1, 1, 'F2', 'X2', true],
    ]);
  });

  it('has stock up to the end of the period, and relations by index', async () => {
    const { stock, items, relations, patients } = await load('invt_d', 'rltn_d');
    expect([...stock.units]).toEqual([10, 1]);
    expect(stock.kind[0]).toBe(STOCK_IN);
    expect(items.ids).toEqual(['X1']);
    expect(relations.things).toEqual(['phone|139']);
    expect([...relations.sourceKind]).toEqual([1, 1, 1].map(() => RELATED_PATIENT));
    expect([...relations.targetKind]).toEqual([1, 1, 1].map(() => RELATED_THING));
    expect([...relations.source].sort()).toEqual([-1, 0, 1]);
    expect(patients.ids).toEqual(['P1', 'P2']);
  });
});
