import { RingfenceError, throwIfAborted } from '../model/errors.js';
import { claim, SHUTDOWN } from './claims.js';
import { isOutage, type Needs } from './needs.js';
import { reporter } from './reporter.js';
import type { Flow, JobContext, JobError, JobKind, Payload } from './types.js';
import { errorOfJob, type JobData, jobErrorOf, type QueuedJob, turnOf } from './view.js';

/** What a part hands to its parent: never a failure of the queue, so that the cause arrives. */
type PartResult = { ok: unknown } | { failed: JobError } | { stale: true };

interface PartData extends JobData {
  payload: { owner: string; round: number; part: string };
}

/** Kinds that delete what the parts of a flow may be reading: they wait until none is under way. */
export const ALONE: ReadonlySet<JobKind> = new Set(['prune']);

/** Why a part of a background flow is stopped: somebody wants something done. */
const GIVES_WAY = 'gives way';
const PAUSE_MS = 1_000;
/** A background flow looks so often whether anything else is to be done. */
const LOOK_MS = 2_000;
/** A part waits so many pauses for what it needs; then its flow fails with that. */
const PAUSES_MAX = 60;

/**
 * What a flow keeps in the queue may be gone in the middle of it. Then it is begun anew, so that a
 * queue that forgot is to a flow like one that was away.
 */
async function remembered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { message } = error as Error;
    throw new RingfenceError('unavailable', `The queue lost what belongs to the job: ${message}`);
  }
}

/** Flows: plan, parts side by side over all workers, join. */
export function createFlows(needs: Needs, isMove: (error: unknown) => boolean) {
  const { handlers, queue, parts, intents, claims, bull } = needs;

  /** Puts the parts into their queue and leaves; the queue calls again when all are over. */
  async function plan(
    flow: Flow<JobKind>,
    payload: Payload<JobKind>,
    job: QueuedJob,
    token: string,
    ctx: JobContext,
  ): Promise<{ done: unknown } | undefined> {
    const planned = await flow.plan(payload as never, ctx);
    if ('done' in planned) return planned;
    const id = job.id ?? '';
    const round = (job.data.round ?? 0) + 1;
    const data = { payload, round, plan: planned.plan, parts: planned.parts };
    const waits = await remembered(async () => {
      // A round that a crash cut short stays behind under its own number; its parts see that.
      await job.updateData(data);
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
      await job.updateData({ ...data, joining: true });
      return job.moveToWaitingChildren(token);
    });
    if (waits) throw new bull.WaitingChildrenError();
    return undefined;
  }

  async function join(flow: Flow<JobKind>, job: QueuedJob, ctx: JobContext): Promise<unknown> {
    const round = `${job.id}-${job.data.round}-`;
    const results: Record<string, unknown> = {};
    const values = await remembered(() => job.getChildrenValues<PartResult>());
    for (const [key, result] of Object.entries(values).sort()) {
      const id = key.slice(key.lastIndexOf(':') + 1);
      if (!id.startsWith(round)) continue;
      if ('failed' in result) throw errorOfJob(result.failed);
      if ('ok' in result) results[id.slice(round.length)] = result.ok;
    }
    const lost = (job.data.parts ?? []).filter((part) => !(part in results));
    if (lost.length > 0)
      throw new RingfenceError(
        'unavailable',
        `The queue lost parts of the job: ${lost.join(', ')}`,
      );
    return flow.join(job.data.plan, results, ctx);
  }

  /** Whether anything is to be done before the background flow `id`: another job, or an older one of its kind. */
  async function othersFirst(id: number, kind: JobKind): Promise<boolean> {
    const open = await intents.open();
    return open.some((o) => o.id !== id && !ALONE.has(o.kind) && (o.kind !== kind || o.id < id));
  }

  return {
    async run(
      flow: Flow<JobKind>,
      payload: Payload<JobKind>,
      job: QueuedJob,
      token: string,
      ctx: JobContext,
    ): Promise<unknown> {
      if (!job.data.joining) {
        const ended = await plan(flow, payload, job, token, ctx);
        if (ended) return ended.done;
      }
      return join(flow, job, ctx);
    },

    async part(job: QueuedJob, token = ''): Promise<PartResult> {
      const { owner, round, part } = (job.data as PartData).payload;
      const turn = turnOf(owner);
      if (!turn) return { stale: true };
      const name = job.id ?? '';
      const { stop } = claim(claims, name, turn.id, needs.ending);
      const flow = handlers[job.name] as Flow<JobKind>;
      const { background } = flow;
      const report = reporter((p) => intents.progress(turn.id, turn.turn, p));
      let looking: NodeJS.Timeout | undefined;
      try {
        const parent = (await queue.getJob(owner)) as QueuedJob | undefined;
        const intent = await intents.get(turn.id);
        const current = intent?.state === 'active' && intent.turn === turn.turn;
        if (!parent || parent.data.round !== round || !current) return { stale: true };
        if (intent.cancelled) throw new RingfenceError('cancelled', 'Cancelled');
        throwIfAborted(stop.signal);
        if (background) {
          const look = async () => {
            if (await othersFirst(turn.id, job.name)) stop.abort(GIVES_WAY);
          };
          await look();
          throwIfAborted(stop.signal);
          looking = setInterval(() => void look().catch(() => {}), LOOK_MS);
        }
        const ok = await flow.part(
          { part, plan: parent.data.plan },
          {
            jobId: String(turn.id),
            resumed: job.attemptsStarted > 1,
            signal: stop.signal,
            shutdown: stop.signal,
            progress: background ? report.progress : () => {},
          },
        );
        if (background) return { ok };
        const { processed = 0, unprocessed = 0 } = await parent.getDependenciesCount();
        const total = processed + unprocessed;
        const progress = { phase: 'counties', done: processed + 1, total };
        await intents.progress(turn.id, turn.turn, progress);
        return { ok };
      } catch (error) {
        if (isMove(error)) throw error;
        if (stop.signal.reason === SHUTDOWN) {
          await job.moveToWait(token);
          throw new bull.WaitingError();
        }
        if (stop.signal.reason === GIVES_WAY) {
          await job.moveToDelayed(Date.now() + LOOK_MS, token);
          throw new bull.DelayedError();
        }
        if (isOutage(error) && job.attemptsStarted < PAUSES_MAX) {
          await job.moveToDelayed(Date.now() + PAUSE_MS, token);
          throw new bull.DelayedError();
        }
        const cause = stop.signal.aborted ? new RingfenceError('cancelled', 'Cancelled') : error;
        return { failed: jobErrorOf(cause) };
      } finally {
        clearInterval(looking);
        await report.end();
        claims.delete(name);
      }
    },
  };
}
