import { fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { RingfenceError } from '../model/errors.js';
import type { Progress, WorkContext } from '../model/progress.js';

/** What a process that does a task says to whoever started it. */
type Said =
  | { type: 'progress'; progress: Progress }
  | { type: 'done'; result: unknown }
  | { type: 'failed'; error: Failure };

interface Failure {
  /** Kind of a RingfenceError; absent for a defect. */
  readonly kind?: RingfenceError['kind'];
  readonly message: string;
  readonly remedy?: string;
  readonly stack?: string;
}

export interface Program {
  /** URL of the transpiled module, whose last statement is `doTasks(…)`. */
  readonly url: string;
  /** How far whoever asks for a page goes before it: a nice value, 0 to 19. */
  readonly nice: number;
}

/**
 * Runs one task in a process of its own and gives back its result; both are copied. An abort kills it at once,
 * in the middle of whatever native call it is in, which a thread would not survive, nor anybody beside it. What
 * it was to publish is published by the caller, so nothing is left half done. Nor does a task that runs out of
 * memory take anything else with it.
 */
export function runApart<R>(program: Program, task: unknown, ctx: WorkContext): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    if (ctx.signal?.aborted) return reject(new RingfenceError('cancelled', 'Cancelled'));
    const child = fork(fileURLToPath(program.url), { serialization: 'advanced' });
    let end = () =>
      reject(new Error('The process of a task ended by itself, perhaps out of memory'));
    const kill = () => child.kill('SIGKILL');
    const stop = () => {
      end = () => reject(new RingfenceError('cancelled', 'Cancelled'));
      kill();
    };
    ctx.signal?.addEventListener('abort', stop);
    child.on('spawn', () => {
      if (child.pid !== undefined) setPriority(child.pid, program.nice);
    });
    child.on('message', (said: Said) => {
      if (said.type === 'progress') return ctx.progress?.(said.progress);
      if (ctx.signal?.aborted) return;
      if (said.type === 'done') end = () => resolve(said.result as R);
      else end = () => reject(errorOf(said.error));
      kill();
    });
    const settle = () => {
      ctx.signal?.removeEventListener('abort', stop);
      end();
    };
    child.on('error', (error) => {
      end = () => reject(error);
      if (child.pid === undefined) settle();
      else kill();
    });
    child.on('exit', settle);
    child.send(task as object);
  });
}

function errorOf({ kind, message, remedy, stack }: Failure): Error {
  if (kind) return new RingfenceError(kind, message, remedy);
  const error = new Error(message);
  if (stack) error.stack = stack;
  return error;
}

/**
 * The other side: does the task that the parent sends, and says how it ended. Signals to the whole group are for
 * the parent to heed, which ends this process when it wants to; one whose parent is gone ends itself.
 */
export function doTasks<T>(run: (task: T, context: WorkContext) => Promise<unknown>): void {
  const parent = process.ppid;
  const say = (said: Said) => {
    // While it computes it hears nothing, but this is asked of the system.
    if (process.ppid !== parent) process.exit(1);
    process.send?.(said);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(1));
  process.once('message', (task: T) => {
    run(task, { progress: (progress) => say({ type: 'progress', progress }) }).then(
      (result) => say({ type: 'done', result }),
      (error: unknown) => say({ type: 'failed', error: failureOf(error) }),
    );
  });
}

function failureOf(caught: unknown): Failure {
  const { message, stack } = caught instanceof Error ? caught : new Error(String(caught));
  if (!(caught instanceof RingfenceError)) return { message, ...(stack ? { stack } : {}) };
  const { kind, remedy } = caught;
  return { kind, message, ...(remedy ? { remedy } : {}) };
}
