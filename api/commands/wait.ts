import { isFinal, type JobKind, type JobView, type Request } from '../../analytics/jobs/types.js';
import { errorOf } from '../../analytics/jobs/view.js';
import { RingfenceError } from '../../analytics/model/errors.js';
import type { Progress } from '../../analytics/model/progress.js';
import { CANCEL, type Io } from '../owner/io.js';
import type { Services } from '../wiring.js';

const CLEAR_LINE = '\r\u001b[2K';

function progressText(kind: string, { phase, done, total }: Progress): string {
  const share = total ? `${Math.floor((100 * done) / total)} %` : done.toLocaleString('en');
  return `${kind}: ${phase} ${share}`;
}

/** One line of progress on a terminal, written over and taken away again. */
export function progressLine(io: Io, kind: string) {
  let shown = false;
  return {
    async show(progress: Progress): Promise<void> {
      if (!io.isTTY) return;
      shown = true;
      await io.stderr(`${CLEAR_LINE}${progressText(kind, progress)}`);
    },
    async clear(): Promise<void> {
      if (shown) await io.stderr(CLEAR_LINE);
      shown = false;
    },
  };
}

/**
 * Has a job done and waits for it, showing its progress on a terminal. Ctrl-C cancels it; a caller
 * who went away leaves it to run. Returns its result, or undefined when nobody waits any more.
 */
export async function doJob<K extends JobKind>(
  io: Io,
  services: Services,
  kind: K,
  payload: Request<K>,
): Promise<{ result: unknown } | undefined> {
  const job = await services.jobs.enqueue(kind, payload);
  const gone = new AbortController();
  const stop = () => {
    if (io.signal.reason === CANCEL) void services.jobs.cancel(job.id);
    else gone.abort();
  };
  if (io.signal.aborted) stop();
  io.signal.addEventListener('abort', stop);
  let last: JobView = job;
  const line = progressLine(io, kind);
  try {
    for await (const view of services.jobs.events(job.id, gone.signal)) {
      last = view;
      if (view.progress && view.state === 'active') await line.show(view.progress);
    }
  } finally {
    io.signal.removeEventListener('abort', stop);
    await line.clear();
  }
  if (gone.signal.aborted) return undefined;
  if (!isFinal(last.state)) {
    throw new RingfenceError(
      'busy',
      `The program is stopping; ${kind} ${last.id} goes on at the next start`,
    );
  }
  if (last.state !== 'completed') throw errorOf(last);
  return { result: last.result };
}
