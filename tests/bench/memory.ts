/**
 * What each detector needs beside the period that it reads: `npm run bench -- memory [--settlements 200000]
 * [--seed 9301] [--out docs/memory.json]`. Each runs in a process of its own over one seed world with every type
 * planted. Resident memory, garbage included: it is what a machine must have.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DETECTORS } from '../../analytics/detectors/index.js';
import { memoryOf } from '../processes/memoryOf.js';

const { values } = parseArgs({
  options: {
    settlements: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '9301' },
    out: { type: 'string', default: 'docs/memory.json' },
  },
});

const MB = 2 ** 20;
const scratch = mkdtempSync(join(tmpdir(), 'ringfence-memory-'));
const [world, data] = [join(scratch, 'world'), join(scratch, 'data')];

function ringfence(...args: string[]): void {
  const run = spawnSync(process.execPath, ['bin/ringfence.cjs', '--data', data, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (run.status !== 0) throw new Error(`ringfence ${args.join(' ')} ended with ${run.status}`);
}

try {
  const { settlements, seed } = values;
  ringfence('seed', '--out', world, '--settlements', settlements, '--seed', seed, '--types', 'all');
  ringfence('import', world);
  const rows: string[] = [];
  let read = 0;
  for (const { id, version } of DETECTORS) {
    const seen = await memoryOf(data, [id]);
    read = seen.settlements;
    const megabytes = Math.ceil((seen.growth[id] ?? 0) / MB);
    rows.push(JSON.stringify({ id, version, megabytes }));
    process.stderr.write(`${id}: ${megabytes} MB\n`);
  }
  const measuredAt = new Date().toISOString().slice(0, 10);
  const head = JSON.stringify({ measuredAt, settlements: read }).slice(0, -1);
  writeFileSync(values.out, `${head},"detectors":[\n${rows.join(',\n')}\n]}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
