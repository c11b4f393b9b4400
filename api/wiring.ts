import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Connection, connectPostgres } from '../analytics/jobs/connection.js';
import { KEPT_JOBS, lazyJobs, openJobs } from '../analytics/jobs/engine.js';
import { loadGraph } from '../analytics/jobs/graph.js';
import { sweepWork } from '../analytics/jobs/rebuild.js';
import { isFinal, type JobService } from '../analytics/jobs/types.js';
import { createInbox, startSchedule } from '../analytics/jobs/week.js';
import { createHandlers } from '../analytics/jobs/work.js';
import { type Landing, openLanding } from '../analytics/landing/landing.js';
import { createLedger } from '../analytics/landing/ledger.js';
import { openDataSchema } from '../analytics/landing/schema.js';
import { RingfenceError } from '../analytics/model/errors.js';
import { packageRoot } from '../analytics/model/resources.js';
import type { GraphStore } from '../analytics/store/port.js';
import type { Env } from './env.js';
import { createInboxMemory, createRunLog } from './records/history.js';
import { openRecords } from './records/open.js';

/** The parts of the program, picked once from the environment; routes and commands get them. */
export interface Services {
  readonly env: Env;
  /** Absolute. */
  readonly dataDir: string;
  /** True for the sample district: real data is refused. */
  readonly demo: boolean;
  readonly landing: Landing;
  readonly graph: GraphStore;
  readonly jobs: JobService;
  /** Absolute path of RINGFENCE_INBOX, where set. */
  readonly inbox: string | undefined;
}

/** What only the owner of the process may do with them. */
export interface OwnedServices extends Services {
  /** Lets jobs run in this process; again does nothing. */
  work(): Promise<void>;
  /** Lets the week run by itself. */
  schedule(): Promise<void>;
  /** Puts running jobs back into the queue and tells everybody who waits for one. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

/** Marks a data directory as the sample district's; it is set before anything is in it. */
const DEMO_FILE = 'demo.json';

/** Counties screened side by side at most: each holds its own columns in memory. */
const THREADS_MAX = 4;

/** Opens two at once; where one fails the other is closed again. */
async function bothOrNone<A extends Closable, B extends Closable>(
  one: Promise<A>,
  other: Promise<B>,
): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([one, other]);
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value];
  if (a.status === 'fulfilled') await a.value.close();
  if (b.status === 'fulfilled') await b.value.close();
  throw a.status === 'rejected' ? a.reason : (b as PromiseRejectedResult).reason;
}

interface Closable {
  close(): Promise<void>;
}

async function markDemo(dataDir: string, landing: Landing): Promise<void> {
  const mark = join(dataDir, DEMO_FILE);
  if (existsSync(mark)) return;
  if ((await landing.imports()).length > 0)
    throw new RingfenceError(
      'conflict',
      `${dataDir} holds real data, which is no place for the sample district`,
      'Start the demonstration with another --data.',
    );
  writeFileSync(mark, '{}\n');
}

function programVersion(): string {
  const file = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

/**
 * Opens a data directory that the caller owns. Everything that a crash left half way between two
 * stores is made good here: landing's leftovers are swept, and the graph is loaded on. A directory
 * that was a sample district's stays one.
 */
export async function openServices(options: {
  readonly env: Env;
  readonly dataDir: string;
  readonly inbox: string | undefined;
  readonly demo?: boolean;
  readonly warn: (text: string) => void;
}): Promise<OwnedServices> {
  const { env, dataDir, inbox } = options;
  const demo = options.demo ?? existsSync(join(dataDir, DEMO_FILE));
  const opened: Array<() => Promise<void>> = [];
  const close = async () => {
    for (const one of opened.splice(0).reverse()) await one();
  };
  try {
    await openDataSchema(dataDir);
    const { openDuckdbStore } = await import('../analytics/store/duckdb/store.js');
    const [records, graph] = await bothOrNone(
      openRecords(dataDir),
      openDuckdbStore({ path: join(dataDir, 'graph', 'graph.duckdb') }),
    );
    opened.push(
      () => records.close(),
      () => graph.close(),
    );
    const landing = await openLanding({
      dir: dataDir,
      ledger: createLedger(records.db),
      exclusive: true,
    });
    opened.push(() => landing.close());
    if (demo) await markDemo(dataDir, landing);
    await loadGraph(landing, graph, {}).catch((error: Error) => {
      // Findings can be read all the same; the next import or start tries again.
      options.warn(`The graph does not show the newest imports: ${error.message}`);
    });
    let connection: Promise<Connection> | undefined;
    const connect = () => {
      connection ??= connectPostgres(records.pool);
      return connection;
    };
    const { jobs, opened: openedJobs } = lazyJobs(async () =>
      openJobs({
        connection: await connect(),
        handlers: createHandlers({
          landing,
          graph,
          runLog: createRunLog(records.db),
          inbox: createInbox(inbox, createInboxMemory(records.db)),
          pinned: async () => ({ settlements: [], runs: [] }),
          code: programVersion(),
        }),
        parts: env.RINGFENCE_THREADS ?? Math.min(THREADS_MAX, availableParallelism()),
        alone: true,
      }),
    );
    let working: Promise<void> | undefined;
    let scheduling: Promise<{ close(): Promise<void> }> | undefined;
    let resting: Promise<void> | undefined;
    const rest = () => {
      resting ??= (async () => {
        // What is half open can be closed only when it is open.
        const [schedule] = await Promise.allSettled([scheduling, working]);
        if (schedule.status === 'fulfilled') await schedule.value?.close();
        await jobs.close();
      })();
      return resting;
    };
    opened.push(rest);
    return {
      env,
      dataDir,
      demo,
      landing,
      graph,
      jobs,
      inbox,
      work() {
        working ??= (async () => {
          const { list, start } = await openedJobs();
          const unfinished = (await list(KEPT_JOBS)).filter((job) => !isFinal(job.state));
          sweepWork(dataDir, new Set(unfinished.map((job) => job.id)));
          await start();
        })();
        return working;
      },
      async schedule() {
        scheduling ??= (async () =>
          startSchedule(await connect(), await openedJobs(), env.RINGFENCE_SCHEDULE))();
        await scheduling;
      },
      rest,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
