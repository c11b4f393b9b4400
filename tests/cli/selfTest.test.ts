import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SelfTestResult } from '../../api/contract/index.js';
import { ringfence, serve, start, succeed, temporary } from './run.js';

const SLOWLY_MS = 1_800_000;

interface Report {
  readonly state: string;
  readonly job: string;
  readonly result: SelfTestResult | null;
}

describe('the self-test', () => {
  const at = temporary('self-test');
  const cwd = at.dir;
  /** What it prints, and what the run's findings are without it. */
  const whole = { test: '', findings: '', ms: 0 };

  const findings = async () => (await succeed(['findings', '--all'], { cwd })).stdout;
  const left = () => ['work', 'tmp'].flatMap((folder) => readdirSync(join(cwd, 'data', folder)));

  beforeAll(async () => {
    await succeed(['seed', '--out', 'world', '--settlements', '8000', '--seed', '19'], { cwd });
    await succeed(['import', 'world'], { cwd });
    await succeed(['rebuild'], { cwd });
    whole.findings = await findings();
    const began = performance.now();
    whole.test = (await succeed(['self-test'], { cwd })).stdout;
    whole.ms = performance.now() - began;
  }, SLOWLY_MS);
  afterAll(at.remove);

  it('finds planted rings in the newest run’s period, and leaves its findings as they are', {
    timeout: SLOWLY_MS,
  }, async () => {
    const result = JSON.parse(whole.test) as SelfTestResult & { run: string };
    expect(result.run).toBe('run-2');
    expect(result.planted).toBeGreaterThan(2);
    expect(result.found).toBeGreaterThan(0);
    expect(result.found + result.missed.length).toBe(result.planted);
    expect(result.cells.reduce((sum, c) => sum + c.planted, 0)).toBe(result.planted);
    expect(await findings()).toBe(whole.findings);
    expect(left()).toEqual([]);
  });

  it('plants other rings with another seed, and prints a table in words', {
    timeout: SLOWLY_MS,
  }, async () => {
    const seed = (JSON.parse(whole.test) as SelfTestResult).seed + 1;
    const args = ['self-test', '--seed', String(seed), '--format', 'table'];
    const { stdout } = await succeed(args, { cwd });
    expect(stdout).toMatch(/^type +c0 +c1 +c2 +c3 +c4\n/);
    expect(stdout).toMatch(/^card-farming-pharmacy .*\d\/\d/m);
    expect(stdout).toMatch(new RegExp(`\\d+ of \\d+ planted rings found, .* seed ${seed}\n`));
    expect(stdout).toContain('planted results are never field precision');
  });

  it('goes on by itself after kill -9, under the server that asked for it, and is kept with its run', {
    timeout: SLOWLY_MS,
  }, async () => {
    const killed = start(['self-test'], { cwd });
    while (readdirSync(join(cwd, 'data', 'work')).length === 0) await sleep(20);
    await sleep(0.3 * whole.ms);
    killed.process.kill('SIGKILL');
    expect((await killed.outcome).code).toBeNull();
    expect(left()).not.toEqual([]);
    const serving = await serve([], { cwd });
    try {
      const ask = async () =>
        (await (await fetch(`${serving.url}/api/runs/run-2`)).json()) as { selfTest: Report };
      let report = (await ask()).selfTest;
      while (report.state === 'waiting' || report.state === 'active') {
        await sleep(200);
        report = (await ask()).selfTest;
      }
      expect(report.state).toBe('done');
      const { finishedAt: _, ...kept } = report.result!;
      expect({ run: 'run-2', ...kept }).toEqual(JSON.parse(whole.test));
    } finally {
      await serving.stop();
    }
    expect(await findings()).toBe(whole.findings);
    expect(left()).toEqual([]);
  });

  it('needs a run', async () => {
    const { code, stderr } = await ringfence(['self-test', '--data', 'empty'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('ringfence rebuild');
  });
});
