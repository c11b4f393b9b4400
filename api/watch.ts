import type { Logger } from 'pino';
import type { Metrics } from './health/metrics.js';
import type { MonitorOptions } from './health/monitor.js';
import type { StepEnd } from './health/observed.js';
import { placeOf, withoutCredentials } from './log.js';
import type { Services } from './wiring.js';

/** What a process that runs for long says about itself: its log, its numbers, that it leaves. */
export interface Watch {
  readonly log: Logger;
  readonly leaving: AbortSignal;
  leave(): void;
  metrics(services: Services): Promise<Metrics>;
  /** Told of every step of a job that this process did. */
  readonly ended: (end: StepEnd) => void;
  /** Told of every part that went or came back. */
  readonly changed: NonNullable<MonitorOptions['changed']>;
}

export function createWatch(log: Logger): Watch {
  const stop = new AbortController();
  let counted: Metrics | undefined;
  return {
    log,
    leaving: stop.signal,
    leave: () => stop.abort(),
    async metrics(services) {
      const { createMetrics } = await import('./health/metrics.js');
      counted ??= createMetrics(services);
      return counted;
    },
    ended(end) {
      counted?.step(end);
      const { kind, job, step, outcome, seconds, error } = end;
      const about = { kind, job, step, outcome, seconds: Math.round(seconds * 10) / 10 };
      if (outcome !== 'failed') log.info(about, 'job');
      // Words of an error may quote data; the jobs page has them for whoever may see it.
      else log.warn({ ...about, ...placeOf(error) }, 'job');
    },
    changed(part, { status, reason }, engine, cause) {
      const why = cause === undefined ? {} : { cause: withoutCredentials(cause) };
      const about = { part, status, engine, ...(reason ? { reason } : {}), ...why };
      if (status === 'ok') log.info(about, 'part');
      else log.warn(about, 'part');
    },
  };
}
