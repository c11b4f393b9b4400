import { RingfenceError } from '../analytics/model/errors.js';
import { type Env, onServers } from './env.js';
import type { Listening } from './http.js';
import { createLog } from './log.js';
import type { Io } from './owner/io.js';
import { createWatch, type Watch } from './watch.js';
import { type OpenOptions, type OwnedServices, openServices } from './wiring.js';

export interface ProcessOptions {
  readonly env: Env;
  readonly dataDir: string;
  readonly inbox: string | undefined;
}

/** Parts of the program run by themselves only where they share servers. */
export function demandServers(env: Env, command: string): void {
  if (onServers(env)) return;
  throw new RingfenceError(
    'invalid',
    `\`ringfence ${command}\` needs servers, and NEO4J_URL and DATABASE_URL are not set`,
    'Without servers `ringfence serve` does both, the API and the work.',
  );
}

/**
 * A process on servers: opens, does what `begin` begins until the signal, and ends in order. Told to
 * stop while it still waits for its servers, it ends at once; neither is a failure.
 */
export async function runOnServersUntilStopped(
  role: Exclude<OpenOptions['role'], 'command'>,
  options: ProcessOptions,
  io: Io,
  begin: (services: OwnedServices, watch: Watch) => Promise<Listening | undefined>,
): Promise<number> {
  const log = createLog(role, options.env);
  const watch = createWatch(log);
  let services: OwnedServices;
  try {
    services = await openServices({
      ...options,
      role,
      warn: (text) => log.warn(text),
      signal: io.signal,
      ended: watch.ended,
      changed: watch.changed,
    });
  } catch (error) {
    if (io.signal.aborted) return 0;
    throw error;
  }
  let listening: Listening | undefined;
  try {
    listening = await begin(services, watch);
    await stopped(io.signal);
    log.info('stopping');
    return 0;
  } finally {
    watch.leave();
    await Promise.all([listening?.leave(), role === 'worker' ? services.rest() : undefined]);
    await services.close();
  }
}

export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
