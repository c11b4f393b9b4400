import { setTimeout as sleep } from 'node:timers/promises';
import { RingfenceError } from '../model/errors.js';
import { claim, LOST, SHUTDOWN } from './claims.js';
import { ALONE, createFlows } from './flow.js';
import type { Intent, IntentEnd } from './intents.js';
import { WRITER } from './leases.js';
import { isOutage, type Needs } from './needs.js';
import { reporter } from './reporter.js';
import { type Flow, type JobContext, type JobKind, PAYLOADS } from './types.js';
import { jobErrorOf, type QueuedJob, turnOf } from './view.js';

/** Names of the queues: whole jobs one at a time, parts of flows side by side. */
export const WORK = 'ringfence';
export const PARTS = 'ringfence-parts';

const LOOK_AGAIN_MS = 500;
/** With the pauses between, some ten minutes; then a person is told. */
const OUTAGES_MAX = 45;

const cancelled = () => new RingfenceError('cancelled', 'Cancelled');

/** Says it again while the records are away, until it is heard or the process is to end. */
async function insist<T>(say: () => Promise<T>, stop: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await say();
    } catch (error) {
      if (!isOutage(error) || stop.aborted) throw error;
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

export function createProcessors(needs: Needs) {
  const { handlers, intents, claims, bull } = needs;

  /** Not a failure: the job has been moved elsewhere in its queue. */
  const isMove = (error: unknown) =>
    error instanceof bull.WaitingChildrenError ||
    error instanceof bull.WaitingError ||
    error instanceof bull.DelayedError;

  const flows = createFlows(needs, isMove);

  async function whole(intent: Intent, job: QueuedJob, token: string, ctx: JobContext) {
    const handler = handlers[intent.kind] as
      | Flow<JobKind>
      | ((p: unknown, c: JobContext) => unknown);
    const payload = PAYLOADS[intent.kind].parse(intent.payload);
    if (typeof handler === 'function') return handler(payload, ctx);
    return flows.run(handler, payload, job, token, ctx);
  }

  /** Whether flows are planned whose parts may run: every other open job that is begun is one. */
  const flowsUnderWay = async (id: number) =>
    (await intents.open()).some(
      (other) =>
        other.id !== id && other.state === 'active' && typeof handlers[other.kind] === 'object',
    );

  /** Runs an intent that this process has the right to run. The end is in the records on return. */
  async function run(job: QueuedJob, token: string, stop: AbortController): Promise<unknown> {
    const turn = turnOf(job.id);
    if (!turn) return null;
    const open = await intents.get(turn.id);
    if (open && ALONE.has(open.kind) && (await flowsUnderWay(open.id))) {
      await job.moveToDelayed(Date.now() + LOOK_AGAIN_MS, token);
      throw new bull.DelayedError();
    }
    const intent = await intents.begin(turn.id, turn.turn);
    // Over since, or put in anew: what the queue gave is a copy that it should have forgotten.
    if (!intent) return null;
    const shutdown = new AbortController();
    const isPassing = () => stop.signal.reason === SHUTDOWN || stop.signal.reason === LOST;
    stop.signal.addEventListener('abort', () => {
      if (isPassing()) shutdown.abort(stop.signal.reason);
    });
    if (isPassing()) shutdown.abort(stop.signal.reason);
    const report = reporter((p) => intents.progress(intent.id, intent.turn, p));
    let end: IntentEnd;
    try {
      if (intent.cancelled || stop.signal.aborted) throw cancelled();
      const result = await whole(intent, job, token, {
        jobId: String(intent.id),
        resumed: intent.starts > 1,
        signal: stop.signal,
        shutdown: shutdown.signal,
        progress: report.progress,
      });
      end = { state: 'completed', result };
    } catch (error) {
      if (isMove(error)) throw error;
      if (shutdown.signal.aborted) {
        await report.end();
        if (stop.signal.reason === LOST) throw error;
        await intents.putBack(intent.id, intent.turn);
        await job.moveToWait(token);
        throw new bull.WaitingError();
      }
      const cause = stop.signal.aborted ? cancelled() : error;
      if (isOutage(cause) && intent.outages < OUTAGES_MAX) {
        const again = () => intents.again(intent.id, intent.turn, true);
        const next = await insist(again, shutdown.signal);
        if (next) await needs.reconciler.put(next);
        return null;
      }
      const told = jobErrorOf(cause);
      end = { state: told.kind === 'cancelled' ? 'cancelled' : 'failed', error: told };
    } finally {
      await report.end();
    }
    const ending = end;
    await insist(() => intents.end(intent.id, intent.turn, ending), shutdown.signal);
    // The queue is told as well, for who looks at it; nothing is tried again unasked.
    if (end.state !== 'completed') throw new bull.UnrecoverableError(end.error.message);
    return null;
  }

  async function work(job: QueuedJob, token = ''): Promise<unknown> {
    const { stop } = claim(claims, job.id ?? '', turnOf(job.id)?.id ?? 0, needs.ending);
    try {
      return await needs.leases.hold(
        WRITER,
        { ms: needs.leaseMs, signal: needs.ending, lost: () => stop.abort(LOST) },
        () => run(job, token, stop),
      );
    } catch (error) {
      if (isMove(error) || error instanceof bull.UnrecoverableError) throw error;
      // The records or the queue were away, or this process ends: somebody takes it up again.
      await job.moveToDelayed(Date.now() + LOOK_AGAIN_MS, token);
      throw new bull.DelayedError();
    } finally {
      claims.delete(job.id ?? '');
    }
  }

  return { work, part: flows.part };
}
