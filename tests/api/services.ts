import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { DETECTORS } from '../../analytics/detectors/index.js';
import { connectPostgres } from '../../analytics/jobs/connection.js';
import { createJobRecords, openJobs } from '../../analytics/jobs/engine.js';
import { loadGraph } from '../../analytics/jobs/graph.js';
import type { Handlers } from '../../analytics/jobs/types.js';
import { openLanding } from '../../analytics/landing/landing.js';
import { createLedger } from '../../analytics/landing/ledger.js';
import { RingfenceError } from '../../analytics/model/errors.js';
import type { DetectionRun, Ring } from '../../analytics/model/finding.js';
import { landedColumns, type TableName } from '../../analytics/model/tables.js';
import { openDuckdbStore } from '../../analytics/store/duckdb/store.js';
import { readEnv } from '../../api/env.js';
import { createMonitor } from '../../api/health/monitor.js';
import { openRecords } from '../../api/records/open.js';
import { createSelfTests } from '../../api/records/selfTests.js';
import { createServer, type ServerOptions } from '../../api/server.js';
import type { Services } from '../../api/wiring.js';
import { detectionRun, ring } from '../fixtures/runs.js';

/** Personal data that stands in landing and must never be in an answer. */
export const SECRETS = {
  patientName: '欧阳雪',
  certificate: '500101198001017777',
  telephone: '13900001234',
  address: '幸福村七组12号',
  doctorName: '诸葛医',
  owner: '司马法人',
  employer: '某某单位',
};

type Rows = Array<Record<string, string | number | null>>;
const AT = 1_735_700_000;

function tables(): Partial<Record<TableName, Rows>> {
  const settlements: Rows = [];
  const lines: Rows = [];
  const visits: Rows = [];
  for (let i = 0; i < 60; i++) {
    const base = {
      mdtrt_id: `M${i}`,
      psn_no: `P${i % 12}`,
      fixmedins_code: i % 3 ? 'H500101' : 'Y500102',
    };
    settlements.push({
      ...base,
      setl_id: `S${String(i).padStart(3, '0')}`,
      med_type: i % 3 ? '11' : '41',
      setl_time: AT + i * 3600,
      medfee_sumamt: 12_345 + i,
      fund_pay_sumamt: 10_000,
      acct_pay: 2_345,
      psn_cash_pay: i,
      insu_admdvs: '500101',
      opter_id: 'OP1',
      dise_name: '高血压',
    });
    visits.push({ ...base, atddr_no: `D${i % 4}`, atddr_name: SECRETS.doctorName });
    for (let j = 0; j < 2; j++)
      lines.push({
        ...base,
        bkkp_sn: `${i}-${j}`,
        setl_id: `S${String(i).padStart(3, '0')}`,
        hilist_code: `X${(i + j) % 5}`,
        hilist_name: `阿莫西林${(i + j) % 5}`,
        list_type: '101',
        cnt: 2,
        pric: 12.5,
        det_item_fee_sumamt: 2500,
        bilg_dr_code: `D${i % 4}`,
      });
  }
  const institution = (code: string, name: string, type: string, region: string) => ({
    fixmedins_code: code,
    fixmedins_name: name,
    fixmedins_type: type,
    admdvs: region,
    legrep_name: SECRETS.owner,
  });
  return {
    setl_d: settlements,
    mdtrt_d: visits,
    fee_list_d: lines,
    fixmedins_b: [
      institution('H500101', '重庆第一人民医院', '1', '500101'),
      institution('Y500102', '<康复> & "大药房"', '2', '500102'),
    ],
    dr_b: [0, 1, 2, 3].map((i) => ({
      dr_code: `D${i}`,
      dr_name: SECRETS.doctorName,
      fixmedins_code: 'H500101',
    })),
    psn_b: Array.from({ length: 12 }, (_, i) => ({
      psn_no: `P${i}`,
      psn_name: SECRETS.patientName,
      certno: SECRETS.certificate,
      tel: SECRETS.telephone,
      addr: SECRETS.address,
      emp_name: SECRETS.employer,
    })),
  };
}

function ringOf(id: string, score: number, more: Partial<Ring> = {}): Ring {
  const { reasons, ...plain } = ring(id, score);
  const first = { ...reasons[0], settlements: ['S003', 'S000', 'S006', 'missing'] };
  return {
    ...plain,
    ring: `R-${id.toUpperCase()}`,
    subjects: [
      ...Array.from({ length: 6 }, (_, i) => ({
        kind: 'patient' as const,
        id: `P${i}`,
        role: 'member' as const,
      })),
      { kind: 'institution', id: 'Y500102', role: 'core' },
      { kind: 'doctor', id: 'D1', role: 'doctor' },
      { kind: 'patient', id: 'gone', role: 'member' },
    ],
    reasons: [
      first,
      {
        code: 'card-farming-pharmacy.basket',
        detector: 'card-farming-pharmacy',
        measured: 0.9,
        expected: 0.1,
        unit: 'share',
        settlements: ['S000', 'S009'],
      },
    ],
    innocent: [{ code: 'same-household', q: 0.004, weight: 0.1 }],
    ...more,
  };
}

/** A run with three rings, and profiles of the patients of the second. */
export function publishedRun(id: string): DetectionRun {
  const rings = [
    ringOf('a1', 0.5, { q: null, status: 'review' }),
    ringOf('b2', 0.9),
    ringOf('c3', 0.4, {
      fundAtRisk: 100,
      detector: 'patient-brokering-ring',
      subjects: [{ kind: 'institution', id: 'H500101', role: 'core' }],
    }),
  ];
  const profiles = Array.from({ length: 12 }, (_, i) => ({
    kind: 'patient' as const,
    id: `P${i}`,
    score: i / 12,
    grade: i > 9 ? ('E' as const) : ('A' as const),
    findings: i < 6 ? ['b2'] : [],
  }));
  return detectionRun(id, rings, profiles);
}

/** The queue is real; what its jobs do is this: wait, tell, fail, as their payload asks. */
function handlers(): Handlers {
  let failures = 0;
  return {
    import: async ({ dir }, ctx) => {
      ctx.progress({ phase: 'read', done: 1, total: 2 });
      return { dir };
    },
    withdraw: async () => null,
    prune: async () => null,
    rehearse: async () => null,
    week: async () => null,
    'self-test': async ({ seed }) => {
      if (seed === 13) throw new RingfenceError('conflict', 'Rows were pruned', 'Rebuild first.');
      return null;
    },
    rebuild: async ({ seed }, ctx) => {
      if (seed === 13 && failures++ === 0)
        throw new RingfenceError('invalid', 'There are no settlements', 'Import some first.');
      for (let i = 0; i < 3; i++) {
        ctx.progress({ phase: 'screen', done: i, total: 3 });
        await new Promise((r) => setTimeout(r, seed === 99 ? 2000 : 60));
        if (ctx.signal.aborted) throw new RingfenceError('cancelled', 'Cancelled');
      }
      return { run: 'r1' };
    },
  };
}

export interface Fixture {
  readonly services: Services;
  readonly dir: string;
  close(): Promise<void>;
}

/** A data directory of its own with 60 settlements in landing and graph; nothing is published. */
export async function openFixture(inbox?: string): Promise<Fixture> {
  const dir = await mkdtemp(join(tmpdir(), 'ringfence-api-'));
  const records = await openRecords(dir);
  const landing = await openLanding({ dir, ledger: createLedger(records.db), exclusive: true });
  const graph = await openDuckdbStore({ path: join(dir, 'graph', 'graph.duckdb') });
  const staging = await landing.begin();
  for (const [table, rows] of Object.entries(tables()) as Array<[TableName, Rows]>) {
    const columns = landedColumns(table).map(({ name, type }) =>
      name === 'src_file'
        ? `'${table}.csv' AS src_file`
        : name === 'src_row'
          ? '1 AS src_row'
          : `(j ->> '${name}')::${type} AS "${name}"`,
    );
    const json = JSON.stringify(rows.map((r) => ({ ...r, vali_flag: '1', setl_time_clock: true })));
    await staging.write(
      table,
      `SELECT ${columns.join(', ')} FROM
       (SELECT unnest(from_json('${json.replaceAll("'", "''")}', '["JSON"]')) AS j)`,
    );
  }
  await staging.commit({
    source: '/srv/exports/2025',
    dialect: 'nhsa',
    digest: 'd',
    tables: { setl_d: { read: 60, accepted: 60, rejected: 0, changed: 60, repeated: 0 } },
    warnings: [],
    replacePeriod: false,
  });
  await loadGraph(landing, graph, {});
  const connection = await connectPostgres(records.pool);
  const jobs = await openJobs({
    connection,
    records: createJobRecords(records.db),
    handlers: handlers(),
    parts: 1,
    alone: true,
  });
  await jobs.start();
  const fine = { engine: 'here', look: async () => undefined };
  return {
    dir,
    services: {
      env: readEnv({ RINGFENCE_DATA: dir }),
      dataDir: dir,
      demo: false,
      landing,
      graph,
      jobs,
      selfTests: createSelfTests(records.db),
      inbox,
      monitor: createMonitor({ graph: fine, queue: fine, records: fine, landing: fine }),
      queues: async () => jobs.queues,
    },
    async close() {
      await jobs.close();
      await graph.close();
      await landing.close();
      await records.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export interface Listening {
  readonly origin: string;
  /** Lines of the log. */
  readonly log: string[];
  close(): Promise<void>;
}

/** The real server on a free port of 127.0.0.1. */
export async function listen(
  services: Services,
  options: Partial<ServerOptions> = {},
): Promise<Listening> {
  const log: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
  const app = createServer(services, { detectors: DETECTORS, logger, ...options });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
