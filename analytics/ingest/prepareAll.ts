import { Worker } from 'node:worker_threads';
import { type ErrorKind, RingfenceError, throwIfAborted } from '../model/errors.js';
import { compiled } from '../model/resources.js';
import type { PreparedFile, PrepareTask } from './prepare.js';

interface Answer {
  bytes?: number;
  file?: PreparedFile;
  refusal?: { kind: ErrorKind; message: string; remedy?: string };
  failure?: string;
}

/** Prepares files in `threads` worker threads, in the order given; `progress` gets bytes read of all. */
export async function prepareAll(
  tasks: readonly PrepareTask[],
  threads: number,
  signal?: AbortSignal,
  progress?: (bytes: number) => void,
): Promise<PreparedFile[]> {
  const out: PreparedFile[] = new Array(tasks.length);
  const read = new Float64Array(tasks.length);
  let next = 0;
  let failed = false;
  async function lane(): Promise<void> {
    while (next < tasks.length && !failed) {
      const at = next++;
      try {
        out[at] = await prepareOne(tasks[at] as PrepareTask, signal, (bytes) => {
          read[at] = bytes;
          progress?.(read.reduce((a, b) => a + b, 0));
        });
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  const lanes = Array.from({ length: Math.min(threads, tasks.length) }, lane);
  const results = await Promise.allSettled(lanes);
  for (const r of results) if (r.status === 'rejected') throw r.reason;
  return out;
}

function prepareOne(
  task: PrepareTask,
  signal: AbortSignal | undefined,
  progress: (bytes: number) => void,
): Promise<PreparedFile> {
  throwIfAborted(signal);
  const worker = new Worker(new URL(compiled('analytics/ingest/prepare.worker.js')), {
    workerData: task,
  });
  return new Promise<PreparedFile>((resolve, reject) => {
    const abort = () => {
      void worker.terminate();
      reject(new RingfenceError('cancelled', 'Cancelled'));
    };
    signal?.addEventListener('abort', abort, { once: true });
    const settle = (how: () => void) => {
      signal?.removeEventListener('abort', abort);
      how();
    };
    worker.on('message', (answer: Answer) => {
      if (answer.bytes !== undefined) progress(answer.bytes);
      if (answer.file) settle(() => resolve(answer.file as PreparedFile));
      if (answer.refusal) {
        const { kind, message, remedy } = answer.refusal;
        settle(() => reject(new RingfenceError(kind, message, remedy)));
      }
      if (answer.failure) settle(() => reject(new Error(answer.failure)));
    });
    worker.on('error', (error) => settle(() => reject(error)));
    worker.on('exit', () => settle(() => reject(new Error(`the reader of ${task.name} ended`))));
  });
}
