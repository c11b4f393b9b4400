import type { Job } from 'bullmq';
import { RingfenceError } from '../model/errors.js';
import type { Progress } from '../model/progress.js';
import { formatTime } from '../model/time.js';
import { isFinal, type JobError, type JobKind, type JobState, type JobView } from './types.js';

/** What a job carries in the queue. */
export interface JobData {
  payload: unknown;
  /** Set by a person; the job ends at the next chance. */
  cancelled?: boolean;
  /** A flow: which time it was planned, and what was planned. */
  round?: number;
  joining?: boolean;
  plan?: unknown;
}

export type QueuedJob = Job<JobData, unknown, JobKind>;

/** The cause of a failure as the queue stores it: text. */
export function encodeError(error: unknown): string {
  if (error instanceof RingfenceError) {
    const { kind, message, remedy } = error;
    return JSON.stringify({ kind, message, ...(remedy ? { remedy } : {}) } satisfies JobError);
  }
  const message = error instanceof Error ? error.message : String(error);
  return JSON.stringify({ kind: 'defect', message } satisfies JobError);
}

export function decodeError(text: string): JobError {
  try {
    const error = JSON.parse(text) as JobError;
    if (typeof error.message === 'string' && typeof error.kind === 'string') return error;
  } catch {
    /* words of the queue itself */
  }
  return { kind: 'defect', message: text };
}

/** The error that a failed job stands for, to be thrown to whoever waited. */
export function errorOf(job: JobView): Error {
  const { kind, message, remedy } = job.error ?? { kind: 'defect', message: 'failed' };
  if (kind !== 'defect') return new RingfenceError(kind, message, remedy);
  const error = new Error(message);
  error.stack = `${message}\n    in ${job.kind} ${job.id}`;
  return error;
}

function stateOf(state: string, job: QueuedJob): JobState {
  if (state === 'completed') return 'completed';
  if (state === 'failed')
    return decodeError(job.failedReason ?? '').kind === 'cancelled' ? 'cancelled' : 'failed';
  if (state === 'active' || state === 'waiting-children') return 'active';
  return 'waiting';
}

const time = (ms: number | undefined) => (ms === undefined ? null : formatTime(ms / 1000));

function titleOf(data: JobData): string | null {
  const payload = data.payload as Record<string, unknown> | null;
  const named = payload?.dir ?? payload?.before ?? payload?.id;
  return named === undefined ? null : String(named);
}

/** A job as people see it. `queued` is read before the job, so a final state has its result. */
export function viewOf(job: QueuedJob, queued: string): JobView {
  const state = stateOf(queued, job);
  const failed = state === 'failed' || state === 'cancelled';
  return {
    id: job.id ?? '',
    kind: job.name,
    title: titleOf(job.data),
    state,
    progress: job.progress && typeof job.progress === 'object' ? (job.progress as Progress) : null,
    createdAt: formatTime(job.timestamp / 1000),
    startedAt: time(job.processedOn),
    finishedAt: isFinal(state) ? time(job.finishedOn) : null,
    // A flow starts twice, to plan and to join; that is one attempt.
    attempts: Math.max(job.attemptsMade, job.processedOn === undefined ? 0 : 1),
    error: failed ? decodeError(job.failedReason ?? '') : null,
    ...(state === 'completed' ? { result: job.returnvalue } : {}),
  };
}
