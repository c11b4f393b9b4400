import { z } from 'zod';
import type { ErrorKind } from '../model/errors.js';
import type { Progress } from '../model/progress.js';

/**
 * What may be asked of the queue. A payload is checked when it is given and again when it is taken
 * up: between the two it lay in a database that outlives the program's version.
 */
export const ImportPayload = z.object({
  dir: z.string().min(1),
  dialect: z.string().min(1).optional(),
  replacePeriod: z.boolean().default(false),
});
export type ImportPayload = z.infer<typeof ImportPayload>;

const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

export const RebuildPayload = z.object({
  /** First local day; the default is 365 days before `to`. */
  from: Day.optional(),
  /** The local day after the last; the default follows the last complete day in the data. */
  to: Day.optional(),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
});
export type RebuildPayload = z.infer<typeof RebuildPayload>;

/** The scheduled week: the inbox, then a rebuild where something is new. */
export const WeekPayload = z.object({
  /** The moment the schedule meant, ISO; it names the week in the history. */
  due: z.string(),
});
export type WeekPayload = z.infer<typeof WeekPayload>;

export const JOB_KINDS = ['import', 'rebuild', 'week'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export const JOB_STATES = ['waiting', 'active', 'completed', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface JobError {
  readonly kind: ErrorKind | 'defect';
  readonly message: string;
  readonly remedy?: string;
}

/** A job as people see it. Times are ISO with the Shanghai offset. */
export interface JobView {
  readonly id: string;
  readonly kind: JobKind;
  /** What it works on, e.g. the directory imported. */
  readonly title: string | null;
  readonly state: JobState;
  readonly progress: Progress | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly attempts: number;
  readonly error: JobError | null;
  readonly result?: unknown;
}

export function isFinal(state: JobState): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled';
}

/** The queue as the API and the command line use it. */
export interface JobService {
  /** The same request while one like it waits or runs returns that one. */
  enqueueImport(payload: z.input<typeof ImportPayload>): Promise<JobView>;
  enqueueRebuild(payload: z.input<typeof RebuildPayload>): Promise<JobView>;
  /** Newest first. */
  list(limit?: number): Promise<readonly JobView[]>;
  get(id: string): Promise<JobView | undefined>;
  /** Asks it to stop; a job that is already over is returned as it is. Throws `not-found`. */
  cancel(id: string): Promise<JobView>;
  /** Runs a failed or cancelled job again under its id. Throws `not-found`, `conflict`. */
  retry(id: string): Promise<JobView>;
  /** The job now and at every change, ending with its final state or when `signal` aborts. */
  events(id: string, signal?: AbortSignal): AsyncIterable<JobView>;
  close(): Promise<void>;
}
