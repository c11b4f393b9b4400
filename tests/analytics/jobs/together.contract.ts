import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Jobs, openJobs } from '../../../analytics/jobs/engine.js';
import type { Flow, Handlers } from '../../../analytics/jobs/types.js';
import { RingfenceError } from '../../../analytics/model/errors.js';
import { idle, type JobStore, untilActive, untilOver, untilStopped } from './support.js';

/**
 * What every engine on a server must do when several processes work on the same jobs. An embedded one
 * has one process, by its lock.
 */
export function togetherContract(
  name: string,
  openStore: () => Promise<JobStore>,
  missing?: string,
): void {
  describe.skipIf(missing)(`several processes on ${name}`, () => {
    const open: Jobs[] = [];
    let store: JobStore | undefined;

    async function process(handlers: Partial<Handlers>, works = true): Promise<Jobs> {
      store ??= await openStore();
      const jobs = await openJobs({
        connection: await store.connect(),
        records: await store.records(),
        handlers: { ...idle, ...handlers },
        ...{ parts: 1, alone: false, takeOverMs: 4_000 },
      });
      open.push(jobs);
      if (works) await jobs.start();
      return jobs;
    }

    afterEach(async () => {
      await Promise.all(open.splice(0).map((jobs) => jobs.close()));
      await store?.destroy();
      store = undefined;
    });

    it('share the parts of one flow', async () => {
      const by: string[][] = [[], []];
      const flow = (mine: string[]): { rebuild: Flow<'rebuild'> } => ({
        rebuild: {
          plan: async () => ({ plan: {}, parts: ['a', 'b', 'c', 'd', 'e', 'f'] }),
          async part({ part }) {
            mine.push(part);
            await sleep(300);
            return part.toUpperCase();
          },
          join: async (_, parts) => Object.values(parts).join(''),
        },
      });
      const [one] = [await process(flow(by[0] ?? [])), await process(flow(by[1] ?? []))];
      const job = await one.enqueueRebuild({});
      expect((await untilOver(one, job.id)).result).toBe('ABCDEF');
      expect(by.flat().sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
      expect(Math.min(...by.map((own) => own.length))).toBeGreaterThan(0);
    });

    it('run whole jobs one at a time, in the order they came', async () => {
      const steps: string[] = [];
      let running = 0;
      const importing: Partial<Handlers> = {
        import: async ({ dir }) => {
          steps.push(`${dir}${++running}`);
          await sleep(100);
          running--;
        },
      };
      const asking = await process({}, false);
      const dirs = ['a', 'b', 'c', 'd', 'e', 'f'];
      const queued = [];
      for (const dir of dirs) queued.push(await asking.enqueueImport({ dir }));
      await process(importing);
      await process(importing);
      for (const job of queued) await untilOver(asking, job.id);
      expect(steps).toEqual(dirs.map((dir) => `${dir}1`));
    });

    it('cancel what another runs, and see the progress of it', async () => {
      const asking = await process({}, false);
      await process({
        import: (_, ctx) => {
          ctx.progress({ phase: 'rows', done: 5 });
          return untilStopped(ctx.signal);
        },
      });
      const job = await asking.enqueueImport({ dir: 'a' });
      for await (const view of asking.events(job.id)) if (view.progress?.done === 5) break;
      await asking.cancel(job.id);
      expect((await untilOver(asking, job.id)).state).toBe('cancelled');
    });

    it('cancel a flow whose parts run in several', async () => {
      let begun = 0;
      const flow: Flow<'rebuild'> = {
        plan: async () => ({ plan: {}, parts: ['a', 'b', 'c'] }),
        part: (_, ctx) => {
          begun++;
          return untilStopped(ctx.signal);
        },
        join: async () => 'joined',
      };
      const asking = await process({}, false);
      for (const _ of [1, 2]) await process({ rebuild: flow });
      const job = await asking.enqueueRebuild({});
      await expect.poll(() => begun).toBe(2);
      await asking.cancel(job.id);
      expect((await untilOver(asking, job.id)).state).toBe('cancelled');
      expect(begun).toBe(2);
    });

    it('give each request one job, whoever asks', async () => {
      const [one, two] = [await process({}, false), await process({}, false)];
      const asked = await Promise.all(
        [one, two, one, two].map((jobs) => jobs.enqueueImport({ dir: 'a' })),
      );
      expect(new Set(asked.map((job) => job.id)).size).toBe(1);
      expect((await two.list()).map((job) => job.id)).toEqual([asked[0]?.id]);
    });

    it('wait for what is away, and go on by themselves', async () => {
      let away = 2;
      const jobs = await process({
        import: async () => {
          if (away-- > 0) throw new RingfenceError('unavailable', 'The graph store is away');
          return 'done';
        },
      });
      const job = await jobs.enqueueImport({ dir: 'a' });
      expect(await untilOver(jobs, job.id)).toMatchObject({ state: 'completed', result: 'done' });
      expect(away).toBe(-1);
    });

    it('pass on what one of them puts back when it closes', async () => {
      const closing = await process({ import: (_, ctx) => untilStopped(ctx.signal) });
      const job = await closing.enqueueImport({ dir: 'a' });
      await untilActive(closing, job.id);
      const other = await process({ import: async () => 'by the other' });
      await closing.close();
      expect(await untilOver(other, job.id)).toMatchObject({ result: 'by the other' });
    });
  });
}
