import { createHash } from 'node:crypto';
import type { IQueueBackend, Processor, Queue, QueueEvents, Worker } from 'bullmq';
import { invalid, notFound, RingfenceError } from '../model/errors.js';
import type { Connection } from './connection.js';
import { type Claim, createProcessors, PARTS, SHUTDOWN, WORK } from './process.js';
import {
  type Handlers,
  isFinal,
  type JobKind,
  type JobService,
  type JobView,
  PAYLOADS,
} from './types.js';
import { type JobData, type QueuedJob, viewOf } from './view.js';

export type WorkQueue = Queue<JobData, unknown, JobKind, JobData, unknown, JobKind, IQueueBackend>;

export interface JobsOptions {
  readonly connection: Connection;
  readonly handlers: Handlers;
  /** Parts of one flow at a time. */
  readonly parts: number;
  /**
   * Nobody else works on this queue: what a former process left half done is taken up at once
   * instead of after its lock has expired.
   */
  readonly alone: boolean;
}

export interface Jobs extends JobService {
  readonly queue: WorkQueue;
  /** Begins to work; before, jobs are only kept. */
  start(): Promise<void>;
}

/** Jobs that are over and still remembered, completed and failed each. */
export const KEPT_JOBS = 500;
const LOCK_MS = 60_000;
/** A missed notification costs a listener this much. */
const LISTENER_LOOKS_EVERY_MS = 1_000;

const QUEUED = ['waiting', 'active', 'delayed', 'prioritized', 'waiting-children'] as const;
const OVER = ['completed', 'failed'] as const;

function digestOf(kind: JobKind, payload: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, payload]))
    .digest('hex')
    .slice(0, 24);
}

/** Opens the queues; `start` makes this process work on them. */
export async function openJobs(options: JobsOptions): Promise<Jobs> {
  const { connection, handlers } = options;
  const bull = await import('bullmq');
  const make = connection.options;
  const queue = new bull.Queue(WORK, make, connection.factory) as unknown as WorkQueue;
  const parts = new bull.Queue(PARTS, make, connection.factory) as unknown as WorkQueue;
  await Promise.all([queue.waitUntilReady(), parts.waitUntilReady()]);
  const workers: Worker[] = [];
  const claims = new Map<string, Claim>();
  const watchers = new Map<string, Set<() => void>>();
  let listener: Promise<QueueEvents> | undefined;
  let closing = false;

  async function find(id: string): Promise<QueuedJob | undefined> {
    return (await queue.getJob(id)) as QueuedJob | undefined;
  }

  async function get(id: string): Promise<JobView | undefined> {
    const state = await queue.getJobState(id);
    const job = await find(id);
    return job && viewOf(job, state);
  }

  async function mustGet(id: string): Promise<JobView> {
    const view = await get(id);
    if (!view) throw notFound(`Job ${id}`);
    return view;
  }

  async function enqueue(kind: JobKind, request: unknown): Promise<JobView> {
    const payload = PAYLOADS[kind].safeParse(request);
    if (!payload.success) {
      const issue = payload.error.issues[0];
      throw invalid(`${kind}: ${issue?.path.join('.')} ${issue?.message}`);
    }
    for (;;) {
      const job = (await queue.add(
        kind,
        { payload: payload.data },
        {
          deduplication: { id: digestOf(kind, payload.data) },
          removeOnComplete: { count: KEPT_JOBS },
          removeOnFail: { count: KEPT_JOBS },
        },
      )) as QueuedJob;
      const view = await get(job.id ?? '');
      // The like of it may be on its way out: cancelled, or over since.
      if (view && !isFinal(view.state) && !(await isCancelled(view.id))) return view;
      if (view && isFinal(view.state) && job.id === view.id) return view;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** A log line, because it can be added from any process without losing another's write. */
  async function isCancelled(id: string): Promise<boolean> {
    return (await queue.getJobLogs(id)).count > 0;
  }

  async function cancel(id: string): Promise<JobView> {
    const view = await mustGet(id);
    if (isFinal(view.state)) return view;
    await queue.addJobLog(id, 'cancelled');
    for (const claim of claims.values()) if (claim.owner === id) claim.stop.abort('cancelled');
    return (await get(id)) ?? view;
  }

  async function retry(id: string): Promise<JobView> {
    const view = await mustGet(id);
    const job = await find(id);
    if (!job) return view;
    if (view.state !== 'failed' && view.state !== 'cancelled') {
      throw new RingfenceError('conflict', `Job ${id} is ${view.state}`, 'Retry a failed job.');
    }
    await job.clearLogs();
    await job.updateData({ payload: job.data.payload, round: job.data.round ?? 0 });
    await job.retry('failed');
    return (await get(id)) ?? view;
  }

  async function list(limit = 100): Promise<readonly JobView[]> {
    const jobs = await queue.getJobs([...QUEUED, ...OVER], 0, limit - 1, false);
    const newest = jobs.map((job) => job.id ?? '').sort((a, b) => Number(b) - Number(a));
    const views = await Promise.all(newest.slice(0, limit).map(get));
    return views.filter((view) => view !== undefined);
  }

  function listen(): Promise<QueueEvents> {
    listener ??= (async () => {
      const events = new bull.QueueEvents(
        WORK,
        { ...make, blockingTimeout: 500 },
        connection.factory,
      );
      const wake = ({ jobId }: { jobId: string }) => {
        for (const watcher of watchers.get(jobId) ?? []) watcher();
      };
      for (const name of ['active', 'progress', 'completed', 'failed', 'waiting'] as const)
        events.on(name, wake);
      events.on('error', () => {});
      await events.waitUntilReady();
      return events as unknown as QueueEvents;
    })();
    return listener;
  }

  async function* events(id: string, signal?: AbortSignal): AsyncGenerator<JobView> {
    await listen();
    let changed = true;
    let wake = () => {};
    const look = () => {
      changed = true;
      wake();
    };
    const watching = watchers.get(id) ?? new Set();
    watchers.set(id, watching.add(look));
    signal?.addEventListener('abort', look);
    const ticking = setInterval(look, LISTENER_LOOKS_EVERY_MS);
    try {
      let told = '';
      while (!signal?.aborted && !closing) {
        changed = false;
        const view = await get(id);
        if (!view) return;
        const now = JSON.stringify(view);
        if (now !== told) yield view;
        told = now;
        if (isFinal(view.state)) return;
        if (!changed)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      clearInterval(ticking);
      signal?.removeEventListener('abort', look);
      watching.delete(look);
      if (watching.size === 0) watchers.delete(id);
    }
  }

  /** Nobody else is there, so whatever is active was left by a process that is no more. */
  async function takeUp(): Promise<void> {
    for (const q of [queue, parts]) {
      for (const job of await q.getJobs(['active'])) await (job as QueuedJob).moveToWait('0');
    }
  }

  async function start(): Promise<void> {
    if (workers.length > 0) return;
    if (options.alone) await takeUp();
    const { work, part } = createProcessors({ handlers, queue, parts, claims, isCancelled, bull });
    const worker = (name: string, run: Processor, concurrency: number) => {
      const made = new bull.Worker(
        name,
        run,
        { ...make, concurrency, drainDelay: 1, lockDuration: LOCK_MS, maxStalledCount: 1_000 },
        connection.factory,
      );
      made.on('error', () => {
        // A query of the worker's own failed; it tries again by itself, jobs keep their cause.
      });
      workers.push(made as unknown as Worker);
      return made.waitUntilReady();
    };
    await Promise.all([
      worker(WORK, work as unknown as Processor, 1),
      worker(PARTS, part as unknown as Processor, options.parts),
    ]);
  }

  async function close(): Promise<void> {
    closing = true;
    for (const claim of claims.values()) claim.stop.abort(SHUTDOWN);
    for (const watching of watchers.values()) for (const look of watching) look();
    await Promise.all(workers.map((w) => w.close()));
    await (await listener)?.close();
    await Promise.all([queue.close(), parts.close()]);
    await connection.close();
  }

  return {
    queue,
    start,
    enqueue,
    enqueueImport: (payload) => enqueue('import', payload),
    enqueueRebuild: (payload) => enqueue('rebuild', payload),
    list,
    get,
    cancel,
    retry,
    events,
    close,
  };
}

/**
 * The queues opened when they are first asked for: what only reads findings need not wait for them.
 * `close` closes what was opened.
 */
export function lazyJobs(open: () => Promise<Jobs>): { jobs: JobService; opened(): Promise<Jobs> } {
  let opening: Promise<Jobs> | undefined;
  const opened = () => {
    opening ??= open();
    return opening;
  };
  const jobs: JobService = {
    enqueue: async (kind, payload) => (await opened()).enqueue(kind, payload),
    enqueueImport: async (payload) => (await opened()).enqueueImport(payload),
    enqueueRebuild: async (payload) => (await opened()).enqueueRebuild(payload),
    list: async (limit) => (await opened()).list(limit),
    get: async (id) => (await opened()).get(id),
    cancel: async (id) => (await opened()).cancel(id),
    retry: async (id) => (await opened()).retry(id),
    events: async function* (id, signal) {
      yield* (await opened()).events(id, signal);
    },
    close: async () => (await opening)?.close(),
  };
  return { jobs, opened };
}
