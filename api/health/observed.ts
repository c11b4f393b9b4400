import type { Flow, Handlers, JobContext, JobKind } from '../../analytics/jobs/types.js';
import { RingfenceError } from '../../analytics/model/errors.js';

/** A whole job, or a step of a flow. */
export type Step = 'run' | 'plan' | 'part' | 'join';
export type StepOutcome = 'done' | 'failed' | 'stopped';

export interface StepEnd {
  readonly kind: JobKind;
  readonly job: string;
  readonly step: Step;
  readonly outcome: StepOutcome;
  readonly seconds: number;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** The same handlers; `ended` is told of every step that this process did. */
export function observed(handlers: Handlers, ended: (end: StepEnd) => void): Handlers {
  function around<A extends unknown[]>(
    kind: JobKind,
    step: Step,
    work: (...args: A) => Promise<unknown>,
    contextOf: (args: A) => JobContext,
  ) {
    return async (...args: A): Promise<unknown> => {
      const began = performance.now();
      const ctx = contextOf(args);
      const tell = (outcome: StepOutcome, more: Partial<StepEnd>) => {
        const seconds = (performance.now() - began) / 1000;
        ended({ kind, job: String(ctx.jobId), step, outcome, seconds, ...more });
      };
      try {
        const result = await work(...args);
        tell('done', { result });
        return result;
      } catch (error) {
        const stopped =
          ctx.signal.aborted || (error instanceof RingfenceError && error.kind === 'cancelled');
        tell(stopped ? 'stopped' : 'failed', { error });
        throw error;
      }
    };
  }
  return Object.fromEntries(
    (Object.entries(handlers) as Array<[JobKind, Handlers[JobKind]]>).map(([kind, handler]) => {
      type Run = (payload: unknown, ctx: JobContext) => Promise<unknown>;
      if (typeof handler === 'function')
        return [kind, around(kind, 'run', handler as Run, ([, ctx]) => ctx)];
      const flow = handler as Flow<JobKind>;
      const observing = {
        ...flow,
        plan: around(kind, 'plan', flow.plan as Run, ([, ctx]) => ctx),
        part: around(kind, 'part', flow.part, ([, ctx]) => ctx),
        join: around(kind, 'join', flow.join, ([, , ctx]) => ctx),
      };
      return [kind, observing];
    }),
  ) as unknown as Handlers;
}
