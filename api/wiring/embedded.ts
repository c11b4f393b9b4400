import { existsSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, connectPostgres } from '../../analytics/jobs/connection.js';
import { createJobRecords, lazyJobs, openJobs } from '../../analytics/jobs/engine.js';
import { loadGraph } from '../../analytics/jobs/graph.js';
import { sweepWork } from '../../analytics/jobs/rebuild.js';
import { startSchedule } from '../../analytics/jobs/week.js';
import { type Landing, openLanding } from '../../analytics/landing/landing.js';
import { createLedger } from '../../analytics/landing/ledger.js';
import { openDataSchema } from '../../analytics/landing/schema.js';
import { RingfenceError } from '../../analytics/model/errors.js';
import { createMonitor, type Probe } from '../health/monitor.js';
import { observed } from '../health/observed.js';
import { createScheduleMemory } from '../records/history.js';
import { openRecords } from '../records/open.js';
import { createSelfTests } from '../records/selfTests.js';
import { volumeMark } from '../records/volume.js';
import type { OpenOptions, OwnedServices } from '../wiring.js';
import { handlersOn, threadsOf } from './shared.js';

/** Marks a data directory as the sample district's; it is set before anything is in it. */
const DEMO_FILE = 'demo.json';

interface Closable {
  close(): Promise<void>;
}

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

/** Its ledger is elsewhere: here it would look like leftovers, and be swept away. */
function refuseVolume(dataDir: string): void {
  if (volumeMark(dataDir) === undefined) return;
  throw new RingfenceError(
    'conflict',
    `${dataDir} is the volume of a program on servers`,
    'Set NEO4J_URL and DATABASE_URL, or name another directory with --data.',
  );
}

/**
 * Opens a data directory that the caller owns. Everything that a crash left half way between two
 * stores is made good here: landing's leftovers are swept, and the graph is loaded on. A directory
 * that was a sample district's stays one.
 */
export async function openEmbedded(options: OpenOptions): Promise<OwnedServices> {
  const { env, dataDir, inbox } = options;
  const demo = options.demo ?? existsSync(join(dataDir, DEMO_FILE));
  const opened: Array<() => Promise<void>> = [];
  const close = async () => {
    for (const one of opened.splice(0).reverse()) await one();
  };
  try {
    refuseVolume(dataDir);
    await openDataSchema(dataDir);
    const { openDuckdbStore } = await import('../../analytics/store/duckdb/store.js');
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
    const selfTests = createSelfTests(records.db);
    const askSelfTest = (run: string) => jobs.enqueue('self-test', { run });
    const handlers = handlersOn({
      ...{ landing, graph, db: records.db, inbox, selfTests, askSelfTest, env },
    });
    const { jobs, opened: openedJobs } = lazyJobs(async () =>
      openJobs({
        connection: await connect(),
        records: createJobRecords(records.db),
        handlers: observed(handlers, (end) => options.ended?.(end)),
        parts: threadsOf(env),
        alone: true,
      }),
    );
    const database: Probe = {
      engine: 'PGlite',
      look: async () => void (await records.pool.query('SELECT 1')),
    };
    const monitor = createMonitor({
      graph: { engine: 'DuckDB', look: async () => void (await graph.version()) },
      records: database,
      queue: database,
      landing: {
        engine: 'directory',
        look: async () => void (await stat(join(dataDir, 'landing'))),
      },
    });
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
      selfTests,
      inbox,
      monitor,
      queues: async () => (await openedJobs()).queues,
      work() {
        working ??= (async () => {
          const { unfinished, start } = await openedJobs();
          await sweepWork(dataDir, unfinished);
          await start();
        })();
        return working;
      },
      async schedule() {
        scheduling ??= (async () =>
          startSchedule({
            connection: await connect(),
            jobs: await openedJobs(),
            pattern: env.RINGFENCE_SCHEDULE,
            memory: createScheduleMemory(records.db),
            alone: true,
          }))();
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
