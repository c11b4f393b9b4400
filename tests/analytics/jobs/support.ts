import type { JobRecords, Jobs, JobsOptions } from '../../../analytics/jobs/engine.js';
import type { Handlers, JobView } from '../../../analytics/jobs/types.js';

/** An engine to hold jobs: every `open` is another process's view of the same store. */
export interface JobStore {
  connect(): Promise<JobsOptions['connection']>;
  records(): Promise<JobRecords>;
  destroy(): Promise<void>;
}

export const idle: Handlers = {
  import: async () => ({}),
  withdraw: async () => ({}),
  prune: async () => ({}),
  rebuild: async () => ({}),
  'self-test': async () => ({}),
  rehearse: async () => ({}),
  week: async () => ({}),
};

export async function untilOver(jobs: Jobs, id: string): Promise<JobView> {
  let last: JobView | undefined;
  for await (const view of jobs.events(id)) last = view;
  if (!last) throw new Error(`job ${id} is gone`);
  return last;
}

/** Ends with an error when the signal aborts. */
export function untilStopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, fail) => {
    signal.addEventListener('abort', () => fail(new Error('stopped')));
  });
}

export async function untilActive(jobs: Jobs, id: string): Promise<void> {
  for await (const view of jobs.events(id)) if (view.state === 'active') return;
}
