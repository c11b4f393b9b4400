import { createAdminGuard } from './guard.js';
import { guardedServices } from './health/guarded.js';
import { type Listening, listen } from './http.js';
import type { Io } from './owner/io.js';
import { demandServers, type ProcessOptions, runOnServersUntilStopped } from './process.js';
import type { Watch } from './watch.js';
import type { OwnedServices } from './wiring.js';

/**
 * Jobs, schedule and loading of the graph, until the signal; as many of them as there are machines.
 * A job under way is handed back and goes on elsewhere.
 */
export async function worker(options: ProcessOptions, io: Io): Promise<number> {
  demandServers(options.env, 'worker');
  return runOnServersUntilStopped('worker', options, io, async (services, watch) => {
    const listening = await listenForHealth(services, watch);
    await services.work();
    await services.schedule();
    await io.stdout(`Ringfence works${listening ? `, and is at ${listening.url}` : ''}\n`);
    return listening;
  });
}

async function listenForHealth(
  services: OwnedServices,
  watch: Watch,
): Promise<Listening | undefined> {
  const { env } = services;
  const shown = guardedServices(services, services.monitor);
  const metrics = await watch.metrics(shown);
  if (env.RINGFENCE_WORKER_PORT === undefined) return undefined;
  const { createWorkerServer } = await import('./server.js');
  const admin = createAdminGuard(env);
  const { leaving, log } = watch;
  const app = createWorkerServer({ kind: 'worker', services: shown, admin, metrics, leaving }, log);
  return listen(app, { host: env.HOST, port: env.RINGFENCE_WORKER_PORT, orNext: false });
}
