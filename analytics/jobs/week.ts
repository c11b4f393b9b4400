import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'bullmq';
import { closeWorker } from './closeWorker.js';
import type { Connection } from './connection.js';
import type { Jobs } from './engine.js';

/** A subdirectory of the inbox whose sender has finished writing it. */
export interface InboxEntry {
  readonly dir: string;
  /** Directory and moment of its `_DONE`: written again, it is new. */
  readonly key: string;
}

/** Which entries were imported is remembered, so each is imported once. */
export interface InboxMemory {
  known(): Promise<ReadonlySet<string>>;
  remember(key: string, importId: number | null): Promise<void>;
}

export interface Inbox {
  /** Those not yet imported, by name. */
  waiting(): Promise<readonly InboxEntry[]>;
  taken(entry: InboxEntry, importId: number | null): Promise<void>;
}

const DONE = '_DONE';

/** The directory of RINGFENCE_INBOX; without one nothing ever waits. */
export function createInbox(dir: string | undefined, memory: InboxMemory): Inbox {
  return {
    async waiting() {
      if (!dir || !existsSync(dir)) return [];
      const known = await memory.known();
      return readdirSync(dir, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && existsSync(join(dir, entry.name, DONE)))
        .map((entry) => {
          const at = join(dir, entry.name);
          return { dir: at, key: `${at}@${Math.trunc(statSync(join(at, DONE)).mtimeMs)}` };
        })
        .filter((entry) => !known.has(entry.key))
        .sort((a, b) => (a.dir < b.dir ? -1 : 1));
    },
    taken: (entry, importId) => memory.remember(entry.key, importId),
  };
}

/** When the next week is due, kept where a queue that forgets cannot lose it. */
export interface ScheduleMemory {
  due(): Promise<{ readonly pattern: string; readonly at: number } | undefined>;
  /** `at` in epoch milliseconds. */
  remember(pattern: string, at: number): Promise<void>;
}

/** The queue that holds nothing but the next week; only who runs the schedule works on it. */
const WEEK = 'ringfence-week';
const TIME_ZONE = 'Asia/Shanghai';
const LOOK_AGAIN_MS = 3_000;

export interface ScheduleOptions {
  readonly connection: Connection;
  readonly jobs: Jobs;
  /** Cron, Asia/Shanghai. */
  readonly pattern: string;
  readonly memory: ScheduleMemory;
  /** Nobody else runs it: what is taken up was left by a process that is no more. */
  readonly alone: boolean;
}

/**
 * Has the week run by the pattern, once however many processes run the schedule. What fell due while
 * nobody did, or in a queue that was flushed, is done once as soon as somebody looks: the waiting
 * week is left as it is, and its time has come.
 */
export async function startSchedule(options: ScheduleOptions): Promise<{ close(): Promise<void> }> {
  const { connection, jobs, pattern, memory } = options;
  const bull = await import('bullmq');
  const queue = new bull.Queue(WEEK, connection.queue, connection.factory);
  queue.on('error', () => {
    // Looked at again soon.
  });

  async function look(): Promise<void> {
    const kept = await queue.getJobScheduler(WEEK);
    if (kept?.pattern === pattern && kept.tz === TIME_ZONE && kept.next !== undefined) {
      await memory.remember(pattern, kept.next);
      return;
    }
    const due = await memory.due();
    const forgotten = kept === undefined && due?.pattern === pattern;
    if (forgotten && due.at <= Date.now()) await jobs.enqueue('week', {});
    await queue.upsertJobScheduler(
      WEEK,
      { pattern, tz: TIME_ZONE },
      { name: 'week', opts: { removeOnComplete: true, removeOnFail: true } },
    );
    const next = (await queue.getJobScheduler(WEEK))?.next;
    if (next !== undefined) await memory.remember(pattern, next);
  }

  if (options.alone) for (const job of await queue.getJobs(['active'])) await job.moveToWait('0');
  // A queue that is away at start is scheduled when it is there.
  const first = look().catch(() => {});
  let looking: Promise<void> = first;
  const timer = setInterval(() => {
    looking = looking.then(look).catch(() => {});
  }, LOOK_AGAIN_MS);
  if (options.alone) await first;
  const worker = new bull.Worker(
    WEEK,
    async () => {
      await jobs.enqueue('week', {});
    },
    { ...connection.worker, drainDelay: 1, maxStalledCount: 1_000, runRetryDelay: 1_000 },
    connection.factory,
  ) as unknown as Worker;
  worker.on('error', () => {
    // A query of the worker's own failed; it tries again by itself.
  });
  return {
    async close() {
      clearInterval(timer);
      await looking;
      await closeWorker(worker);
      await queue.close();
    },
  };
}
