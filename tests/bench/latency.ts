/**
 * How long people wait while a rebuild runs:
 *
 *   npm run bench -- latency [--store duckdb|neo4j] [--settlements N] [--rate R] [--keep DIR]
 *
 * A seed world of N settlements (default a million), a fifth of them of one hospital and each there
 * of another patient, is imported and rebuilt; then 20 clients each ask R times a second (default
 * once) in turn for neighbours, a search and a page of rings, over HTTP, as long as a second rebuild
 * runs, after WARM_S seconds of the same. With `neo4j` the program is an api and a worker on a Neo4j, a PostgreSQL and a Redis that
 * the bench starts beside it. Prints Markdown, kept in tests/bench/out/latency-STORE.md. `--keep`
 * leaves the data (DuckDB only), or uses it when it is there.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { Agent, get } from 'node:http';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { packageRoot } from '../../analytics/model/resources.js';
import { start, startServing, succeed, type Where } from '../cli/run.js';
import { startNeo4j } from '../services/neo4j.js';
import { startPostgres } from '../services/postgres.js';
import { startRedis } from '../services/redis.js';

const CLIENTS = 20;
const WANTED_MS = 150;
/** A server that has just been started compiles first. */
const WARM_S = 20;
const GIANT = 'H50010099999';

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'duckdb' },
    settlements: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '1' },
    keep: { type: 'string' },
  },
});
const settlements = Number(values.settlements);
const scratch = mkdtempSync(join(tmpdir(), 'ringfence-latency-'));
const data = values.keep
  ? resolve(process.env.INIT_CWD ?? '.', values.keep)
  : join(scratch, 'data');

const say = (text: string) => void process.stderr.write(`${new Date().toISOString()} ${text}\n`);

/** A world whose largest hospital has a fifth of all settlements. */
async function writeWorld(where: Where): Promise<string> {
  const world = join(scratch, 'world');
  const giant = Math.floor(settlements / 5);
  const rest = String(settlements - giant);
  await succeed(['seed', '--out', world, '--settlements', rest], where);
  let text =
    'setl_id,mdtrt_id,psn_no,fixmedins_code,fixmedins_name,med_type,setl_time,insu_admdvs,medfee_sumamt,fund_pay_sumamt,vali_flag\n';
  const file = join(world, 'setl_d_giant.csv');
  for (let i = 0; i < giant; i++) {
    const day = new Date(Date.UTC(2025, 0, 1 + (i % 360))).toISOString().slice(0, 10);
    const fee = (20 + (i % 300)).toFixed(2);
    text += `GIANT${i},GIANTM${i},GIANTP${i},${GIANT},第一中心医院,11,${day} 09:${String(i % 60).padStart(2, '0')}:00,500100,${fee},${fee},1\n`;
    if (text.length < 1 << 20) continue;
    appendFileSync(file, text);
    text = '';
  }
  appendFileSync(file, text);
  return world;
}

/** What the clients ask for, from the files that the graph was loaded from. */
async function questions(base: string): Promise<Record<string, string[]>> {
  const folder = join(data, 'graph');
  const baseline = readdirSync(folder).filter((f) => f.startsWith('baseline-'));
  const edges = join(folder, baseline.at(-1) as string, 'edges.parquet');
  const db = await DuckDBInstance.create(':memory:');
  const c = await db.connect();
  const list = async (sql: string) =>
    (await (await c.run(sql)).getRowsJS()).map((row) => String(row[0]));
  const some = (kind: string, end: string) =>
    list(`SELECT id FROM (SELECT DISTINCT ${end}_id AS id FROM '${edges}'
      WHERE ${end}_kind = '${kind}') ORDER BY hash(id) LIMIT 150`);
  const [patients, doctors, institutions, drugs] = [
    await some('patient', 'source'),
    await some('doctor', 'source'),
    await some('institution', 'target'),
    await some('drug', 'target'),
  ];
  c.closeSync();
  db.closeSync();
  const rings = (await ask(`${base}/api/rings?limit=100&statuses=finding,explained,review`)) as {
    rings: Array<{ id: string }>;
  };
  const encoded = encodeURIComponent;
  const neighbours = (kind: string) => (id: string) =>
    `/api/entities/${kind}/${encoded(id)}/neighbours`;
  return {
    'neighbours of a patient': patients.map(neighbours('patient')),
    'neighbours of a doctor': doctors.map(neighbours('doctor')),
    'neighbours of an institution': institutions.map(neighbours('institution')),
    'neighbours of an item': drugs.map(neighbours('drug')),
    'neighbours of the giant hospital, 500 a kind': [
      `/api/entities/institution/${GIANT}/neighbours?perKind=500`,
    ],
    'search by code': [...patients, ...institutions].map((id) => `/api/search?q=${encoded(id)}`),
    'search by the beginning of a code': patients.map(
      (id) => `/api/search?q=${encoded(id.slice(0, -3))}`,
    ),
    'search by name': ['中心', '医院', '阿莫', '大药房', '第一', '注射液'].map(
      (text) => `/api/search?q=${encoded(text)}`,
    ),
    'search by initials': ['rmyy', 'dyf', 'amxl'].map((text) => `/api/search?q=${text}`),
    'list of rings': ['', '?limit=50', '?text=R-', '?statuses=finding,review,explained'].map(
      (query) => `/api/rings${query}`,
    ),
    'a ring': rings.rings.map(({ id }) => `/api/rings/${encoded(id)}`),
    'the graph of a ring': rings.rings.map(({ id }) => `/api/rings/${encoded(id)}/subgraph`),
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 * CLIENTS });

function request(url: string): Promise<{ status: number; body: string }> {
  return new Promise((done, fail) => {
    const asked = get(url, { agent }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, body }));
      response.on('error', fail);
    });
    asked.on('error', fail);
  });
}

async function ask(url: string): Promise<unknown> {
  const { status, body } = await request(url);
  if (status !== 200) throw new Error(`${url}: ${status} ${body.slice(0, 200)}`);
  return JSON.parse(body);
}

/** Asks until `over`; gives the milliseconds of every answer by question. */
async function clients(base: string, asked: Record<string, string[]>, over: () => boolean) {
  const took = new Map<string, number[]>(Object.keys(asked).map((name) => [name, []]));
  const failed: string[] = [];
  const when: Array<{ at: number; ms: number }> = [];
  const start = performance.now();
  const names = Object.keys(asked).filter((name) => (asked[name] as string[]).length > 0);
  // In turn a question of the neighbours, of the searches, of the rings.
  const turns = ['neighbours', 'search', 'ring'].map((word) =>
    names.filter((n) => n.includes(word)),
  );
  const every = 1000 / Number(values.rate);
  let turn = 0;
  const one = async () => {
    const group = turns[turn % turns.length] as string[];
    const name = group[Math.floor(turn / turns.length) % group.length] as string;
    const list = asked[name] as string[];
    const path = list[(turn * 7919) % list.length] as string;
    turn++;
    const began = performance.now();
    const { status } = await request(base + path).catch((e: Error) => ({ status: e.message }));
    const ms = performance.now() - began;
    took.get(name)?.push(ms);
    when.push({ at: began - start, ms });
    if (status !== 200) failed.push(`${path}: ${status}`);
  };
  const client = async (nth: number) => {
    let next = performance.now() + (nth / CLIENTS) * every;
    while (!over()) {
      await sleep(Math.max(0, next - performance.now()));
      next += every;
      await one();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));
  return { took, failed, when };
}

async function onServers(where: Where) {
  const [neo4j, postgres, redis] = await Promise.all([
    startNeo4j({ heap: '1g', pageCache: '1g' }),
    startPostgres(),
    startRedis(),
  ]);
  const all = [neo4j, postgres, redis];
  const env = { ...where.env, NEO4J_URL: neo4j.url, DATABASE_URL: postgres.url };
  return {
    where: { ...where, env: { ...env, REDIS_URL: redis.url } },
    dispose: async () => void (await Promise.all(all.map((one) => one.dispose()))),
  };
}

async function main(): Promise<string> {
  const load = loadavg()[0]?.toFixed(1);
  const plain: Where = { cwd: scratch, env: { RINGFENCE_DATA: data, LOG_LEVEL: 'warn' } };
  const servers = values.store === 'neo4j' ? await onServers(plain) : undefined;
  const where = servers?.where ?? plain;
  const stop: Array<() => Promise<unknown>> = [];
  try {
    if (!existsSync(join(data, 'landing'))) {
      say('seed');
      const world = await writeWorld(where);
      say('import');
      await succeed(['import', world], where);
      rmSync(world, { recursive: true });
      say('first rebuild');
      await succeed(['rebuild'], where);
    }
    say('serve');
    const api = await startServing([servers ? 'api' : 'serve'], where);
    stop.push(() => api.stop());
    if (servers) {
      const worker = start(['worker'], where);
      stop.push(async () => {
        worker.process.kill('SIGTERM');
        await worker.outcome;
      });
    }
    const asked = await questions(api.url);
    say('clients alone');
    const warm = performance.now() + WARM_S * 1000;
    await clients(api.url, asked, () => performance.now() > warm);
    say('second rebuild, with clients');
    const before = performance.now();
    let done = false;
    const rebuild = succeed(['rebuild', '--seed', '2'], where).finally(() => {
      done = true;
    });
    rebuild.catch(() => {});
    const { took, failed, when } = await clients(api.url, asked, () => done);
    await rebuild;
    const seconds = (performance.now() - before) / 1000;
    const giant = (await ask(
      `${api.url}/api/entities/institution/${GIANT}/neighbours?perKind=500`,
    )) as { omitted: Array<{ kind: string; shown: number; total: number }> };
    const many = giant.omitted.find((o) => o.kind === 'patient');
    return report(took, failed, tenths(when), seconds, many, load);
  } finally {
    for (const one of stop.reverse()) await one();
    await servers?.dispose();
  }
}

/** p95 of what was asked in each tenth of the time: where in a rebuild people wait. */
function tenths(when: ReadonlyArray<{ at: number; ms: number }>): number[] {
  const whole = Math.max(...when.map(({ at }) => at)) + 1;
  return Array.from({ length: 10 }, (_, i) => {
    const part = when.filter(({ at }) => Math.floor((10 * at) / whole) === i).map(({ ms }) => ms);
    return part.sort((a, b) => a - b)[Math.floor(part.length * 0.95)] ?? 0;
  });
}

function report(
  took: ReadonlyMap<string, readonly number[]>,
  failed: readonly string[],
  byTenth: readonly number[],
  seconds: number,
  many: { shown: number; total: number } | undefined,
  load: string | undefined,
): string {
  const line = (name: string, list: readonly number[]) => {
    const sorted = [...list].sort((a, b) => a - b);
    const at = (q: number) =>
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0).toFixed(0);
    return `| ${name} | ${sorted.length} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} |`;
  };
  const lines = [...took].filter(([, list]) => list.length > 0);
  return [
    `${settlements.toLocaleString('en')} settlements on ${values.store}; ${CLIENTS} clients, ${values.rate} a second each, through a rebuild of ${seconds.toFixed(0)} s; ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${load} at the start`,
    '',
    '| question | times | p50 ms | p95 ms | p99 ms |',
    '|---|---:|---:|---:|---:|',
    ...lines.map(([name, list]) => line(name, list)),
    line(
      `**all** (wanted: p95 ≤ ${WANTED_MS})`,
      lines.flatMap(([, list]) => list),
    ),
    '',
    `p95 by tenth of the rebuild: ${byTenth.map((ms) => ms.toFixed(0)).join(' ')} ms.`,
    `The giant hospital: ${many?.shown} of ${many?.total} patients shown, and said so. Failed: ${failed.length}${failed.length > 0 ? ` (${failed[0]})` : ''}.`,
    '',
  ].join('\n');
}

try {
  const text = await main();
  process.stdout.write(text);
  const out = join(packageRoot, 'tests/bench/out');
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, `latency-${values.store}.md`), text);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
