import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'bullmq';
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

/** The queue that holds nothing but the next week; only who runs the schedule works on it. */
const WEEK = 'ringfence-week';
const TIME_ZONE = 'Asia/Shanghai';

/**
 * Has the week run by `pattern` (cron, Asia/Shanghai). What fell due while nobody ran the schedule
 * is done once, at start: the waiting week is left as it is, and its time has come.
 */
export async function startSchedule(
  connection: Connection,
  jobs: Jobs,
  pattern: string,
): Promise<{ close(): Promise<void> }> {
  const bull = await import('bullmq');
  const { options, factory } = connection;
  const queue = new bull.Queue(WEEK, options, factory);
  await queue.waitUntilReady();
  // What a process that is no more had taken up, but not passed on.
  for (const job of await queue.getJobs(['active'])) await job.moveToWait('0');
  const kept = await queue.getJobScheduler(WEEK);
  if (kept?.pattern !== pattern || kept.tz !== TIME_ZONE || kept.next === undefined) {
    await queue.upsertJobScheduler(
      WEEK,
      { pattern, tz: TIME_ZONE },
      { name: 'week', opts: { removeOnComplete: true, removeOnFail: true } },
    );
  }
  const worker = new bull.Worker(
    WEEK,
    async () => {
      await jobs.enqueue('week', {});
    },
    { ...options, drainDelay: 1 },
    factory,
  ) as unknown as Worker;
  worker.on('error', () => {
    // A query of the worker's own failed; it tries again by itself.
  });
  await worker.waitUntilReady();
  return {
    async close() {
      await worker.close();
      await queue.close();
    },
  };
}
