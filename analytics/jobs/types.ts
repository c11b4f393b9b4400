import { z } from 'zod';
import type { ErrorKind } from '../model/errors.js';
import type { Progress } from '../model/progress.js';

/**
 * What may be asked of the queue. A payload is checked when it is given and again when it is taken
 * up: between the two it lay in a database that outlives the program's version.
 */
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

export const PAYLOADS = {
  /** Loads a directory. */
  import: z.object({
    dir: z.string().min(1),
    dialect: z.string().min(1).optional(),
    replacePeriod: z.boolean().default(false),
  }),
  /** Takes an import back. */
  withdraw: z.object({ id: z.number().int().positive() }),
  /** Deletes what is older, and runs but the newest. */
  prune: z.object({ before: Day }),
  /** The weekly rebuild, now. */
  rebuild: z.object({
    /** First local day; the default is 365 days before `to`. */
    from: Day.optional(),
    /** The local day after the last; the default follows the last complete day in the data. */
    to: Day.optional(),
    seed: z.number().int().min(0).max(0xffffffff).default(1),
    /** Whether the self-test of what it publishes is asked for afterwards. */
    selfTest: z.boolean().default(false),
  }),
  /** The last run again with other rules, to be compared and not to be published. */
  rehearse: z.object({ file: z.string(), rules: z.array(z.unknown()) }),
  /** Rings planted in shadow copies of a run's period, and what of them is found. */
  'self-test': z.object({
    run: z.string().min(1),
    /** Of what is planted; the default follows from the run. */
    seed: z.number().int().min(0).max(0xffffffff).optional(),
  }),
  /** The scheduled week: the inbox, then a rebuild where something is new. */
  week: z.object({}),
} as const;

export type JobKind = keyof typeof PAYLOADS;
export type Payload<K extends JobKind> = z.output<(typeof PAYLOADS)[K]>;
export type Request<K extends JobKind> = z.input<(typeof PAYLOADS)[K]>;

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
  /** The same request while one like it waits or runs returns that one. Throws `invalid`. */
  enqueue<K extends JobKind>(kind: K, payload: Request<K>): Promise<JobView>;
  enqueueImport(payload: Request<'import'>): Promise<JobView>;
  enqueueRebuild(payload: Request<'rebuild'>): Promise<JobView>;
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

/** What a kind of job does. Everything it does must be safe to do again after a crash. */
export interface JobContext {
  /** Stable over retries and restarts. */
  readonly jobId: string;
  /** It was begun before: what it does may be done already, in part or whole. */
  readonly resumed: boolean;
  readonly signal: AbortSignal;
  /** As `signal`, but deaf to a person who cancels: for what must follow a commit. */
  readonly shutdown: AbortSignal;
  progress(p: Progress): void;
}

/** One county of a rebuild; the answer is small and goes to the parent. */
export interface PartPayload {
  readonly part: string;
  /** What `plan` decided, the same for all parts. */
  readonly plan: unknown;
}

/** A job in three steps: plan, parts side by side, join. Only the join publishes. */
export interface Flow<K extends JobKind> {
  /**
   * Nobody waits for it: its one part tells its own progress, waits while any other job is open that does
   * not wait for it, and begins anew after one that came between.
   */
  readonly background?: true;
  /** Decides the parts. `done` ends the job there with that result. */
  plan(
    payload: Payload<K>,
    ctx: JobContext,
  ): Promise<{ plan: unknown; parts: readonly string[] } | { done: unknown }>;
  part(work: PartPayload, ctx: JobContext): Promise<unknown>;
  join(plan: unknown, parts: Readonly<Record<string, unknown>>, ctx: JobContext): Promise<unknown>;
}

export type Handlers = {
  readonly [K in JobKind]: ((payload: Payload<K>, ctx: JobContext) => Promise<unknown>) | Flow<K>;
};
