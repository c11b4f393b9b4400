import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../analytics/model/rng.js';
import { ringfence, serve, start, succeed, temporary } from '../cli/run.js';

// Kills the program with -9 at seeded moments of an import and a rebuild and starts it again.
// FAULT_POINTS says how many moments of each; FAULT_SEED which.
const POINTS = Number(process.env.FAULT_POINTS ?? 1);
const SEED = Number(process.env.FAULT_SEED ?? 20_261_122);
const SLOWLY_MS = 3_600_000;

interface ImportLine {
  id: number;
  state: string;
  digest: string;
  tables: Record<string, { read: number; accepted: number; rejected: number }>;
}

describe('after kill -9', () => {
  const at = temporary('faults');
  const cwd = at.dir;
  const rng = createRng(SEED);
  /** What a run that nobody disturbed gives, and how long its steps took. */
  const whole = { imports: [] as ImportLine[], findings: '', importMs: 0, rebuildMs: 0 };

  const on = (data: string, ...args: string[]) => ringfence([...args, '--data', data], { cwd });

  async function importsOf(data: string): Promise<ImportLine[]> {
    const { stdout } = await succeed(['imports', 'list', '--format', 'jsonl', '--data', data], {
      cwd,
    });
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const { id, state, digest, tables } = JSON.parse(line) as ImportLine;
        const counts = Object.entries(tables).map(([name, { read, accepted, rejected }]) => [
          name,
          { read, accepted, rejected },
        ]);
        return { id, state, digest, tables: Object.fromEntries(counts) };
      });
  }

  /** Runs `args`, and kills it after `ms` unless it is through before. */
  async function killed(ms: number, args: string[]) {
    const running = start(args, { cwd });
    const timer = setTimeout(() => running.process.kill('SIGKILL'), ms);
    const outcome = await running.outcome;
    clearTimeout(timer);
    return outcome;
  }

  beforeAll(async () => {
    await succeed(['seed', '--out', 'world', '--settlements', '10000'], { cwd });
    const began = performance.now();
    await succeed(['import', 'world', '--data', 'whole'], { cwd });
    whole.importMs = performance.now() - began;
    cpSync(join(cwd, 'whole'), join(cwd, 'imported'), { recursive: true });
    const middle = performance.now();
    await succeed(['rebuild', '--data', 'whole'], { cwd });
    whole.rebuildMs = performance.now() - middle;
    whole.imports = await importsOf('whole');
    whole.findings = (await succeed(['findings', '--all', '--data', 'whole'], { cwd })).stdout;
    expect(whole.imports).toHaveLength(1);
    expect(whole.findings).not.toBe('');
  }, SLOWLY_MS);
  afterAll(at.remove);

  for (let point = 0; point < POINTS; point++) {
    const importAt = rng.next() * 1.1;
    it(`at ${importAt.toFixed(3)} of an import, all of it or none`, {
      timeout: SLOWLY_MS,
    }, async () => {
      const data = `import-${point}`;
      const args = ['import', 'world', '--data', data];
      const { code } = await killed(importAt * whole.importMs, args);
      const left = await importsOf(data);
      if (code === 0) expect(left).toEqual(whole.imports);
      else expect([[], whole.imports]).toContainEqual(left);
      const again = await succeed(args, { cwd });
      expect(again.stdout).toMatch(/^setl_d +10000 +10000 +0 /m);
      expect(await importsOf(data)).toEqual(whole.imports);
      expect(readdirSync(join(cwd, data, 'landing'))).toHaveLength(1);
      await succeed(['rebuild', '--data', data], { cwd });
      expect((await on(data, 'findings', '--all')).stdout).toBe(whole.findings);
      rmSync(join(cwd, data), { recursive: true });
    });
  }

  for (let point = 0; point < POINTS; point++) {
    const rebuildAt = rng.next() * 1.1;
    it(`at ${rebuildAt.toFixed(3)} of a rebuild, the old run or the new`, {
      timeout: SLOWLY_MS,
    }, async () => {
      const data = `rebuild-${point}`;
      cpSync(join(cwd, 'imported'), join(cwd, data), { recursive: true });
      const args = ['rebuild', '--data', data];
      const { code } = await killed(rebuildAt * whole.rebuildMs, args);
      const left = await on(data, 'findings', '--all');
      if (code === 0 || left.code === 0) expect(left.stdout).toBe(whole.findings);
      else expect(left).toMatchObject({ code: 1, stdout: '' });
      await succeed(args, { cwd });
      expect((await on(data, 'findings', '--all')).stdout).toBe(whole.findings);
      expect(await importsOf(data)).toEqual(whole.imports);
      expect(readdirSync(join(cwd, data, 'work'))).toEqual([]);
      rmSync(join(cwd, data), { recursive: true });
    });
  }

  const serveAt = rng.next();
  it(`at ${serveAt.toFixed(3)} of a server's rebuild, the job goes on by itself`, {
    timeout: SLOWLY_MS,
  }, async () => {
    const data = 'served';
    cpSync(join(cwd, 'imported'), join(cwd, data), { recursive: true });
    const first = await serve(['--data', data], { cwd });
    const asked = await fetch(`${first.url}/api/rebuilds`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(asked.ok).toBe(true);
    const { id } = (await asked.json()) as { id: string };
    await sleep(serveAt * whole.rebuildMs);
    first.process.kill('SIGKILL');
    await first.outcome;
    const second = await serve(['--data', data], { cwd });
    try {
      for (;;) {
        const job = (await (await fetch(`${second.url}/api/jobs/${id}`)).json()) as {
          state: string;
        };
        if (job.state === 'completed') break;
        expect(['waiting', 'active']).toContain(job.state);
        await sleep(100);
      }
      expect((await on(data, 'findings', '--all')).stdout).toBe(whole.findings);
    } finally {
      await second.stop();
    }
  });
});
