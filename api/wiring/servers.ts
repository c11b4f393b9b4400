import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Connection, connectPostgres, connectRedis } from '../../analytics/jobs/connection.js';
import {
  createJobRecords,
  type JobRecords,
  lazyJobs,
  openJobs,
} from '../../analytics/jobs/engine.js';
import { loadGraph } from '../../analytics/jobs/graph.js';
import { WRITER } from '../../analytics/jobs/leases.js';
import { sweepWork } from '../../analytics/jobs/rebuild.js';
import type { Handlers } from '../../analytics/jobs/types.js';
import { startSchedule } from '../../analytics/jobs/week.js';
import { type Landing, openLanding } from '../../analytics/landing/landing.js';
import { createLedger } from '../../analytics/landing/ledger.js';
import { openDataSchema } from '../../analytics/landing/schema.js';
import { RingfenceError } from '../../analytics/model/errors.js';
import type { GraphStore } from '../../analytics/store/port.js';
import { bareAddress, readAddresses } from '../addresses.js';
import { createMonitor } from '../health/monitor.js';
import { observed } from '../health/observed.js';
import { createScheduleMemory } from '../records/history.js';
import { openServerRecords } from '../records/open.js';
import { createSelfTests } from '../records/selfTests.js';
import { bindVolume } from '../records/volume.js';
import { createWorkers, type Workers } from '../records/workers.js';
import type { OpenOptions, OwnedServices } from '../wiring.js';
import { landingProbe, queueProbe } from './probes.js';
import { handlersOn, threadsOf } from './shared.js';
import { type Patience, waitFor } from './wait.js';

/** A command stands beside a person: it says soon that a server is away. */
const COMMAND_WAIT_SECONDS = 15;
const LOOK_FOR_WORKER_MS = 3_000;
const LOAD_AGAIN_MS = 5_000;
const LEASE_MS = 15_000;
/** Closing waits for servers that may be away; what is left ends by itself. */
const CLOSE_MS = 8_000;

/**
 * Opens the program on its servers: any number of processes at once, sharing the volume `dataDir`.
 * Nothing is owned; what must not overlap is kept apart by the records.
 */
export async function openOnServers(options: OpenOptions): Promise<OwnedServices> {
  const { env, dataDir, inbox, warn, role } = options;
  const addresses = readAddresses(env);
  const patience: Patience = {
    seconds: role === 'command' ? COMMAND_WAIT_SECONDS : env.RINGFENCE_START_WAIT,
    signal: options.signal,
    say: warn,
  };
  const opened: Array<() => Promise<unknown>> = [];
  const ending = new AbortController();
  async function close(): Promise<void> {
    ending.abort();
    for (const one of opened.splice(0).reverse()) await within(CLOSE_MS, one());
  }
  try {
    const records = await waitFor(
      `PostgreSQL at ${bareAddress(addresses.postgres)}`,
      () => openServerRecords(addresses.postgres),
      patience,
    );
    opened.push(() => records.close());
    const mark = await bindVolume(records.db, dataDir);
    await openDataSchema(dataDir);
    const { openNeo4jStore } = await import('../../analytics/store/neo4j/store.js');
    const graph = await waitFor(
      `Neo4j at ${addresses.neo4j.url}`,
      () => openNeo4jStore({ ...addresses.neo4j, scratch: join(dataDir, 'tmp') }),
      patience,
    );
    opened.push(() => graph.close());
    const landing = await openLanding({
      dir: dataDir,
      ledger: createLedger(records.db),
      exclusive: false,
    });
    opened.push(() => landing.close());
    let connecting: Promise<Connection> | undefined;
    const connect = () => {
      connecting ??= addresses.redis
        ? connectRedis(addresses.redis)
        : connectPostgres(records.pool);
      return connecting;
    };
    const jobRecords = createJobRecords(records.db);
    const selfTests = createSelfTests(records.db);
    const askSelfTest = (run: string) => jobs.enqueue('self-test', { run });
    const handlers = handlersOn({
      ...{ landing, graph, db: records.db, inbox, selfTests, askSelfTest, env },
    });
    // What only reads does without the queue.
    const { jobs, opened: openedJobs } = lazyJobs(async () => {
      const connection = await connect();
      for (const text of connection.warnings) warn(text);
      return openJobs({
        connection,
        records: jobRecords,
        handlers: observed(seeingTheTables(handlers), (end) => options.ended?.(end)),
        parts: threadsOf(env),
        alone: false,
      });
    });
    if (role !== 'command') await openedJobs();
    const present = createWorkers(records.db);
    const monitor = createMonitor(
      {
        graph: { engine: 'Neo4j', look: async () => void (await graph.version()) },
        records: {
          engine: 'PostgreSQL',
          look: async () => void (await records.pool.query('SELECT 1')),
        },
        queue: queueProbe(
          addresses.redis !== undefined,
          async () => (await connect()).ping(),
          present,
        ),
        landing: landingProbe(dataDir, mark),
      },
      options.changed ? { changed: options.changed } : {},
    );
    if (role !== 'command') monitor.start();
    opened.push(async () => monitor.close());

    let resting: Promise<void> | undefined;
    const rested: Array<() => Promise<unknown>> = [];
    const rest = () => {
      resting ??= (async () => {
        ending.abort();
        // The schedule gives up first what it would else put into a queue that closes.
        for (const one of rested.splice(0).reverse()) await within(CLOSE_MS, one());
        await within(CLOSE_MS, jobs.close());
      })();
      return resting;
    };
    opened.push(rest);

    let working: Promise<void> | undefined;
    async function beWorker(): Promise<void> {
      const presence = present.announce();
      rested.push(() => presence.leave());
      const { unfinished, start } = await openedJobs();
      await sweepWork(dataDir, unfinished).catch(() => {});
      await start();
      void loadOn(landing, graph, jobRecords, ending.signal, warn);
    }

    return {
      env,
      dataDir,
      demo: false,
      inbox,
      landing,
      graph,
      jobs,
      selfTests,
      monitor,
      queues: async () => (await openedJobs()).queues,
      work() {
        working ??=
          role === 'command'
            ? standIn(present, async () => (await openedJobs()).start(), ending.signal)
            : beWorker();
        return working;
      },
      async schedule() {
        const schedule = await startSchedule({
          connection: await connect(),
          jobs: await openedJobs(),
          pattern: env.RINGFENCE_SCHEDULE,
          memory: createScheduleMemory(records.db),
          alone: false,
        });
        rested.push(() => schedule.close());
      },
      rest,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A command works itself while no worker is there, so that it is answered all the same. */
async function standIn(
  present: Workers,
  start: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (!(await present.alive())) return start();
  const timer = setInterval(async () => {
    const alive = await present.alive().catch(() => true);
    if (alive || signal.aborted) return;
    clearInterval(timer);
    await start().catch(() => {});
  }, LOOK_FOR_WORKER_MS).unref();
  signal.addEventListener('abort', () => clearInterval(timer));
}

/** What a crash left the graph behind by is made good, with the right that jobs have one at a time. */
async function loadOn(
  landing: Landing,
  graph: GraphStore,
  { leases }: JobRecords,
  signal: AbortSignal,
  warn: (text: string) => void,
): Promise<void> {
  for (let said = false; !signal.aborted; ) {
    try {
      if ((await graph.version()) >= (await landing.version())) return;
      const stop = new AbortController();
      const stopping = AbortSignal.any([signal, stop.signal]);
      await leases.hold(WRITER, { ms: LEASE_MS, signal: stopping, lost: () => stop.abort() }, () =>
        loadGraph(landing, graph, { signal: stopping }),
      );
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!said) warn(`The graph does not show the newest imports: ${(error as Error).message}`);
      said = true;
      await new Promise((resolve) => setTimeout(resolve, LOAD_AGAIN_MS).unref());
    }
  }
}

/** Whoever asks for an import and whoever does it may see different directories. */
function seeingTheTables(handlers: Handlers): Handlers {
  const { import: importOne } = handlers;
  if (typeof importOne !== 'function') return handlers;
  return {
    ...handlers,
    import: async (payload, ctx) => {
      if (existsSync(payload.dir)) return importOne(payload, ctx);
      throw new RingfenceError(
        'invalid',
        `${payload.dir} is not there for the worker on ${hostname()}`,
        'Put the tables where every worker sees them under the same path, e.g. into RINGFENCE_INBOX or RINGFENCE_DATA.',
      );
    },
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
