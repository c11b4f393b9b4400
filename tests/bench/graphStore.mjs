// Loads the graph of N settlements (default a million) into the DuckDB store and asks it what the
// page asks. `node tests/bench/graphStore.mjs [N]`; prints one JSON object. Measures, asserts nothing.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { buildServer } from '../../scripts/build.mjs';

const settlements = Number(process.argv[2] ?? 1_000_000);
const dir = mkdtempSync(join(tmpdir(), 'ringfence-bench-'));
const parquet = { nodes: join(dir, 'nodes.parquet'), edges: join(dir, 'edges.parquet') };

/** People with habits: most visits at one of two places, most items from a list of eight. */
async function writeWorld() {
  const db = await DuckDBInstance.create(':memory:');
  const c = await db.connect();
  const patients = Math.ceil(settlements / 6);
  const institutions = Math.ceil(settlements / 2500);
  const pick = (seed, n) => `(hash(${seed}) % ${n})::BIGINT`;
  const skew = (seed, n) => `(${pick(seed, n)} * ${pick(`${seed} + 77`, n)} // ${n})`;
  await c.run(`CREATE TABLE s AS SELECT i, p, h, h * 8 + ${pick('i * 3 + p', 8)} AS d,
      ${pick('i * 5', 100_000)} AS fen, 1700000000 + ${pick('i * 11', 31_536_000)} AS t
    FROM (SELECT i, p, ${skew(`p * 2 + (${pick('i * 13', 5)} == 0)::INT`, institutions)} AS h
      FROM (SELECT i, ${pick('i', patients)} AS p FROM range(${settlements}) r(i)))`);
  await c.run(`CREATE TABLE f AS SELECT s.*, CASE WHEN ${pick('s.i * 17 + k', 10)} < 7
      THEN ${skew(`p * 8 + ${pick('s.i + k', 8)}`, 5000)} ELSE ${skew('s.i * 19 + k', 5000)} END AS x
    FROM s, range(2) r(k)`);
  const id = { patient: "'P'||p", doctor: "'D'||d", institution: "'H'||h", drug: "'X'||x" };
  const pair = (a, b, from) => `SELECT '${a}' AS source_kind, ${id[a]} AS source_id,
    '${b}' AS target_kind, ${id[b]} AS target_id, count(DISTINCT i) AS count, sum(fen)::BIGINT AS fen,
    min(t) AS "first", max(t) AS "last" FROM ${from} GROUP BY ALL`;
  await c.run(
    `CREATE TABLE e AS ${[
      pair('patient', 'doctor', 's'),
      pair('patient', 'institution', 's'),
      pair('patient', 'drug', 'f'),
      pair('doctor', 'institution', 's'),
      pair('doctor', 'drug', 'f'),
      pair('institution', 'drug', 'f'),
    ].join(' UNION ALL ')}`,
  );
  await c.run(`COPY e TO '${parquet.edges}' (FORMAT parquet)`);
  await c.run(`COPY (SELECT kind, id, CASE kind WHEN 'patient' THEN id WHEN 'drug'
      THEN '阿莫西林胶囊' || id WHEN 'doctor' THEN '张医生' || id ELSE '人民医院' || id END AS label,
      '{"region":"500101"}' AS attributes FROM (
      SELECT source_kind AS kind, source_id AS id FROM e UNION SELECT target_kind, target_id FROM e))
    TO '${parquet.nodes}' (FORMAT parquet)`);
  const count = async (path) =>
    Number((await (await c.run(`SELECT count(*) FROM '${path}'`)).getRows())[0][0]);
  const size = { nodes: await count(parquet.nodes), relationships: await count(parquet.edges) };
  c.closeSync();
  db.closeSync();
  return size;
}

/** Milliseconds at the middle and the 95th percentile, and of processor time for one. */
async function measure(times, ask) {
  const took = [];
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    await ask(i);
    took.push(performance.now() - from);
  }
  const { user, system } = process.cpuUsage(before);
  took.sort((a, b) => a - b);
  const at = (q) => Math.round(took[Math.floor(times * q)] * 10) / 10;
  return { p50: at(0.5), p95: at(0.95), cpu: Math.round((user + system) / times / 100) / 10 };
}

try {
  await buildServer();
  const { openDuckdbStore } = await import('../../dist/analytics/store/duckdb/store.js');
  const size = await writeWorld();
  const path = join(dir, 'graph.duckdb');
  const store = await openDuckdbStore({ path });
  const none = async function* () {};
  const rows = { nodes: none, edges: none, removedEdges: none };
  const cpuBefore = process.cpuUsage();
  const from = performance.now();
  await store.load(0, 1, { full: true, ...rows, parquet });
  const load = (performance.now() - from) / 1000;
  const loadCpu = process.cpuUsage();
  const kinds = ['patient', 'doctor', 'institution', 'drug'];
  const some = (text, kind) => store.search(text, [kind], 100);
  const patients = await some('P1', 'patient');
  const hospitals = await some('H', 'institution');
  const doctors = await some('D', 'doctor');
  const ring = (i) => [hospitals[i % 100], ...doctors.slice(0, 5), ...patients.slice(0, 60)];
  const one = (list, perKind) => (i) => store.neighbourhood([list[i % 100]], { kinds, perKind });
  const asked = {
    'neighbours of a hospital, 25 a kind': await measure(200, one(hospitals, 25)),
    'neighbours of a hospital, 500 a kind': await measure(60, one(hospitals, 500)),
    'neighbours of a patient': await measure(200, one(patients, 25)),
    'a ring of 66': await measure(100, (i) => store.induced(ring(i))),
    'search by code': await measure(100, (i) => store.search(`P1${i}`, kinds, 20)),
    'search by name': await measure(100, (i) => store.search(`医院H${i}`, kinds, 20)),
    'search by initials': await measure(100, () => store.search('rmyyh', kinds, 20)),
    'paths between patients': await measure(60, (i) =>
      store.paths(patients[i], patients[99 - i], 5),
    ),
    'paths between doctors': await measure(60, (i) => store.paths(doctors[i], doctors[99 - i], 5)),
  };
  await store.close();
  const { maxRSS } = process.resourceUsage();
  process.stdout.write(
    `${JSON.stringify(
      {
        machine: `${availableParallelism()} of ${cpus()[0]?.model}`,
        settlements,
        ...size,
        loadSeconds: Math.round(load * 10) / 10,
        loadCpuSeconds:
          Math.round((loadCpu.user + loadCpu.system - cpuBefore.user - cpuBefore.system) / 1e5) /
          10,
        fileMB: Math.round(statSync(path).size / 1e6),
        peakMB: Math.round(maxRSS / 1024),
        milliseconds: asked,
      },
      null,
      1,
    )}\n`,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}
