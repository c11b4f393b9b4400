import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Jobs } from '../../../analytics/jobs/engine.js';
import type { Handlers } from '../../../analytics/jobs/types.js';
import { invalid } from '../../../analytics/model/errors.js';
import { untilOver, untilStopped } from './support.js';

/** What every engine must do for jobs of several parts; part of `jobContract`. */
export function flowContract(engine: {
  jobsWith(handlers: Partial<Handlers>): Promise<Jobs>;
  /** What is open was closed by the test itself. */
  forget(): void;
}): void {
  const { jobsWith } = engine;

  it('runs a flow: plan, parts side by side, join', async () => {
    let together = 0;
    let most = 0;
    const jobs = await jobsWith({
      rebuild: {
        plan: async ({ seed }) => ({ plan: { seed }, parts: ['5001', '5002', '5003', '5004'] }),
        part: async ({ part, plan }) => {
          most = Math.max(most, ++together);
          await sleep(100);
          together--;
          return `${part}/${(plan as { seed: number }).seed}`;
        },
        join: async (plan, parts) => ({ plan, parts }),
      },
    });
    await jobs.start();
    const job = await jobs.enqueueRebuild({ seed: 7 });
    expect((await untilOver(jobs, job.id)).result).toEqual({
      plan: { seed: 7 },
      parts: { 5001: '5001/7', 5002: '5002/7', 5003: '5003/7', 5004: '5004/7' },
    });
    expect(most).toBe(2);
  });

  it('ends a flow at its plan, or with no part at all', async () => {
    const jobs = await jobsWith({
      rebuild: {
        plan: async ({ seed }) => (seed === 1 ? { done: 'unchanged' } : { plan: null, parts: [] }),
        part: async () => {
          throw new Error('never');
        },
        join: async (_, parts) => parts,
      },
    });
    await jobs.start();
    const ended = await jobs.enqueueRebuild({ seed: 1 });
    const empty = await jobs.enqueueRebuild({ seed: 2 });
    expect((await untilOver(jobs, ended.id)).result).toBe('unchanged');
    expect((await untilOver(jobs, empty.id)).result).toEqual({});
  });

  it("fails a flow with its part's cause, and plans anew when retried", async () => {
    let broken = true;
    const jobs = await jobsWith({
      rebuild: {
        plan: async () => ({ plan: {}, parts: ['a', 'b'] }),
        part: async ({ part }) => {
          if (part === 'b' && broken) throw invalid('County b has no rows', 'Import some.');
          return part;
        },
        join: async (_, parts) => parts,
      },
    });
    await jobs.start();
    const job = await jobs.enqueueRebuild({});
    expect((await untilOver(jobs, job.id)).error).toEqual({
      kind: 'invalid',
      message: 'County b has no rows',
      remedy: 'Import some.',
    });
    broken = false;
    await jobs.retry(job.id);
    expect((await untilOver(jobs, job.id)).result).toEqual({ a: 'a', b: 'b' });
  });

  it('cancels a flow while its parts run', async () => {
    let joined = false;
    const jobs = await jobsWith({
      rebuild: {
        plan: async () => ({ plan: {}, parts: ['a', 'b', 'c'] }),
        part: (_, ctx) => untilStopped(ctx.signal),
        join: async () => {
          joined = true;
        },
      },
    });
    await jobs.start();
    const job = await jobs.enqueueRebuild({});
    await sleep(500);
    await jobs.cancel(job.id);
    expect((await untilOver(jobs, job.id)).state).toBe('cancelled');
    expect(joined).toBe(false);
  });

  it('prunes only when no flow is under way', async () => {
    let parts = 0;
    let meanwhile = -1;
    const jobs = await jobsWith({
      rebuild: {
        plan: async () => ({ plan: {}, parts: ['a', 'b'] }),
        part: async () => {
          await sleep(300);
          return ++parts;
        },
        join: async () => parts,
      },
      prune: async () => {
        meanwhile = parts;
        return 'pruned';
      },
    });
    await jobs.start();
    const flow = await jobs.enqueueRebuild({});
    const prune = await jobs.enqueue('prune', { before: '2025-01-01' });
    expect((await untilOver(jobs, prune.id)).result).toBe('pruned');
    expect((await untilOver(jobs, flow.id)).result).toBe(2);
    expect(meanwhile).toBe(2);
  });

  it('keeps the parts that are done when a flow is put back', async () => {
    const done: string[] = [];
    const flow = (slow: boolean): Partial<Handlers> => ({
      rebuild: {
        plan: async () => ({ plan: {}, parts: ['a', 'b'] }),
        part: async ({ part }, ctx) => {
          if (part === 'b' && slow) return untilStopped(ctx.signal);
          done.push(part);
          return part;
        },
        join: async (_, parts) => parts,
      },
    });
    const before = await jobsWith(flow(true));
    await before.start();
    const job = await before.enqueueRebuild({});
    while (done.length === 0) await sleep(50);
    await sleep(200);
    await before.close();
    engine.forget();
    const after = await jobsWith(flow(false));
    await after.start();
    expect((await untilOver(after, job.id)).result).toEqual({ a: 'a', b: 'b' });
    expect(done).toEqual(['a', 'b']);
  });
}
