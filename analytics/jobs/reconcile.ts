import type { WorkQueue } from './engine.js';
import type { Intent, Intents } from './intents.js';
import { type QueuedJob, queueName } from './view.js';

/** Jobs that are over and still in the queue to be looked at, completed and failed each. */
export const KEPT_JOBS = 500;
/** Whoever asks does not wait longer for a queue that is away. */
const PATIENCE_MS = 3_000;
const OUTAGE_MS = 1_000;
const OUTAGE_MS_MAX = 15_000;

/** Has the queue hold what the records say is open, exactly once. */
export interface Reconciler {
  /** Puts one in; a queue that is away gets it later. */
  put(intent: Intent): Promise<void>;
  /** One look at everything. Throws when the queue or the records are away. */
  pass(): Promise<void>;
}

/** Gives up waiting, not the work. */
function patiently(work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  return Promise.race([work.catch(() => {}), late]).finally(() => clearTimeout(timer));
}

export function createReconciler(intents: Intents, queue: WorkQueue, parts: WorkQueue): Reconciler {
  /** The queue knows the name and takes it once, whoever gives it how often. */
  async function add(intent: Intent): Promise<void> {
    const delay =
      intent.outages > 0 ? Math.min(OUTAGE_MS * 2 ** (intent.outages - 1), OUTAGE_MS_MAX) : 0;
    await queue.add(
      intent.kind,
      { payload: intent.payload },
      {
        jobId: queueName(intent),
        removeOnComplete: { count: KEPT_JOBS },
        removeOnFail: { count: KEPT_JOBS },
        ...(delay > 0 ? { delay } : {}),
      },
    );
  }

  /** A flow that waits for parts which are nowhere waits for ever. */
  async function lostParts(name: string): Promise<boolean> {
    const job = (await queue.getJob(name)) as QueuedJob | undefined;
    const waitedFor = async () => new Set((await job?.getDependencies())?.unprocessed ?? []);
    const missing: string[] = [];
    for (const key of await waitedFor()) {
      const state = await parts.getJobState(key.slice(key.lastIndexOf(':') + 1));
      if (state === 'unknown') missing.push(key);
    }
    if (missing.length === 0) return false;
    // One that has ended since is gone too, but is not waited for any more.
    const still = await waitedFor();
    return missing.some((key) => still.has(key));
  }

  async function mend(intent: Intent): Promise<void> {
    const name = queueName(intent);
    const state = await queue.getJobState(name);
    if (state === 'unknown') return add(intent);
    // The end is recorded before the queue hears of it: one that the queue ended by itself is open.
    const astray =
      state === 'completed' ||
      state === 'failed' ||
      (state === 'waiting-children' && (await lostParts(name)));
    if (!astray) return;
    const next = await intents.again(intent.id, intent.turn, false);
    if (next) await add(next);
  }

  return {
    async put(intent) {
      await patiently(add(intent));
    },
    async pass() {
      for (const intent of await intents.open()) await mend(intent);
    },
  };
}
