import { setTimeout as sleep } from 'node:timers/promises';
import { RingfenceError, throwIfAborted } from '../../analytics/model/errors.js';
import { isConnection } from '../health/monitor.js';

export interface Patience {
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
  /** Gets words for people about what is waited for. */
  readonly say: (text: string) => void;
}

const AGAIN_MS = 500;
/** What is there at once needs no words. */
const SAY_AFTER_MS = 2_000;
const SAY_EVERY_MS = 10_000;

/**
 * Opens what may not be there yet: servers that start together come up in any order. Says what it
 * waits for, and gives up with `unavailable` after the time; a refusal is not waited out.
 */
export async function waitFor<T>(
  what: string,
  open: () => Promise<T>,
  { seconds, signal, say }: Patience,
): Promise<T> {
  const until = Date.now() + seconds * 1000;
  const tell = () => {
    say(`waiting for ${what} ...`);
    saying = setTimeout(tell, SAY_EVERY_MS);
  };
  let saying = setTimeout(tell, SAY_AFTER_MS);
  try {
    for (;;) {
      throwIfAborted(signal);
      try {
        return await open();
      } catch (error) {
        if (!isConnection(error) || isRefusal(error)) throw error;
        if (Date.now() + AGAIN_MS > until) throw gaveUp(what, seconds, error as Error);
        await sleep(AGAIN_MS);
      }
    }
  } finally {
    clearTimeout(saying);
  }
}

function isRefusal(error: unknown): boolean {
  return /refuses the login/.test((error as Error).message);
}

function gaveUp(what: string, seconds: number, error: Error): RingfenceError {
  return new RingfenceError(
    'unavailable',
    `${what} did not answer within ${seconds} s: ${error.message || 'no answer'}`,
    'Start it, or correct its address; RINGFENCE_START_WAIT sets how long it is waited for.',
  );
}
