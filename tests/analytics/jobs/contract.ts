import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Jobs, openJobs } from '../../../analytics/jobs/engine.js';
import type { Handlers } from '../../../analytics/jobs/types.js';
import { invalid, RingfenceError } from '../../../analytics/model/errors.js';
import { flowContract } from './flow.contract.js';
import { idle, type JobStore, untilActive, untilOver, untilStopped } from './support.js';

/** What every engine must do for jobs (DESIGN.md §1, issue 3 deliver 8). */
export function jobContract(
  name: string,
  openStore: () => Promise<JobStore>,
  missing?: string,
): void {
  describe.skipIf(missing)(`jobs on ${name}`, () => {
    const open: Array<{ close(): Promise<void> }> = [];
    let store: JobStore | undefined;

    async function jobsWith(handlers: Partial<Handlers>, parts = 2): Promise<Jobs> {
      store ??= await openStore();
      const connection = await store.connect();
      const jobs = await openJobs({
        connection,
        records: await store.records(),
        handlers: { ...idle, ...handlers },
        parts,
        alone: true,
      });
      open.push(jobs);
      return jobs;
    }

    afterEach(async () => {
      for (const jobs of open.splice(0)) await jobs.close();
      await store?.destroy();
      store = undefined;
    });

    it('runs jobs in the order they came, one at a time, and keeps what they gave', async () => {
      const seen: string[] = [];
      let running = 0;
      const jobs = await jobsWith({
        import: async ({ dir }) => {
          expect(++running).toBe(1);
          await sleep(20);
          running--;
          seen.push(dir);
          return { dir };
        },
      });
      const queued = [];
      for (const dir of ['a', 'b', 'c']) queued.push(await jobs.enqueueImport({ dir }));
      expect(queued.map((j) => j.state)).toEqual(['waiting', 'waiting', 'waiting']);
      await jobs.start();
      const over = await Promise.all(queued.map((j) => untilOver(jobs, j.id)));
      expect(seen).toEqual(['a', 'b', 'c']);
      expect(over.map((j) => j.result)).toEqual([{ dir: 'a' }, { dir: 'b' }, { dir: 'c' }]);
      expect((await jobs.list()).map((j) => j.title)).toEqual(['c', 'b', 'a']);
      expect(over.every((j) => j.startedAt !== null && j.finishedAt !== null)).toBe(true);
    });

    it('refuses a payload that is none', async () => {
      const jobs = await jobsWith({});
      await expect(jobs.enqueueImport({ dir: '' })).rejects.toMatchObject({ kind: 'invalid' });
      await expect(jobs.enqueueRebuild({ from: 'May' })).rejects.toMatchObject({ kind: 'invalid' });
      expect(await jobs.list()).toEqual([]);
    });

    it('takes the same request once while it waits or runs, and again when it is over', async () => {
      let runs = 0;
      const jobs = await jobsWith({
        import: async () => {
          await sleep(50);
          return ++runs;
        },
      });
      const [first, second] = [
        await jobs.enqueueImport({ dir: 'a' }),
        await jobs.enqueueImport({ dir: 'a' }),
      ];
      expect(second.id).toBe(first.id);
      await jobs.start();
      await untilOver(jobs, first.id);
      const third = await jobs.enqueueImport({ dir: 'a' });
      expect(third.id).not.toBe(first.id);
      await untilOver(jobs, third.id);
      expect(runs).toBe(2);
    });

    it('shows progress while it runs, the last word included', async () => {
      const jobs = await jobsWith({
        import: async (_, ctx) => {
          for (let done = 1; done <= 20; done++) {
            ctx.progress({ phase: 'rows', done, total: 20 });
            await sleep(50);
          }
        },
      });
      await jobs.start();
      const job = await jobs.enqueueImport({ dir: 'a' });
      const seen: number[] = [];
      for await (const view of jobs.events(job.id))
        if (view.progress) seen.push(view.progress.done);
      expect(seen.length).toBeGreaterThan(2);
      expect([...seen].sort((a, b) => a - b)).toEqual(seen);
      expect(seen.at(-1)).toBe(20);
    });

    it('keeps the cause of a failure, and runs it again under its id when told', async () => {
      let broken = true;
      const jobs = await jobsWith({
        import: async () => {
          if (broken) throw invalid('No setl_d', 'Put one there.');
          return 'fine';
        },
      });
      await jobs.start();
      const job = await jobs.enqueueImport({ dir: 'a' });
      const failed = await untilOver(jobs, job.id);
      expect(failed).toMatchObject({
        state: 'failed',
        error: { kind: 'invalid', message: 'No setl_d', remedy: 'Put one there.' },
      });
      broken = false;
      await jobs.retry(job.id);
      expect(await untilOver(jobs, job.id)).toMatchObject({ state: 'completed', result: 'fine' });
      await expect(jobs.retry(job.id)).rejects.toMatchObject({ kind: 'conflict' });
      await expect(jobs.retry('77')).rejects.toMatchObject({ kind: 'not-found' });
    });

    it('calls a thrown error of ours by its kind and any other a defect', async () => {
      const jobs = await jobsWith({
        import: async ({ dir }) => {
          if (dir === 'ours') throw new RingfenceError('conflict', 'Later');
          throw new TypeError('x is undefined');
        },
      });
      await jobs.start();
      const ours = await jobs.enqueueImport({ dir: 'ours' });
      const theirs = await jobs.enqueueImport({ dir: 'theirs' });
      expect((await untilOver(jobs, ours.id)).error?.kind).toBe('conflict');
      expect((await untilOver(jobs, theirs.id)).error).toEqual({
        kind: 'defect',
        message: 'x is undefined',
      });
    });

    it('cancels what runs and what waits', async () => {
      const jobs = await jobsWith({ import: (_, ctx) => untilStopped(ctx.signal) });
      await jobs.start();
      const running = await jobs.enqueueImport({ dir: 'a' });
      const waiting = await jobs.enqueueImport({ dir: 'b' });
      await untilActive(jobs, running.id);
      await jobs.cancel(waiting.id);
      await jobs.cancel(running.id);
      expect((await untilOver(jobs, running.id)).state).toBe('cancelled');
      expect((await untilOver(jobs, waiting.id)).state).toBe('cancelled');
      expect((await jobs.cancel(running.id)).state).toBe('cancelled');
    });

    it('lets what was committed be finished when it is cancelled too late', async () => {
      const jobs = await jobsWith({
        import: async (_, ctx) => {
          await sleep(300);
          expect(ctx.signal.aborted).toBe(true);
          expect(ctx.shutdown.aborted).toBe(false);
          return 'committed';
        },
      });
      await jobs.start();
      const job = await jobs.enqueueImport({ dir: 'a' });
      await untilActive(jobs, job.id);
      await jobs.cancel(job.id);
      expect(await untilOver(jobs, job.id)).toMatchObject({
        state: 'completed',
        result: 'committed',
      });
    });

    it('puts back what runs when it closes, and takes it up at the next start', async () => {
      const before = await jobsWith({ import: (_, ctx) => untilStopped(ctx.signal) });
      await before.start();
      const job = await before.enqueueImport({ dir: 'a' });
      await untilActive(before, job.id);
      await before.close();
      open.splice(0);
      const after = await jobsWith({ import: async () => 'done after all' });
      expect((await after.get(job.id))?.state).toBe('waiting');
      await after.start();
      expect(await untilOver(after, job.id)).toMatchObject({ result: 'done after all' });
    });

    flowContract({ jobsWith, forget: () => open.splice(0) });
  });
}
