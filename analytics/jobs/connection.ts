import type { BackendFactory, IQueueBackend } from 'bullmq';
import type { Pool } from 'pg';
import { RingfenceError } from '../model/errors.js';

/** What queues and workers are made with: options and, last, BullMQ's backend. */
export interface Connection {
  /** What asks should hear at once that the queue is away. */
  readonly queue: { connection: never };
  /** What works should wait until it is back. */
  readonly worker: { connection: never };
  readonly factory: BackendFactory<IQueueBackend, never>;
  /** Settings under which jobs would have to be taken from the records again, in words. */
  readonly warnings: readonly string[];
  /** Throws `unavailable` when the queue cannot be reached now. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const BLOCK_SECONDS_MAX = 2;

/**
 * BullMQ on PostgreSQL, through a pool that the caller keeps. Makes or migrates the schema `bullmq`,
 * which must be first in the pool's search_path. Every worker holds one client.
 */
export async function connectPostgres(pool: Pool): Promise<Connection> {
  const { createPostgresBackend, runMigrations } = await import('bullmq');
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
  const options = { connection: pool as never };
  const create = createPostgresBackend as unknown as BackendFactory<IQueueBackend, never>;
  const factory: typeof create = (...given) => {
    const backend = create(...given);
    // After an outage a worker would wait an hour to be notified, and miss what became due meanwhile.
    Object.defineProperty(backend, 'maximumBlockTimeout', { value: BLOCK_SECONDS_MAX });
    return backend;
  };
  return {
    queue: options,
    worker: options,
    factory,
    warnings: [],
    async ping() {
      await pool.query('SELECT 1').catch((error: Error) => {
        throw new RingfenceError('unavailable', `The queue is away: ${error.message}`);
      });
    },
    close: async () => {},
  };
}

const CONNECT_MS = 5_000;
const COMMAND_MS = 5_000;
/** A restarted server is found again within this. */
const RECONNECT_MS_MAX = 2_000;

/**
 * BullMQ on Redis. Does not fail when Redis is away: jobs are kept in the records until it is there,
 * and a warning says so. Warns where Redis may forget: what it forgets is put in again all the same.
 */
export async function connectRedis(url: string): Promise<Connection> {
  const [{ Redis }, { createRedisBackend }] = await Promise.all([
    import('ioredis'),
    import('bullmq'),
  ]);
  const common = {
    connectTimeout: CONNECT_MS,
    retryStrategy: (times: number) => Math.min(100 * 2 ** Math.min(times, 6), RECONNECT_MS_MAX),
  };
  // As BullMQ's guide to production asks: what works waits for ever, what asks fails fast.
  const working = new Redis(url, { ...common, maxRetriesPerRequest: null });
  const asking = new Redis(url, {
    ...common,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: COMMAND_MS,
  });
  const away = (error: Error) =>
    new RingfenceError(
      'unavailable',
      `Redis is away: ${error.message}`,
      'Jobs are kept, and go on when it is back.',
    );
  let last: Error = new Error('no answer');
  for (const client of [working, asking]) {
    client.on('error', (error: Error) => {
      // It reconnects by itself; who asks meanwhile is told.
      last = error;
    });
  }
  async function ping(): Promise<void> {
    if (asking.status !== 'ready') throw away(last);
    await asking.ping().catch((error: Error) => {
      throw away(error);
    });
  }
  const ready = new Promise<boolean>((resolve) => {
    asking.once('ready', () => resolve(true));
    setTimeout(() => resolve(false), CONNECT_MS).unref();
  });
  const warnings = (await ready)
    ? await settingsOf(async (name) => (await asking.config('GET', name)) as string[])
    : [away(last).message];
  return {
    queue: { connection: asking as never },
    worker: { connection: working as never },
    factory: createRedisBackend as unknown as BackendFactory<IQueueBackend, never>,
    warnings,
    ping,
    async close() {
      working.disconnect();
      asking.disconnect();
    },
  };
}

/** What of Redis's settings lets it forget jobs, in words. */
async function settingsOf(read: (name: string) => Promise<string[]>): Promise<string[]> {
  const wanted = {
    'maxmemory-policy': { value: 'noeviction', why: 'it may evict jobs' },
    appendonly: { value: 'yes', why: 'a restart forgets jobs' },
  };
  const warnings: string[] = [];
  for (const [name, { value, why }] of Object.entries(wanted)) {
    try {
      const [, found] = await read(name);
      if (found !== value)
        warnings.push(`Redis has ${name} ${found ?? 'unknown'}: ${why}. Set it to ${value}.`);
    } catch (error) {
      warnings.push(`Redis does not say its ${name}: ${(error as Error).message}`);
    }
  }
  return warnings;
}
