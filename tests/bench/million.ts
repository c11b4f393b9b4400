/**
 * The week at the size of a million settlements: `npm run bench -- million [N] [fee lines a settlement, with commas]`,
 * 2 and 3 of these unless told. Each step is a command of its own, with its wall time and the peak memory of its
 * process and those below it; beside it the pair counting of the same files by DuckDB with igraph's Leiden, from
 * PyPI, as a ratio.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const settlements = Number(process.argv[2] ?? 1_000_000);
const here = dirname(fileURLToPath(import.meta.url));
const feeLines = (process.argv[3] ?? '2,3').split(',');
const scratch = mkdtempSync(join(tmpdir(), 'ringfence-million-'));

interface Timed {
  readonly seconds: number;
  readonly peakMb: number;
}

/** Resident memory of a process and all below it, in kB. */
function resident(pid: number): number {
  try {
    const own = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    const below = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return below
      .filter(Boolean)
      .reduce((sum, child) => sum + resident(Number(child)), Number(own?.[1] ?? 0));
  } catch {
    // Gone between two looks.
    return 0;
  }
}

/** Runs a program; ten times a second it and its processes are looked at for the most memory they hold together. */
function timed(command: string, args: readonly string[]): Promise<Timed> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  let peak = 0;
  const poll = setInterval(() => {
    peak = Math.max(peak, resident(child.pid ?? 0));
  }, 100);
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => {
      clearInterval(poll);
      const seconds = (performance.now() - began) / 1000;
      if (code === 0) resolve({ seconds, peakMb: Math.round(peak / 1024) });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}`));
    });
  });
}

const ringfence = (data: string, ...args: string[]) =>
  timed(process.execPath, [join(here, '../../../bin/ringfence.cjs'), '--data', data, ...args]);

function python(): string | undefined {
  const venv = join(here, '.venv');
  const program = join(venv, 'bin/python');
  if (!existsSync(program)) spawnSync('python3', ['-m', 'venv', venv], { stdio: 'ignore' });
  const ready = spawnSync(
    program,
    ['-m', 'pip', 'install', '-q', 'duckdb', 'igraph', 'leidenalg'],
    {
      stdio: 'inherit',
    },
  );
  return ready.status === 0 ? program : undefined;
}

const size = ['--settlements', String(settlements)];

/** One world, from its files to its self-test, as a table. */
async function week(lines: string): Promise<string[]> {
  const world = join(scratch, `world-${lines}`);
  const data = join(scratch, `data-${lines}`);
  const seed = await ringfence(data, 'seed', '--out', world, ...size, '--fee-lines', lines);
  const load = await ringfence(data, 'import', world);
  const rebuild = await ringfence(data, 'rebuild');
  const test = await ringfence(data, 'self-test', '--format', 'table');
  const together = {
    seconds: rebuild.seconds + test.seconds,
    peakMb: Math.max(rebuild.peakMb, test.peakMb),
  };
  const program = python();
  const other = program ? await timed(program, [join(here, '../pairs.py'), world]) : undefined;
  const row = (name: string, t: Timed) =>
    `| ${name} | ${t.seconds.toFixed(1)} | ${Math.round(settlements / t.seconds)} | ${t.peakMb} |`;
  rmSync(world, { recursive: true, force: true });
  rmSync(data, { recursive: true, force: true });
  return [
    `${settlements} settlements with ${lines} fee lines each on ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    '',
    '| step | seconds | settlements/s | peak MB |',
    '|---|---|---|---|',
    row('seed', seed),
    row('import', load),
    row('rebuild', rebuild),
    row('self-test', test),
    row('rebuild and self-test together', together),
    ...(other
      ? [
          row('DuckDB + leidenalg, pairs and communities only', other),
          '',
          `Rebuild (${61} worlds screened, grouped and calibrated, all detectors) takes ${(rebuild.seconds / other.seconds).toFixed(1)} × one world's pair counting there.`,
        ]
      : ['', 'No Python packages here: the pipeline beside it was not run.']),
    '',
  ];
}

try {
  for (const lines of feeLines) process.stdout.write(`${(await week(lines)).join('\n')}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
