import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ringfence, type Serving, serve, start, succeed, temporary } from './run.js';

/** Twenty with `npm run test:faults`; CI has twenty minutes for everything. */
const ROUNDS = Number(process.env.FAULT_POINTS ?? 6);

interface JobLine {
  id: string;
  kind: string;
  state: string;
}

async function jobsOf(serving: Serving): Promise<JobLine[]> {
  const response = await fetch(`${serving.url}/api/jobs`);
  return ((await response.json()) as { jobs: JobLine[] }).jobs;
}

async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(50);
  }
}

describe('the owner of a data directory', () => {
  const at = temporary('owner');
  const cwd = at.dir;

  beforeAll(async () => {
    await succeed(['seed', '--out', 'world', '--settlements', '5000'], { cwd });
    await succeed(['imports', 'list'], { cwd });
  });
  afterAll(at.remove);

  it(`is exactly one of two servers, ${ROUNDS} times`, { timeout: 1_800_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const two = [0, 1].map(() => start(['serve'], { cwd, env: { PORT: '0' } }));
      const loser = await Promise.race(two.map(async (one) => ({ one, o: await one.outcome })));
      expect(loser.o).toMatchObject({ code: 1, stdout: '' });
      const winner = two.find((one) => one !== loser.one);
      expect(loser.o.stderr).toContain(`ringfence serve (process ${winner?.process.pid})`);
      winner?.process.kill('SIGINT');
      expect(await winner?.outcome).toMatchObject({ code: 0 });
    }
  });

  it('is one of many commands that start at once, and all get their answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => ringfence(['imports', 'list', '--format', 'jsonl'], { cwd })),
    );
    expect(answers).toEqual(answers.map(() => ({ code: 0, stdout: '', stderr: '' })));
    expect(existsSync(join(cwd, 'data', 'ringfence.lock'))).toBe(false);
  });

  it('stops an import on Ctrl-C with nothing of it left', async () => {
    const importing = start(['import', 'world', '--data', 'stopped'], { cwd });
    await until(() => existsSync(join(cwd, 'stopped', 'graph')));
    importing.process.kill('SIGINT');
    const { code, stdout, stderr } = await importing.outcome;
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: 'cancelled\n' });
    const list = ['imports', 'list', '--format', 'jsonl', '--data', 'stopped'];
    expect(await ringfence(list, { cwd })).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readdirSync(join(cwd, 'stopped', 'landing'))).toEqual([]);
  });

  it('lets a job go on whose caller went away, and stops one whose caller says so', async () => {
    const serving = await serve(['--data', 'left'], { cwd });
    try {
      const gone = start(['import', 'world', '--data', 'left'], { cwd });
      await until(async () => (await jobsOf(serving)).length > 0);
      gone.process.kill('SIGKILL');
      const over = await until(async () =>
        (await jobsOf(serving)).find((job) => ['completed', 'failed'].includes(job.state)),
      );
      expect(over).toMatchObject({ kind: 'import', state: 'completed' });
      const stopping = start(['rebuild', '--data', 'left'], { cwd });
      await until(async () => (await jobsOf(serving)).find((job) => job.state === 'active'));
      stopping.process.kill('SIGINT');
      expect(await stopping.outcome).toMatchObject({ code: 1, stderr: 'cancelled\n' });
      expect((await jobsOf(serving))[0]).toMatchObject({ kind: 'rebuild', state: 'cancelled' });
    } finally {
      await serving.stop();
    }
  });

  it('answers while it rebuilds', async () => {
    const serving = await serve(['--data', 'left'], { cwd });
    try {
      const rebuilding = start(['rebuild', '--data', 'left'], { cwd });
      let answers = 0;
      for (let over = false; !over; ) {
        const [newest] = await jobsOf(serving);
        const rings = await fetch(`${serving.url}/api/rings`);
        expect(rings.status).toBe(200);
        await rings.json();
        if (newest?.state === 'active') answers++;
        over = newest?.state === 'completed';
        // A client of the page asks now and then; without a pause the limit of requests is reached.
        await sleep(100);
      }
      expect(answers).toBeGreaterThan(2);
      expect((await rebuilding.outcome).code).toBe(0);
    } finally {
      await serving.stop();
    }
  });

  it('refuses real data in the sample district', async () => {
    const serving = await serve(['--demo', '--data', 'show'], { cwd });
    try {
      const refused = await ringfence(['import', 'world', '--data', 'show/demo'], { cwd });
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(/sample district/);
    } finally {
      await serving.stop();
    }
    const after = await ringfence(['import', 'world', '--data', 'show/demo'], { cwd });
    expect(after).toMatchObject({ code: 1, stdout: '' });
    expect(after.stderr).toMatch(/sample district/);
  });
});
