import { Worker } from 'node:worker_threads';
import { type ErrorKind, RingfenceError } from '../model/errors.js';
import type { Progress, WorkContext } from '../model/progress.js';
import { compiled } from '../model/resources.js';

/** What a thread says to whoever started it. */
export type ThreadMessage =
  | { type: 'progress'; progress: Progress }
  | { type: 'done'; result: unknown }
  | {
      type: 'failed';
      kind: ErrorKind | 'defect';
      message: string;
      remedy?: string;
      stack?: string;
    };

/**
 * Runs one task in a thread of its own and gives back its result. `module` is the transpiled path,
 * `analytics/…/x.worker.js`; `task` and the result are copied. An abort ends the thread at once:
 * whatever it was to publish is published by the caller, so nothing is left half done.
 */
export function runThread<R>(module: string, task: unknown, ctx: WorkContext): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    if (ctx.signal?.aborted) return reject(new RingfenceError('cancelled', 'Cancelled'));
    const thread = new Worker(new URL(compiled(module)), { workerData: task });
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      ctx.signal?.removeEventListener('abort', stop);
      void thread.terminate().then(act);
    };
    const stop = () => settle(() => reject(new RingfenceError('cancelled', 'Cancelled')));
    ctx.signal?.addEventListener('abort', stop);
    thread.on('message', (message: ThreadMessage) => {
      if (message.type === 'progress') return ctx.progress?.(message.progress);
      if (message.type === 'done') return settle(() => resolve(message.result as R));
      settle(() => reject(errorOf(message)));
    });
    thread.on('error', (error) => settle(() => reject(error)));
    thread.on('exit', (code) =>
      settle(() =>
        reject(new Error(`The thread ended by itself (${code}), perhaps out of memory`)),
      ),
    );
  });
}

function errorOf(failed: Extract<ThreadMessage, { type: 'failed' }>): Error {
  if (failed.kind !== 'defect')
    return new RingfenceError(failed.kind, failed.message, failed.remedy);
  const error = new Error(failed.message);
  if (failed.stack) error.stack = failed.stack;
  return error;
}
