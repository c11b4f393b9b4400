import type { Env } from './env.js';
import { createAdminGuard } from './guard.js';
import { guardedServices } from './health/guarded.js';
import { type Listening, listen } from './http.js';
import { createLog } from './log.js';
import { demandServers, stopped } from './main.js';
import type { Io } from './owner/io.js';
import { createWatch } from './watch.js';
import { openServices } from './wiring.js';

export interface WorkerOptions {
  readonly env: Env;
  readonly dataDir: string;
  readonly inbox: string | undefined;
}

/**
 * Jobs, schedule and loading of the graph, until the signal; as many of them as there are machines.
 * A job under way is handed back and goes on elsewhere.
 */
export async function worker(options: WorkerOptions, io: Io): Promise<number> {
  const { env, dataDir, inbox } = options;
  demandServers(env, 'worker');
  const log = createLog('worker', env);
  const watch = createWatch(log);
  const services = await openServices({
    ...{ env, dataDir, inbox, role: 'worker' },
    warn: (text) => log.warn(text),
    signal: io.signal,
    ended: watch.ended,
    changed: watch.changed,
  });
  let listening: Listening | undefined;
  try {
    if (env.RINGFENCE_WORKER_PORT !== undefined) {
      const { createWorkerServer } = await import('./server.js');
      const shown = guardedServices(services, services.monitor);
      const app = createWorkerServer(
        {
          kind: 'worker',
          services: shown,
          admin: createAdminGuard(env),
          metrics: await watch.metrics(shown),
          leaving: watch.leaving,
        },
        log,
      );
      const where = { host: env.HOST, port: env.RINGFENCE_WORKER_PORT, orNext: false };
      listening = await listen(app, where);
    }
    await services.work();
    await services.schedule();
    await io.stdout(`Ringfence works${listening ? `, and is at ${listening.url}` : ''}\n`);
    await stopped(io.signal);
    log.info('stopping');
    return 0;
  } finally {
    watch.leave();
    await Promise.all([listening?.leave(), services.rest()]);
    await services.close();
  }
}
