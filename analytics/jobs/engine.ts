import { createHash } from 'node:crypto';
import type { IQueueBackend, Processor, Queue, Worker } from 'bullmq';
import type { Kysely } from 'kysely';
import { invalid, notFound, RingfenceError } from '../model/errors.js';
import { type Claim, SHUTDOWN } from './claims.js';
import { closeWorker } from './closeWorker.js';
import type { Connection } from './connection.js';
import { createIntents, type Intent, type Intents } from './intents.js';
import { lead } from './lead.js';
import { createLeases, type Leases } from './leases.js';
import { createProcessors, PARTS, WORK } from './process.js';
import { createReconciler } from './reconcile.js';
import {
  type Handlers,
  isFinal,
  type JobKind,
  type JobService,
  type JobView,
  PAYLOADS,
} from './types.js';
import { type JobData, type QueuedJob, viewOf } from './view.js';
import { watchJob } from './watch.js';

export type WorkQueue = Queue<JobData, unknown, JobKind, JobData, unknown, JobKind, IQueueBackend>;

/** Where jobs are kept whatever the queue forgets. */
export interface JobRecords {
  readonly intents: Intents;
  readonly leases: Leases;
}

/** `db` is the records' database, migrated, of any table type. */
export function createJobRecords<DB>(db: Kysely<DB>): JobRecords {
  return { intents: createIntents(db), leases: createLeases(db) };
}

export interface JobsOptions {
  readonly connection: Connection;
  readonly records: JobRecords;
  readonly handlers: Handlers;
  /** Parts of one flow at a time in this process. */
  readonly parts: number;
  /**
   * Nobody else works on these queues: what a former process left half done is taken up at once
   * instead of after `takeOverMs`.
   */
  readonly alone: boolean;
  /** A job whose process is gone is taken up by another after this at the latest; 30 s without it. */
  readonly takeOverMs?: number;
}

export interface Jobs extends JobService {
  /** Of whole jobs, and of parts of flows: to be looked at, not to be added to. */
  readonly queues: readonly WorkQueue[];
  /** Begins to work; before, jobs are only kept. */
  start(): Promise<void>;
  /** Ids of the jobs that are not over. */
  unfinished(): Promise<ReadonlySet<string>>;
}

const TAKE_OVER_MS = 30_000;
/** How long losses of the queue, and cancels from other processes, go unseen. */
const RECONCILE_MS = 3_000;
const WATCH_MS = 500;
/** A worker that lost its server looks for it again this often. */
const RETRY_MS = 1_000;

function digestOf(kind: JobKind, payload: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, payload]))
    .digest('hex')
    .slice(0, 24);
}

/** Calls `look` again and again, never twice at once; failures are left to the next time. */
function every(ms: number, look: () => Promise<unknown>): () => Promise<void> {
  let running: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    running ??= look()
      .catch(() => {})
      .finally(() => {
        running = undefined;
      });
  }, ms);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/** Opens the queues; `start` makes this process work on them. */
export async function openJobs(options: JobsOptions): Promise<Jobs> {
  const { connection, handlers, records } = options;
  const { intents, leases } = records;
  const bull = await import('bullmq');
  const open = (name: string) => {
    const made = new bull.Queue(name, connection.queue, connection.factory);
    made.on('error', () => {
      // Who asks of it is told; what is added meanwhile is put in later.
    });
    return made as unknown as WorkQueue;
  };
  const queue = open(WORK);
  const parts = open(PARTS);
  const reconciler = createReconciler(intents, queue, parts);
  const workers = new Set<Worker>();
  const claims = new Map<string, Claim>();
  const ending = new AbortController();

  async function mustGet(id: string): Promise<Intent> {
    const intent = await find(id);
    if (!intent) throw notFound(`Job ${id}`);
    return intent;
  }

  const find = async (id: string) =>
    /^[1-9]\d{0,8}$/.test(id) ? intents.get(Number(id)) : undefined;

  async function enqueue(kind: JobKind, request: unknown): Promise<JobView> {
    const payload = PAYLOADS[kind].safeParse(request);
    if (!payload.success) {
      const issue = payload.error.issues[0];
      throw invalid(`${kind}: ${issue?.path.join('.')} ${issue?.message}`);
    }
    const intent = await intents.add(kind, payload.data, digestOf(kind, payload.data));
    await reconciler.put(intent);
    return viewOf(intent);
  }

  async function cancel(id: string): Promise<JobView> {
    const before = await mustGet(id);
    const intent = await intents.cancel(before.id);
    for (const claim of claims.values())
      if (claim.owner === before.id) claim.stop.abort('cancelled');
    return viewOf(intent ?? before);
  }

  async function retry(id: string): Promise<JobView> {
    const before = await mustGet(id);
    const intent = isFinal(before.state) ? await intents.retry(before.id) : undefined;
    if (!intent)
      throw new RingfenceError('conflict', `Job ${id} is ${before.state}`, 'Retry a failed job.');
    if (intent === 'duplicate')
      throw new RingfenceError('conflict', `The like of job ${id} is queued`, 'Wait for it.');
    await reconciler.put(intent);
    return viewOf(intent);
  }

  /** Cancels from other processes reach what runs here. */
  async function watchClaims(): Promise<void> {
    if (claims.size === 0) return;
    const owners = [...new Set([...claims.values()].map((claim) => claim.owner))];
    const marked = new Set(await intents.cancelledOf(owners));
    for (const claim of claims.values()) if (marked.has(claim.owner)) claim.stop.abort('cancelled');
  }

  /** Nobody else is there, so whatever is active was left by a process that is no more. */
  async function takeUp(): Promise<void> {
    await leases.clear();
    for (const q of [queue, parts]) {
      for (const job of await q.getJobs(['active'])) await (job as QueuedJob).moveToWait('0');
    }
  }

  const firstPass = reconciler.pass().catch(() => {});
  const stops = [every(RECONCILE_MS, reconciler.pass)];

  async function start(): Promise<void> {
    if (workers.size > 0) return;
    if (options.alone) await takeUp();
    const takeOverMs = options.takeOverMs ?? TAKE_OVER_MS;
    // A lock ends, one look marks the job, the next takes it: a half and two quarters.
    const lockDuration = takeOverMs / 2;
    const processors = createProcessors({
      ...{ handlers, queue, parts, intents, leases, reconciler, claims, bull },
      ending: ending.signal,
      leaseMs: lockDuration,
    });
    const work = (name: string, run: unknown, concurrency: number): Worker => {
      const made = new bull.Worker(
        name,
        run as Processor,
        {
          ...connection.worker,
          ...{ concurrency, lockDuration, stalledInterval: takeOverMs / 4 },
          ...{ drainDelay: 1, maxStalledCount: 1_000, runRetryDelay: RETRY_MS },
        },
        connection.factory,
      );
      made.on('error', () => {
        // A query of the worker's own failed; it tries again by itself, jobs keep their cause.
      });
      workers.add(made as unknown as Worker);
      return made as unknown as Worker;
    };
    stops.push(every(WATCH_MS, watchClaims));
    work(PARTS, processors.part, options.parts);
    const led = lead(leases, { ms: lockDuration, signal: ending.signal }, () => {
      const worker = work(WORK, processors.work, 1);
      return async () => {
        await closeWorker(worker);
        workers.delete(worker);
      };
    });
    stops.push(() => led);
  }

  let closed: Promise<void> | undefined;
  function close(): Promise<void> {
    closed ??= (async () => {
      const working = [...workers].map(closeWorker);
      ending.abort();
      for (const claim of claims.values()) claim.stop.abort(SHUTDOWN);
      await Promise.all([firstPass, ...stops.map((stop) => stop()), ...working]);
      await Promise.all([queue.close(), parts.close()]);
      await connection.close();
    })();
    return closed;
  }

  return {
    queues: [queue, parts],
    start,
    enqueue,
    enqueueImport: (payload) => enqueue('import', payload),
    enqueueRebuild: (payload) => enqueue('rebuild', payload),
    list: async (limit = 100) => (await intents.list(limit)).map(viewOf),
    async get(id) {
      const intent = await find(id);
      return intent && viewOf(intent);
    },
    unfinished: async () => new Set((await intents.open()).map((intent) => String(intent.id))),
    cancel,
    retry,
    events: (id, signal) =>
      watchJob(
        intents,
        Number(id),
        signal ? AbortSignal.any([signal, ending.signal]) : ending.signal,
      ),
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
