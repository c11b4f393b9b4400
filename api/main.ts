import { createServer as createHttpServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RingfenceError } from '../analytics/model/errors.js';
import { prepareDemo } from './commands/demo.js';
import { type Env, isLoopback } from './env.js';
import { socketPath } from './owner/control.js';
import type { Io } from './owner/io.js';
import { acquire, type Lock } from './owner/lock.js';
import { nameOf, takeOwnership } from './owner/own.js';
import { type OwnedServices, openServices } from './wiring.js';

export interface ServeOptions {
  readonly env: Env;
  readonly dataDir: string;
  readonly inbox: string | undefined;
  readonly demo: boolean;
}

const SERVE = 'ringfence serve';
const PORTS_TRIED = 100;
/** A command that holds the directory is let finish; another server is not waited for. */
const COMMAND_PATIENCE_MS = 10_000;

/** API, jobs, schedule and page on one data directory, until the signal. */
export async function serve(options: ServeOptions, io: Io): Promise<number> {
  const { env, demo } = options;
  const dataDir = demo ? join(options.dataDir, 'demo') : options.dataDir;
  if (!env.RINGFENCE_TOKEN_FILE && !isLoopback(env.HOST))
    throw new RingfenceError(
      'invalid',
      `HOST=${env.HOST} is reached from other machines, which needs a token`,
      'Set RINGFENCE_TOKEN_FILE to a file with a secret, or use HOST=127.0.0.1.',
    );
  const lock = await lockOrRefuse(dataDir, io);
  const ownership = await takeOwnership(lock, io, (warn) =>
    openServices({ env, dataDir, inbox: options.inbox, warn, ...(demo ? { demo } : {}) }),
  );
  const { services } = ownership;
  let server: Server | undefined;
  try {
    server = await listen(services, env);
    await io.stdout(`Ringfence is at ${addressOf(server, env.HOST)}\n`);
    await services.work();
    const preparing = demo ? prepareDemo(services, io) : services.schedule();
    await Promise.race([stopped(io.signal), preparing.then(() => stopped(io.signal))]);
    await io.stderr('stopping ...\n');
    return 0;
  } finally {
    server?.close();
    server?.closeAllConnections();
    // Commands that wait for a job are told first, and end.
    await services.rest();
    await ownership.leave();
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function lockOrRefuse(dataDir: string, io: Io): Promise<Lock> {
  const until = Date.now() + COMMAND_PATIENCE_MS;
  for (;;) {
    const lock = acquire(dataDir, { socket: socketPath(dataDir), command: SERVE });
    if (!('heldBy' in lock)) return lock;
    const { heldBy } = lock;
    if (heldBy.command === SERVE || Date.now() > until || io.signal.aborted) {
      throw new RingfenceError(
        'conflict',
        `${dataDir} is held by ${nameOf(heldBy)}`,
        'Stop it first, or name another directory with --data.',
      );
    }
    await sleep(100);
  }
}

/** On HOST and PORT, or the next port that is free. */
async function listen(services: OwnedServices, env: Env): Promise<Server> {
  const [{ createServer }, { DETECTORS }] = await Promise.all([
    import('./server.js'),
    import('../analytics/detectors/index.js'),
  ]);
  const server = createHttpServer(createServer(services, { detectors: DETECTORS }));
  for (let port = env.PORT; ; port++) {
    try {
      await new Promise<void>((done, fail) => {
        server.once('error', fail);
        server.listen(port, env.HOST, () => {
          server.off('error', fail);
          done();
        });
      });
      return server;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const last = port >= Math.min(65_535, env.PORT + PORTS_TRIED);
      if (code === 'EADDRINUSE' && env.PORT > 0 && !last) continue;
      throw new RingfenceError(
        'unavailable',
        `Cannot listen on ${env.HOST}:${port}: ${(error as Error).message}`,
        'Set HOST and PORT to an address of this machine that is free.',
      );
    }
  }
}

function addressOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
