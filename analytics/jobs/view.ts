import type { Job } from 'bullmq';
import { RingfenceError } from '../model/errors.js';
import { formatTime } from '../model/time.js';
import type { Intent } from './intents.js';
import { isFinal, type JobError, type JobKind, type JobView } from './types.js';

/** What a job carries in the queue; what it is about stands in its intent. */
export interface JobData {
  payload: unknown;
  /** A flow: which time it was planned, what was planned, and its parts. */
  round?: number;
  joining?: boolean;
  plan?: unknown;
  parts?: readonly string[];
}

export type QueuedJob = Job<JobData, unknown, JobKind>;

/** The name of an intent's turn in the queue; a queue may not be given plain numbers. */
export const queueName = ({ id, turn }: { id: number; turn: number }) => `${id}-${turn}`;

export function turnOf(queued: string | undefined): { id: number; turn: number } | undefined {
  const [, id, turn] = /^(\d+)-(\d+)$/.exec(queued ?? '') ?? [];
  return id && turn ? { id: Number(id), turn: Number(turn) } : undefined;
}

/** What a person is told of a failure. */
export function jobErrorOf(error: unknown): JobError {
  if (error instanceof RingfenceError) {
    const { kind, message, remedy } = error;
    return { kind, message, ...(remedy ? { remedy } : {}) };
  }
  return { kind: 'defect', message: error instanceof Error ? error.message : String(error) };
}

export function errorOfJob({ kind, message, remedy }: JobError): Error {
  return kind === 'defect' ? new Error(message) : new RingfenceError(kind, message, remedy);
}

/** The error that a failed job stands for, to be thrown to whoever waited. */
export function errorOf(job: JobView): Error {
  const error = errorOfJob(job.error ?? { kind: 'defect', message: 'failed' });
  if (!(error instanceof RingfenceError))
    error.stack = `${error.message}\n    in ${job.kind} ${job.id}`;
  return error;
}

const time = (at: Date | null) => (at === null ? null : formatTime(at.getTime() / 1000));

function titleOf(payload: unknown): string | null {
  const { dir, before, id, run } = (payload ?? {}) as Record<string, unknown>;
  const named = dir ?? before ?? id ?? run;
  return named === undefined ? null : String(named);
}

/** A job as people see it. */
export function viewOf(intent: Intent): JobView {
  return {
    id: String(intent.id),
    kind: intent.kind,
    title: titleOf(intent.payload),
    state: intent.state,
    progress: intent.progress,
    createdAt: formatTime(intent.createdAt.getTime() / 1000),
    startedAt: time(intent.startedAt),
    finishedAt: isFinal(intent.state) ? time(intent.finishedAt) : null,
    attempts: intent.startedAt ? intent.attempt : intent.attempt - 1,
    error: intent.error,
    ...(intent.state === 'completed' ? { result: intent.result } : {}),
  };
}
