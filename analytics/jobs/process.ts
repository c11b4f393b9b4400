import { RingfenceError } from '../model/errors.js';
import type { Progress } from '../model/progress.js';
import type { WorkQueue } from './engine.js';
import {
  type Flow,
  type Handlers,
  type JobContext,
  type JobError,
  type JobKind,
  PAYLOADS,
  type Payload,
} from './types.js';
import { decodeError, encodeError, type JobData, type QueuedJob } from './view.js';

/** Names of the queues: whole jobs one at a time, parts of flows side by side. */
export const WORK = 'ringfence';
export const PARTS = 'ringfence-parts';

/** Why a running job is stopped without being cancelled: it goes back into the queue. */
export const SHUTDOWN = 'shutdown';

/** A job that runs in this process; `owner` is the job that a person would cancel. */
export interface Claim {
  readonly owner: string;
  readonly stop: AbortController;
}

interface Needs {
  readonly handlers: Handlers;
  readonly queue: WorkQueue;
  readonly parts: WorkQueue;
  readonly claims: Map<string, Claim>;
  readonly isCancelled: (id: string) => Promise<boolean>;
  readonly bull: typeof import('bullmq');
}

/** What a part hands to its parent: never a failure of the queue, so that the cause arrives. */
type PartResult = { ok: unknown } | { failed: JobError } | { stale: true };

interface PartData extends JobData {
  payload: { owner: string; round: number; part: string };
}

/** Kinds that delete what the parts of a flow may be reading: they wait until none is under way. */
const ALONE: ReadonlySet<JobKind> = new Set(['prune']);
const LOOK_AGAIN_MS = 500;

const PROGRESS_EVERY_MS = 250;
const cancelled = () => new RingfenceError('cancelled', 'Cancelled');

/** At most one write in a quarter of a second, the last word never lost to an earlier one. */
function reporter(write: (p: Progress) => Promise<unknown>) {
  let next: Progress | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<unknown> = Promise.resolve();
  const flush = () => {
    timer = undefined;
    const now = next;
    next = undefined;
    if (now) writing = writing.then(() => write(now)).catch(() => {});
  };
  return {
    progress(p: Progress) {
      next = p;
      timer ??= setTimeout(flush, PROGRESS_EVERY_MS);
    },
    async end() {
      clearTimeout(timer);
      flush();
      await writing;
    },
  };
}

export function createProcessors(needs: Needs) {
  const { handlers, queue, parts, claims, isCancelled, bull } = needs;

  /** Not a failure: the job has been moved elsewhere in its queue. */
  const isMove = (error: unknown) =>
    error instanceof bull.WaitingChildrenError ||
    error instanceof bull.WaitingError ||
    error instanceof bull.DelayedError;

  /** Runs `body` as a claim: it can be cancelled, and a shutdown puts the job back. */
  async function claimed<T>(
    job: QueuedJob,
    token: string | undefined,
    owner: string,
    body: (ctx: JobContext) => Promise<T>,
  ): Promise<T> {
    const stop = new AbortController();
    const shutdown = new AbortController();
    stop.signal.addEventListener('abort', () => {
      if (stop.signal.reason === SHUTDOWN) shutdown.abort(SHUTDOWN);
    });
    const key = job.id ?? '';
    claims.set(key, { owner, stop });
    const report = reporter((p) => job.updateProgress(p as never));
    try {
      return await body({
        jobId: owner,
        resumed: job.attemptsStarted > 1,
        signal: stop.signal,
        shutdown: shutdown.signal,
        progress: report.progress,
      });
    } catch (error) {
      if (isMove(error)) throw error;
      if (shutdown.signal.aborted) {
        await report.end();
        await job.moveToWait(token);
        throw new bull.WaitingError();
      }
      throw stop.signal.aborted ? cancelled() : error;
    } finally {
      claims.delete(key);
      await report.end();
    }
  }

  /** Puts the parts into their queue and leaves; the queue calls again when all are over. */
  async function planFlow(
    flow: Flow<JobKind>,
    job: QueuedJob,
    token: string,
    ctx: JobContext,
  ): Promise<{ done: unknown } | undefined> {
    const payload = PAYLOADS[job.name].parse(job.data.payload) as Payload<JobKind>;
    const planned = await flow.plan(payload as never, ctx);
    if ('done' in planned) return planned;
    const id = job.id ?? '';
    const round = (job.data.round ?? 0) + 1;
    // A round that a crash cut short stays behind under its own number; its parts see that.
    await job.updateData({ payload: job.data.payload, round, plan: planned.plan });
    await parts.addBulk(
      planned.parts.map((part) => ({
        name: job.name,
        data: { payload: { owner: id, round, part } },
        opts: {
          jobId: `${id}-${round}-${part}`,
          parent: { id, queue: queue.qualifiedName },
          failParentOnFailure: true,
          removeOnComplete: true,
          removeOnFail: true,
        },
      })),
    );
    await job.updateData({ ...job.data, joining: true });
    if (await job.moveToWaitingChildren(token)) throw new bull.WaitingChildrenError();
    return undefined;
  }

  async function joinFlow(flow: Flow<JobKind>, job: QueuedJob, ctx: JobContext): Promise<unknown> {
    const round = `${job.id}-${job.data.round}-`;
    const results: Record<string, unknown> = {};
    const values = await job.getChildrenValues<PartResult>();
    for (const [key, result] of Object.entries(values).sort()) {
      const id = key.slice(key.lastIndexOf(':') + 1);
      if (!id.startsWith(round)) continue;
      if ('failed' in result) {
        const { kind, message, remedy } = result.failed;
        if (kind === 'defect') throw new Error(message);
        throw new RingfenceError(kind, message, remedy);
      }
      if ('ok' in result) results[id.slice(round.length)] = result.ok;
    }
    return flow.join(job.data.plan, results, ctx);
  }

  async function work(job: QueuedJob, token?: string): Promise<unknown> {
    try {
      return await claimed(job, token, job.id ?? '', async (ctx) => {
        if (await isCancelled(job.id ?? '')) throw cancelled();
        if (ALONE.has(job.name) && (await queue.getWaitingChildrenCount()) > 0) {
          await job.moveToDelayed(Date.now() + LOOK_AGAIN_MS, token);
          throw new bull.DelayedError();
        }
        const handler = handlers[job.name] as
          | Flow<JobKind>
          | ((p: unknown, c: JobContext) => unknown);
        if (typeof handler === 'function')
          return await handler(PAYLOADS[job.name].parse(job.data.payload), ctx);
        if (!job.data.joining) {
          const ended = await planFlow(handler, job, token ?? '', ctx);
          if (ended) return ended.done;
        }
        return joinFlow(handler, job, ctx);
      });
    } catch (error) {
      if (isMove(error)) throw error;
      // Nothing is tried again unasked: what failed on the same data fails again.
      throw new bull.UnrecoverableError(encodeError(error));
    }
  }

  async function part(job: QueuedJob, token?: string): Promise<PartResult> {
    const { owner, round, part: name } = (job.data as PartData).payload;
    const parent = (await queue.getJob(owner)) as QueuedJob | undefined;
    if (!parent || parent.data.round !== round) return { stale: true };
    try {
      return await claimed(job, token, owner, async (ctx) => {
        if (await isCancelled(owner)) throw cancelled();
        const flow = handlers[job.name] as Flow<JobKind>;
        const ok = await flow.part({ part: name, plan: parent.data.plan }, ctx);
        const { processed = 0, unprocessed = 0 } = await parent.getDependenciesCount();
        const total = processed + unprocessed;
        await parent.updateProgress({ phase: 'counties', done: processed + 1, total });
        return { ok };
      });
    } catch (error) {
      if (isMove(error)) throw error;
      return { failed: decodeError(encodeError(error)) };
    }
  }

  return { work, part };
}
