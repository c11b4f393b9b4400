import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importDirectory } from '../../../analytics/ingest/import.js';
import { loadGraph } from '../../../analytics/jobs/graph.js';
import { type Landing, openLanding } from '../../../analytics/landing/landing.js';
import { createLedger } from '../../../analytics/landing/ledger.js';
import { ENTITY_KINDS } from '../../../analytics/model/ids.js';
import { openDuckdbStore } from '../../../analytics/store/duckdb/store.js';
import type { GraphStore } from '../../../analytics/store/port.js';
import { freshRecords } from './records.js';

const TABLES = {
  setl_d: `setl_id,mdtrt_id,psn_no,fixmedins_code,fixmedins_name,med_type,setl_time,insu_admdvs,medfee_sumamt,fund_pay_sumamt,refd_setl_flag,vali_flag
S1,M1,P1,H1,第一医院,11,2025-03-01 09:00:00,510101,100.00,80.00,0,1
S2,M2,P1,H1,第一医院,11,2025-03-05 09:00:00,510101,50.00,40.00,0,1
S3,M3,P2,H1,第一医院,11,2025-03-06 09:00:00,510101,30.00,20.00,0,1
S4,M3,P2,H1,第一医院,11,2025-03-07 09:00:00,510101,-30.00,-20.00,1,1
S5,M5,P3,H1,第一医院,11,2025-03-07 09:00:00,510101,70.00,20.00,0,0
`,
  mdtrt_d: `mdtrt_id,psn_no,fixmedins_code,begntime,endtime,atddr_no
M1,P1,H1,2025-03-01 08:00:00,2025-03-01 09:00:00,D1
M2,P1,H1,2025-03-05 08:00:00,2025-03-05 09:00:00,D1
`,
  fee_list_d: `bkkp_sn,mdtrt_id,setl_id,psn_no,fixmedins_code,hilist_code,hilist_name,list_type,cnt,pric,det_item_fee_sumamt,bilg_dr_code
1,M1,S1,P1,H1,X1,阿司匹林,101,1,60.00,60.00,D2
2,M1,S1,P1,H1,X1,阿司匹林,101,1,40.00,40.00,D2
3,M2,S2,P1,H1,X1,阿司匹林,101,1,50.00,50.00,
4,M3,S3,P2,H1,X2,维生素,101,1,30.00,30.00,D1
`,
  hilist_b: `hilist_code,hilist_name,list_type
X2,维生素C,101
`,
};

describe('the graph of what landing holds', () => {
  let records: Awaited<ReturnType<typeof freshRecords>>;
  let landing: Landing;
  let graph: GraphStore;

  beforeEach(async () => {
    records = await freshRecords();
    landing = await openLanding({ dir: records.dir, ledger: createLedger(records.db) });
    graph = await openDuckdbStore({ path: join(records.dir, 'graph', 'graph.duckdb') });
  });
  afterEach(async () => {
    await graph.close();
    await landing.close();
    await records.close();
  });

  async function land(tables: Readonly<Record<string, string>>): Promise<number> {
    const dir = join(records.dir, 'input');
    mkdirSync(dir, { recursive: true });
    for (const [name, text] of Object.entries(tables))
      writeFileSync(join(dir, `${name}.csv`), text);
    const rejectDir = join(records.dir, 'rejects');
    return (await importDirectory({ landing, dir, rejectDir })).record.id;
  }

  async function relationships() {
    const all = { kinds: [...ENTITY_KINDS], perKind: 100 };
    const { nodes, edges } = await graph.neighbourhood(
      [
        { kind: 'institution', id: 'H1' },
        { kind: 'patient', id: 'P1' },
        { kind: 'doctor', id: 'D1' },
        { kind: 'doctor', id: 'D2' },
      ],
      all,
    );
    const lines = edges.map((e) => `${e.source.id} ${e.target.id} ${e.count} ${e.fen}`);
    return {
      labels: Object.fromEntries(nodes.map((n) => [n.id, n.label])),
      lines: lines.sort(),
      edges,
    };
  }

  it('counts settlements, with fen after refunds and without what is void', async () => {
    await land(TABLES);
    await loadGraph(landing, graph, {});
    expect(await graph.version()).toBe(await landing.version());
    const { labels, lines, edges } = await relationships();
    expect(labels).toEqual({
      H1: '第一医院',
      P1: 'P1',
      P2: 'P2',
      D1: 'D1',
      D2: 'D2',
      X1: '阿司匹林',
      X2: '维生素C',
    });
    expect(lines).toEqual([
      'D1 H1 3 15000', // attends S1 and S2, prescribed in S3, which is refunded
      'D1 X1 1 5000', // S2 names no prescriber, so its attending doctor
      'D1 X2 1 0',
      'D2 H1 1 10000',
      'D2 X1 1 10000',
      'H1 X1 2 15000',
      'H1 X2 1 0',
      'P1 D1 2 15000',
      'P1 D2 1 10000',
      'P1 H1 2 15000',
      'P1 X1 2 15000',
      'P2 D1 1 0',
      'P2 H1 1 0',
    ]);
    const first = edges.find((e) => e.source.id === 'P1' && e.target.id === 'H1');
    expect(first).toMatchObject({
      first: Date.parse('2025-03-01T09:00:00+08:00') / 1000,
      last: Date.parse('2025-03-05T09:00:00+08:00') / 1000,
    });
  });

  it('shows nothing of an import that was taken back, and does nothing twice', async () => {
    const id = await land(TABLES);
    await loadGraph(landing, graph, {});
    await landing.withdraw(id);
    await loadGraph(landing, graph, {});
    expect(await graph.version()).toBe(await landing.version());
    expect((await relationships()).lines).toEqual([]);
    await loadGraph(landing, graph, {});
    expect(await graph.version()).toBe(await landing.version());
  });

  it('is made of settlements alone where there is nothing else', async () => {
    await land({ setl_d: TABLES.setl_d });
    await loadGraph(landing, graph, {});
    expect((await relationships()).lines).toEqual(['P1 H1 2 15000', 'P2 H1 1 0']);
  });
});
