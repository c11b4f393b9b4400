import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RingfenceError } from '../analytics/model/errors.js';
import { prepareDemo } from './commands/demo.js';
import { type Env, isLoopback, onServers } from './env.js';
import { createAdminGuard } from './guard.js';
import { guardedServices } from './health/guarded.js';
import { type Listening, listen } from './http.js';
import { createLog } from './log.js';
import { socketPath } from './owner/control.js';
import type { Io } from './owner/io.js';
import { acquire, type Lock } from './owner/lock.js';
import { nameOf, takeOwnership } from './owner/own.js';
import {
  demandServers,
  type ProcessOptions,
  runOnServersUntilStopped,
  stopped,
} from './process.js';
import { createWatch, type Watch } from './watch.js';
import { type OwnedServices, openServices } from './wiring.js';

export interface ServeOptions extends ProcessOptions {
  readonly demo: boolean;
}

const SERVE = 'ringfence serve';
/** A command that holds the directory is let finish; another server is not waited for. */
const COMMAND_PATIENCE_MS = 10_000;

/** API, jobs, schedule and page, until the signal: on a data directory of its own, or on servers. */
export async function serve(options: ServeOptions, io: Io): Promise<number> {
  refuseOpenHost(options.env);
  return onServers(options.env) ? serveOnServers('serve', options, io) : serveAlone(options, io);
}

/** API and page on servers, until the signal; what is heavy is left to the workers. */
export async function api(options: ServeOptions, io: Io): Promise<number> {
  refuseOpenHost(options.env);
  demandServers(options.env, 'api');
  return serveOnServers('api', options, io);
}

function refuseOpenHost(env: Env): void {
  if (env.RINGFENCE_TOKEN_FILE || isLoopback(env.HOST)) return;
  throw new RingfenceError(
    'invalid',
    `HOST=${env.HOST} is reached from other machines, which needs a token`,
    'Set RINGFENCE_TOKEN_FILE to a file with a secret, or use HOST=127.0.0.1.',
  );
}

async function serveAlone(options: ServeOptions, io: Io): Promise<number> {
  const { env, demo } = options;
  const dataDir = demo ? join(options.dataDir, 'demo') : options.dataDir;
  const lock = await lockOrRefuse(dataDir, io);
  const watch = createWatch(createLog('serve', env));
  const ownership = await takeOwnership(lock, io, (warn) =>
    openServices({
      env,
      dataDir,
      inbox: options.inbox,
      warn,
      role: 'serve',
      ended: watch.ended,
      ...(demo ? { demo } : {}),
    }),
  );
  const { services } = ownership;
  let listening: Listening | undefined;
  try {
    listening = await listenForPeople(services, watch);
    await io.stdout(`Ringfence is at ${listening.url}\n`);
    await services.work();
    const preparing = demo ? prepareDemo(services, io) : services.schedule();
    await Promise.race([stopped(io.signal), preparing.then(() => stopped(io.signal))]);
    await io.stderr('stopping ...\n');
    return 0;
  } finally {
    watch.leave();
    await listening?.leave();
    // Commands that wait for a job are told first, and end.
    await services.rest();
    await ownership.leave();
  }
}

async function serveOnServers(
  role: 'serve' | 'api',
  options: ServeOptions,
  io: Io,
): Promise<number> {
  const { env, dataDir, inbox } = options;
  if (options.demo)
    throw new RingfenceError(
      'conflict',
      'The sample district is not put on servers',
      'Unset NEO4J_URL, REDIS_URL and DATABASE_URL for `serve --demo`.',
    );
  return runOnServersUntilStopped(role, { env, dataDir, inbox }, io, async (services, watch) => {
    const listening = await listenForPeople(services, watch);
    await io.stdout(`Ringfence is at ${listening.url}\n`);
    if (role === 'serve') {
      await services.work();
      await services.schedule();
    }
    return listening;
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

/** The API and the page on HOST and PORT, or alone on the next port that is free. */
async function listenForPeople(services: OwnedServices, watch: Watch): Promise<Listening> {
  const [{ createServer }, { DETECTORS }] = await Promise.all([
    import('./server.js'),
    import('../analytics/detectors/index.js'),
  ]);
  const { env } = services;
  const shared = onServers(env);
  const shown = shared ? guardedServices(services, services.monitor) : services;
  const app = createServer(shown, {
    detectors: DETECTORS,
    logger: watch.log,
    operations: {
      kind: 'api',
      services: shown,
      admin: createAdminGuard(env),
      metrics: await watch.metrics(shown),
      leaving: watch.leaving,
    },
  });
  return listen(app, { host: env.HOST, port: env.PORT, orNext: !shared });
}
