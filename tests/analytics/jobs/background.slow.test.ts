import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectPostgres } from '../../../analytics/jobs/connection.js';
import { createJobRecords, type Jobs, openJobs } from '../../../analytics/jobs/engine.js';
import { followedBySelfTest } from '../../../analytics/jobs/selfTest.js';
import type { Flow, Handlers, JobContext } from '../../../analytics/jobs/types.js';
import { freshRecords } from './records.js';
import { idle, untilActive, untilOver, untilStopped } from './support.js';

describe('a background flow', () => {
  let records: Awaited<ReturnType<typeof freshRecords>>;
  let jobs: Jobs;
  const steps: string[] = [];

  beforeEach(async () => {
    records = await freshRecords();
    steps.length = 0;
  });
  afterEach(async () => {
    await jobs.close();
    await records.close();
  });

  async function start(handlers: Partial<Handlers>): Promise<void> {
    jobs = await openJobs({
      connection: await connectPostgres(records.pool),
      records: createJobRecords(records.db),
      handlers: { ...idle, ...handlers },
      parts: 1,
      alone: true,
    });
    await jobs.start();
  }

  /** Its first part never ends by itself. */
  const patient = (): Flow<'self-test'> => {
    let attempts = 0;
    return {
      background: true,
      plan: async ({ run }) => ({ plan: run, parts: ['all'] }),
      async part({ plan }, ctx: JobContext) {
        steps.push(`begins ${plan}`);
        ctx.progress({ phase: 'searching', done: 1, total: 2 });
        if (attempts++ === 0) await untilStopped(ctx.signal);
        return 'found';
      },
      join: async (_, parts) => parts.all,
    };
  };

  it('gives way to any other job, and begins anew after it', async () => {
    const rebuild: Flow<'rebuild'> = {
      plan: async () => ({ plan: {}, parts: ['a', 'b'] }),
      part: async ({ part }) => steps.push(part),
      join: async () => void steps.push('published'),
    };
    await start({ 'self-test': patient(), rebuild });
    const test = await jobs.enqueue('self-test', { run: 'run-1' });
    for await (const view of jobs.events(test.id)) if (view.progress?.phase === 'searching') break;
    const asked = await jobs.enqueueRebuild({});
    expect((await untilOver(jobs, asked.id)).state).toBe('completed');
    expect(await untilOver(jobs, test.id)).toMatchObject({ state: 'completed', result: 'found' });
    expect(steps).toEqual(['begins run-1', 'a', 'b', 'published', 'begins run-1']);
  });

  it('runs one at a time, the older one first, and pruning waits for it', async () => {
    let running = 0;
    const flow: Flow<'self-test'> = {
      ...patient(),
      async part({ plan }) {
        expect(++running).toBe(1);
        steps.push(String(plan));
        await sleep(500);
        running--;
        return null;
      },
    };
    await start({ 'self-test': flow, prune: async () => void steps.push('prune') });
    const [first, second] = [
      await jobs.enqueue('self-test', { run: 'run-1' }),
      await jobs.enqueue('self-test', { run: 'run-2' }),
    ];
    await untilActive(jobs, first.id);
    const pruning = await jobs.enqueue('prune', { before: '2020-01-01' });
    for (const { id } of [first, second, pruning])
      expect((await untilOver(jobs, id)).state).toBe('completed');
    expect(steps).toEqual(['run-1', 'run-2', 'prune']);
  });

  it('ends when it is cancelled', async () => {
    await start({ 'self-test': patient() });
    const test = await jobs.enqueue('self-test', { run: 'run-1' });
    for await (const view of jobs.events(test.id)) if (view.progress) break;
    await jobs.cancel(test.id);
    expect((await untilOver(jobs, test.id)).state).toBe('cancelled');
  });

  it('is asked for by a rebuild that wants it, once something is published', async () => {
    const result = { state: 'published', run: 'run-7' };
    const rebuild: Flow<'rebuild'> = {
      plan: async ({ seed }) =>
        seed === 9 ? { done: { ...result, state: 'unchanged' } } : { plan: { seed }, parts: ['a'] },
      part: async () => null,
      join: async () => result,
    };
    const ask = async (run: string) => jobs.enqueue('self-test', { run });
    await start({ rebuild: followedBySelfTest(rebuild, ({ selfTest }) => selfTest, ask) });
    for (const request of [{}, { seed: 9, selfTest: true }, { seed: 3, selfTest: true }])
      await untilOver(jobs, (await jobs.enqueueRebuild(request)).id);
    const kinds = (await jobs.list()).map((job) => job.kind);
    expect(kinds).toEqual(['self-test', 'rebuild', 'rebuild', 'rebuild']);
    expect((await jobs.list())[0]?.title).toBe('run-7');
  });
});
