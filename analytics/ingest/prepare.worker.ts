import { parentPort, workerData } from 'node:worker_threads';
import { RingfenceError } from '../model/errors.js';
import { type PrepareTask, prepareCsv } from './prepare.js';

/** One file in a thread of its own; the answer is the prepared file or the error in plain words. */
const port = parentPort;
if (port) {
  let told = 0;
  let bytes = 0;
  const progress = (read: number) => {
    bytes += read;
    if (Date.now() - told < 200) return;
    told = Date.now();
    port.postMessage({ bytes });
  };
  try {
    const file = await prepareCsv(workerData as PrepareTask, progress);
    port.postMessage({ bytes, file });
  } catch (caught) {
    const error = unreadable(caught, (workerData as PrepareTask).name);
    port.postMessage(
      error instanceof RingfenceError
        ? { refusal: { kind: error.kind, message: error.message, remedy: error.remedy } }
        : { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    );
  }
}

/** A file that may not be opened is the caller's to mend, not a defect. */
function unreadable(error: unknown, name: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code !== 'EACCES' && code !== 'ENOENT' && code !== 'EPERM') return error;
  return new RingfenceError(
    'invalid',
    `${name} cannot be opened (${code})`,
    'Check who may read it',
  );
}
