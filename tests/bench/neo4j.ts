/**
 * The first load of a graph into Neo4j, three ways, each into a new server on this machine:
 *
 *   npm run bench -- neo4j [--settlements N]      1000000 by default, about 3.4 relationships each
 *
 * (a) one connection with `UNWIND … MERGE` of batches of 5,000, the plain way; (b) our load over
 * Bolt; (c) CSV and `neo4j-admin database import full`. Every way runs in a process of its own whose
 * resident memory is looked at four times a second. Prints Markdown, kept in tests/bench/out/neo4j.md.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { packageRoot } from '../../analytics/model/resources.js';
import { exportBulk } from '../../analytics/store/neo4j/bulk.js';
import { loadBulk } from '../../analytics/store/neo4j/bulkLoad.js';
import { JOINTS, LABELS } from '../../analytics/store/neo4j/queries.js';
import { openNeo4jStore } from '../../analytics/store/neo4j/store.js';
import type { GraphDelta } from '../../analytics/store/port.js';
import { type Neo4jService, startNeo4j, withNeo4j } from '../services/neo4j.js';
import { type GraphWorld, writeGraphWorld } from './graphWorld.js';

type Files = Pick<GraphWorld, 'nodes' | 'edges'>;
type Access = Pick<Neo4jService, 'url' | 'user' | 'password'>;

/** What the process of one way is told. */
interface Order {
  readonly way: 'plain' | 'bolt' | 'csv';
  readonly files: Files;
  readonly access: Access;
  readonly dir: string;
}

const BATCH = 5000;

async function* rowsOf(path: string, where: string, columns: string) {
  const c = await (await DuckDBInstance.create(':memory:')).connect();
  const result = await c.stream(`SELECT ${columns} FROM '${path}' WHERE ${where}`);
  let batch: unknown[][] = [];
  for await (const rows of result.yieldRowsJs())
    for (const row of rows) {
      batch.push(row as unknown[]);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  if (batch.length > 0) yield batch;
}

/** The reference: what a script of twenty lines does. */
async function plain({ files, access }: Order): Promise<void> {
  await withNeo4j(access, async (driver) => {
    const session = driver.session();
    for (const label of Object.values(LABELS))
      await session.run(`CREATE CONSTRAINT FOR (n:${label}) REQUIRE n.id IS UNIQUE`);
    const write = (text: string, rows: unknown) =>
      session.executeWrite((tx) => tx.run(text, { rows }));
    for (const [kind, label] of Object.entries(LABELS))
      for await (const rows of rowsOf(files.nodes, `kind = '${kind}'`, 'id, label, attributes'))
        await write(
          `UNWIND $rows AS row MERGE (n:${label} {id: row[0]})
           SET n.label = row[1], n.attributes = row[2]`,
          rows,
        );
    for (const { source, target, type } of JOINTS)
      for await (const rows of rowsOf(
        files.edges,
        `source_kind = '${source}' AND target_kind = '${target}'`,
        'source_id, target_id, count, fen, "first", "last"',
      ))
        await write(
          `UNWIND $rows AS row
           MATCH (a:${LABELS[source]} {id: row[0]}) MATCH (b:${LABELS[target]} {id: row[1]})
           MERGE (a)-[r:${type}]->(b)
           SET r.count = row[2], r.fen = row[3], r.first = row[4], r.last = row[5]`,
          rows,
        );
    await session.close();
  });
}

function whole(files: Files): GraphDelta {
  async function* nothing(): AsyncGenerator<never> {}
  const none = { nodes: nothing, edges: nothing, removedEdges: nothing };
  return { full: true, parquet: files, ...none };
}

async function follow(order: Order): Promise<void> {
  if (order.way === 'plain') return plain(order);
  if (order.way === 'csv') {
    await exportBulk(order.files, 1, { out: join(order.dir, 'csv') });
    return;
  }
  const store = await openNeo4jStore({ ...order.access, scratch: order.dir });
  const began = performance.now();
  let phase = '';
  const progress = (p: { phase: string }) => {
    if (p.phase === phase) return;
    phase = p.phase;
    process.stderr.write(`  ${((performance.now() - began) / 1000).toFixed(1)} s ${phase}\n`);
  };
  await store.load(0, 1, whole(order.files), { progress });
  await store.close();
}

interface Timed {
  readonly seconds: number;
  /** MB of our process at the end of each tenth of its time, and the most. */
  readonly memory: readonly number[];
  readonly peak: number;
  readonly errors: string;
}

/** Follows an order in a process of its own. */
function timed(order: Order): Promise<Timed> {
  const began = performance.now();
  const self = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [self, '--order', JSON.stringify(order)], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text) => {
    process.stderr.write(text);
    errors += text;
  });
  const samples: number[] = [];
  const poll = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      samples.push(Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024));
    } catch {
      // Gone between two looks.
    }
  }, 250);
  return new Promise((done, fail) => {
    child.on('close', (code) => {
      clearInterval(poll);
      if (code !== 0) return fail(new Error(`${order.way} ended with ${code}`));
      const tenth = (i: number) => samples[Math.floor(((samples.length - 1) * i) / 10)] ?? 0;
      done({
        seconds: (performance.now() - began) / 1000,
        memory: Array.from({ length: 10 }, (_, i) => tenth(i + 1)),
        peak: Math.max(...samples),
        errors: errors.replace(/^ {2}[\d.]+ s .*\n/gm, '').trim(),
      });
    });
  });
}

/** Seconds of processor time of a process. */
function processor(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** What a server holds, in two numbers that differ when a row is missing, doubled or changed. */
async function holds(access: Access): Promise<string> {
  return withNeo4j(access, async (driver) => {
    const ask = async (text: string) => {
      const { records } = await driver.executeQuery(text);
      return records[0]?.get(0)?.toString() as string;
    };
    const labels = Object.values(LABELS).join('|');
    const types = JOINTS.map((j) => j.type).join('|');
    const nodes = await ask(`MATCH (n:${labels}) RETURN count(n)`);
    const sums = await ask(`MATCH ()-[r:${types}]->()
      RETURN toString(count(r)) + ' with ' + toString(sum(r.count)) + ' / ' + toString(sum(r.fen))`);
    return `${nodes} nodes, ${sums}`;
  });
}

async function main(settlements: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ringfence-neo4j-bench-'));
  const load = loadavg()[0]?.toFixed(1);
  let running: Neo4jService | undefined;
  try {
    const world = await writeGraphWorld(dir, settlements);
    const rows = world.nodeCount + world.edgeCount;
    const fresh = async () => {
      running = await startNeo4j({ heap: '1g', pageCache: '1g' });
      return running;
    };
    const way = async (name: Order['way']) => {
      const server = await fresh();
      const before = processor(server.pid());
      const result = await timed({ way: name, files: world, access: server, dir });
      const worked = processor(server.pid()) - before;
      const holding = await holds(server);
      await server.dispose();
      return { ...result, worked, holding };
    };
    process.stderr.write(`${world.nodeCount} nodes, ${world.edgeCount} relationships\n(a)\n`);
    const a = await way('plain');
    process.stderr.write('(b)\n');
    const b = await way('bolt');
    process.stderr.write('(c)\n');
    const server = await fresh();
    const csv = await timed({ way: 'csv', files: world, access: server, dir });
    await server.stop();
    const began = performance.now();
    await loadBulk(join(dir, 'csv'), { tool: join(server.home, 'bin/neo4j-admin') });
    const imported = (performance.now() - began) / 1000;
    await server.restart();
    const opened = performance.now();
    const store = await openNeo4jStore({ ...server });
    const constraints = (performance.now() - opened) / 1000;
    if ((await store.version()) !== 1) throw new Error('the import is not at its version');
    await store.close();
    const c = { seconds: csv.seconds + imported + constraints, holding: await holds(server) };
    await server.dispose();
    running = undefined;

    const per = (seconds: number) => Math.round(rows / seconds).toLocaleString('en');
    const ratio = (seconds: number) => (a.seconds / seconds).toFixed(2);
    const said = (t: { errors: string }) => (t.errors ? t.errors.split('\n')[0] : 'none');
    const text = [
      `${settlements.toLocaleString('en')} settlements: ${world.nodeCount.toLocaleString('en')} nodes, ${world.edgeCount.toLocaleString('en')} relationships; ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${load} at the start; Neo4j beside it with 1 GB heap and 1 GB page cache`,
      '',
      '| way | seconds | rows/s | × plain | processor seconds of Neo4j | our peak MB | MB at each tenth of the time | errors |',
      '|---|---:|---:|---:|---:|---:|---|---|',
      `| (a) UNWIND … MERGE, one connection | ${a.seconds.toFixed(1)} | ${per(a.seconds)} | 1.00 | ${a.worked.toFixed(0)} | ${a.peak} | ${a.memory.join(' ')} | ${said(a)} |`,
      `| (b) ours over Bolt | ${b.seconds.toFixed(1)} | ${per(b.seconds)} | ${ratio(b.seconds)} | ${b.worked.toFixed(0)} | ${b.peak} | ${b.memory.join(' ')} | ${said(b)} |`,
      `| (c) neo4j-admin import | ${c.seconds.toFixed(1)} | ${per(c.seconds)} | ${ratio(c.seconds)} | | ${csv.peak} | ${csv.memory.join(' ')} | ${said(csv)} |`,
      '',
      `(c) is ${csv.seconds.toFixed(1)} s to write the CSV, ${imported.toFixed(1)} s of neo4j-admin, ${constraints.toFixed(1)} s of constraints and indexes at the next start.`,
      '',
      `All three hold ${a.holding}${a.holding === b.holding && b.holding === c.holding ? '' : `; NOT THE SAME: ${b.holding}; ${c.holding}`}.`,
      '',
    ].join('\n');
    process.stdout.write(text);
    const out = join(packageRoot, 'tests/bench/out');
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'neo4j.md'), text);
  } finally {
    await running?.dispose();
    rmSync(dir, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: { settlements: { type: 'string', default: '1000000' }, order: { type: 'string' } },
});
if (values.order) await follow(JSON.parse(values.order) as Order);
else await main(Number(values.settlements));
