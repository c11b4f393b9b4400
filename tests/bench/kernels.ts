/**
 * Community kernels beside graphology, networkit, igraph and leidenalg, in one run, on planted graphs.
 *
 *   node tests/bench/run.mjs kernels [edges …]      1000000 5000000 by default
 *
 * Every method starts from the same two arrays of node numbers in memory; its time includes building
 * its own graph. Each runs in a process of its own, one after the other; modularity is computed here
 * for all of them by one function. The Python side needs, once:
 *
 *   python3 -m venv tests/bench/out/.venv
 *   tests/bench/out/.venv/bin/pip install networkit igraph leidenalg
 *
 * and is left out, and said so, without it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UndirectedGraph } from 'graphology';
import louvainModule from 'graphology-communities-louvain';
import { buildCsr } from '../../analytics/algorithms/csr.js';
import { leiden } from '../../analytics/algorithms/leiden.js';
import { louvain } from '../../analytics/algorithms/louvain.js';
import { modularity } from '../../analytics/algorithms/quality.js';
import { packageRoot } from '../../analytics/model/resources.js';
import { createRng, shuffle } from '../../analytics/model/rng.js';

interface Measured {
  name: string;
  /** Seconds. */
  build: number;
  total: number;
  cpu: number;
}

const graphologyLouvain = louvainModule as unknown as (
  graph: UndirectedGraph,
  options: { getEdgeWeight: null },
) => Record<string, number>;

const SWIFT = ['networkit', 'igraph'];
/** Edges beyond which leidenalg, ten times slower than the rest, is left out. */
const LEIDENALG_MAX = 2_000_000;

const out = join(packageRoot, 'tests/bench/out');
const bench = join(packageRoot, 'tests/bench');

/** Groups of 100; seven in ten edges stay inside; node numbers say nothing of the groups. */
function plant(edges: number): { n: number; sources: Int32Array; targets: Int32Array } {
  const n = edges / 10;
  const rng = createRng(7);
  const name = new Int32Array(n).map((_, i) => i);
  shuffle(name, rng);
  const sources = new Int32Array(edges);
  const targets = new Int32Array(edges);
  for (let e = 0; e < edges; e++) {
    const i = rng.int(n);
    const home = Math.floor(i / 100) * 100;
    let j = i;
    while (j === i) j = rng.next() < 0.7 ? home + rng.int(100) : rng.int(n);
    sources[e] = name[i]!;
    targets[e] = name[j]!;
  }
  return { n, sources, targets };
}

function readInts(path: string): Int32Array {
  const bytes = readFileSync(path);
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).slice();
}

/** One method in this process: prints its times, writes its partition. */
function child(folder: string, n: number, method: string): void {
  const s = readInts(join(folder, 'sources.bin'));
  const t = readInts(join(folder, 'targets.bin'));
  const start = performance.now();
  const cpu = process.cpuUsage();
  let built = 0;
  let membership: Int32Array;
  if (method === 'graphology-louvain') {
    const graph = new UndirectedGraph();
    for (let i = 0; i < n; i++) graph.addNode(i);
    for (let e = 0; e < s.length; e++) graph.mergeEdge(s[e], t[e]);
    built = performance.now();
    const labels = graphologyLouvain(graph, { getEdgeWeight: null });
    membership = new Int32Array(n).map((_, i) => labels[i]!);
  } else {
    const graph = buildCsr(n, s, t);
    built = performance.now();
    if (method === 'ringfence-louvain') membership = louvain(graph).membership;
    else membership = leiden(graph, { iterations: method.endsWith('-1') ? 1 : 2 }).membership;
  }
  const total = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  writeFileSync(join(folder, `${method}.bin`), membership);
  const line: Measured = {
    name: method,
    build: (built - start) / 1000,
    total,
    cpu: (used.user + used.system) / 1e6,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function lines(command: string, args: string[]): Measured[] {
  const run = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.status !== 0) process.stderr.write(`${args.join(' ')}: ${run.stderr.slice(-2000)}\n`);
  return run.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Measured);
}

function measure(edges: number): string {
  const folder = join(out, `planted-${edges}`);
  mkdirSync(folder, { recursive: true });
  const { n, sources, targets } = plant(edges);
  writeFileSync(join(folder, 'sources.bin'), sources);
  writeFileSync(join(folder, 'targets.bin'), targets);
  const graph = buildCsr(n, sources, targets);
  const self = fileURLToPath(import.meta.url);
  const results: Measured[] = [];
  for (const method of ['ringfence-leiden-1', 'ringfence-leiden-2', 'ringfence-louvain'])
    results.push(...lines(process.execPath, [self, 'child', folder, String(n), method]));
  const python = join(out, '.venv/bin/python');
  if (existsSync(python))
    for (const library of edges > LEIDENALG_MAX ? SWIFT : [...SWIFT, 'leidenalg'])
      results.push(...lines(python, [join(bench, 'kernels.py'), folder, String(n), library]));
  else process.stderr.write('no Python environment: networkit, igraph, leidenalg left out\n');
  results.push(
    ...lines(process.execPath, [
      '--max-old-space-size=14000',
      self,
      'child',
      folder,
      String(n),
      'graphology-louvain',
    ]),
  );
  const ours = results[0]!;
  const rows = results.map((r) => {
    const q = modularity(graph, readInts(join(folder, `${r.name}.bin`)));
    const cells = [
      r.name,
      r.build.toFixed(2),
      r.total.toFixed(2),
      r.cpu.toFixed(2),
      `${(r.total / ours.total).toFixed(1)}×`,
      `${(r.cpu / ours.cpu).toFixed(1)}×`,
      q.toFixed(5),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `### ${edges.toLocaleString('en')} edges, ${n.toLocaleString('en')} nodes`,
    '',
    '| method | build s | total s | CPU s | total ÷ ours | CPU ÷ ours | modularity |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...rows,
    '',
  ].join('\n');
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'child') child(rest[0]!, Number(rest[1]), rest[2]!);
else {
  const sizes = process.argv.slice(2).map(Number);
  const report = [
    `${cpus().length} × ${cpus()[0]!.model.trim()}, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)} at the start`,
    '',
  ];
  for (const edges of sizes.length > 0 ? sizes : [1_000_000, 5_000_000])
    report.push(measure(edges));
  const text = report.join('\n');
  writeFileSync(join(out, 'kernels.md'), text);
  process.stdout.write(text);
}
