import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { type Program, runApart } from '../../../analytics/jobs/subprocess.js';
import type { Progress } from '../../../analytics/model/progress.js';
import { compiled } from '../../../analytics/model/resources.js';

const PROGRAM: Program = { url: new URL('task.mjs', import.meta.url).href, nice: 10 };
const dir = mkdtempSync(join(tmpdir(), 'ringfence-subprocess-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(held: () => boolean): Promise<void> {
  for (let i = 0; i < 600 && !held(); i++) await sleep(50);
  expect(held()).toBe(true);
}

/** Process number that a task left in a file. */
async function pidIn(file: string): Promise<number> {
  await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
  return Number(readFileSync(file, 'utf8'));
}

describe('a task in a process of its own', () => {
  it('is given its task, tells how far it is and gives its result back', async () => {
    const heard: Progress[] = [];
    const ctx = { progress: (p: Progress) => void heard.push(p) };
    const result = await runApart<{ column: Float64Array; pid: number }>(
      PROGRAM,
      { what: 'echo' },
      ctx,
    );
    expect(result.column).toEqual(Float64Array.of(1, 2, 3));
    expect(heard).toEqual([{ phase: 'echo', done: 1, total: 2 }]);
    expect(result.pid).not.toBe(process.pid);
    expect(isAlive(result.pid)).toBe(false);
  });

  it('hands on refusals with their remedy, and defects', async () => {
    await expect(runApart(PROGRAM, { what: 'refuse' }, {})).rejects.toMatchObject({
      ...{ kind: 'invalid', message: 'No such county', remedy: 'Name another.' },
    });
    await expect(runApart(PROGRAM, { what: 'defect' }, {})).rejects.toThrow(/length/);
  });

  it('takes nothing with it when it crashes', async () => {
    await expect(runApart(PROGRAM, { what: 'crash' }, {})).rejects.toThrow(/ended by itself/);
  });

  it('is ended at once inside DuckDB, again and again', async () => {
    for (let k = 0; k < 5; k++) {
      const stop = new AbortController();
      const file = join(dir, `duck-${k}`);
      const progress = () => setTimeout(() => stop.abort(), 20 * k);
      const task = runApart(
        PROGRAM,
        { what: 'duck', file, scratch: dir },
        { signal: stop.signal, progress },
      );
      await expect(task).rejects.toMatchObject({ kind: 'cancelled' });
      expect(isAlive(await pidIn(file))).toBe(false);
    }
    const late = new AbortController();
    late.abort();
    await expect(runApart(PROGRAM, { what: 'echo' }, { signal: late.signal })).rejects.toThrow();
  });

  it('ends itself when whoever started it is killed', async () => {
    const file = join(dir, 'orphan');
    const code = `
      const { runApart } = await import(${JSON.stringify(compiled('analytics/jobs/subprocess.js'))});
      await runApart(${JSON.stringify(PROGRAM)}, { what: 'compute', file: ${JSON.stringify(file)} }, {});`;
    const program = join(dir, 'parent.mjs');
    writeFileSync(program, code);
    const parent = spawn(process.execPath, [program], { stdio: 'inherit' });
    const pid = await pidIn(file);
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });
});
