import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { RingfenceError } from '../../analytics/model/errors.js';
import { appliedMigrations, isUpToDate, migrate, refuseNewer } from './migrate.js';
import type { Records } from './open.js';
import type { RecordTables } from './schema.js';

/** Of one process; BullMQ's PostgreSQL backend keeps one for each of its three workers. */
const CLIENTS_MAX = 16;
const CONNECT_MS = 5_000;
/** A server that is starting beside us is waited for. */
const PATIENCE_MS = 20_000;
/** Any number that is ours: who has it migrates, the others wait. */
const MIGRATION_LOCK = 4_717_202_611;

/** Classes and codes of PostgreSQL, and of the network, that say: not now. */
const AWAY =
  /^(08|57P0|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)/;
const AWAY_WORDS =
  /connection (terminated|error)|connection timeout|timeout exceeded|not queryable/i;

/** The error as it is meant: `unavailable` when the server is away, else itself. */
function meant(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  if (!AWAY.test(code ?? '') && !AWAY_WORDS.test(message ?? '')) return error;
  return new RingfenceError(
    'unavailable',
    `PostgreSQL is away: ${message || code}`,
    'It is asked again by itself; see that it runs and that DATABASE_URL is right.',
  );
}

/** The pool as our own queries use it, with errors that say what they mean. */
function speaking(pool: Pool): PostgresPool {
  const wrap = (client: PoolClient): PostgresPoolClient =>
    ({
      query: (...given: [string, unknown[]]) =>
        client.query(...given).catch((error) => {
          throw meant(error);
        }),
      release: () => client.release(),
    }) as unknown as PostgresPoolClient;
  return {
    connect: () =>
      pool.connect().then(wrap, (error) => {
        throw meant(error);
      }),
    end: () => pool.end(),
  };
}

/**
 * Opens the records on a PostgreSQL server that any number of processes share, and brings their
 * schema up to date; one process does, the others wait. Throws `conflict` for a newer schema. While
 * the server is away queries end with `unavailable`; when it is back they work again.
 */
export async function openServerRecords(url: string): Promise<Records> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: CLIENTS_MAX,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'ringfence',
    // As BullMQ's backend needs it on every connection; tables of ours are named with their schema.
    options: '-c search_path=bullmq,public',
  });
  // Every queue and worker of BullMQ hangs its own on it.
  pool.setMaxListeners(2 * CLIENTS_MAX);
  pool.on('error', () => {
    // An idle client whose server went; the next query opens another.
  });
  pool.on('connect', (client) => {
    client.on('error', () => {
      // One in use between two statements; the next of them fails and says so.
    });
  });
  const db = new Kysely<RecordTables>({ dialect: new PostgresDialect({ pool: speaking(pool) }) });
  let closed: Promise<void> | undefined;
  const records: Records = {
    pool,
    db,
    close() {
      closed ??= db.destroy();
      return closed;
    },
  };
  try {
    await prepare(records);
    return records;
  } catch (error) {
    await records.close();
    throw error;
  }
}

async function prepare({ pool, db }: Records): Promise<void> {
  const client = await patiently(() => pool.connect());
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const applied = await appliedMigrations(db);
    refuseNewer(applied, 'The database of DATABASE_URL');
    if (!isUpToDate(applied)) await migrate(db);
    await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } catch (error) {
    throw meant(error);
  } finally {
    // Ended, so that a lock that was not given back goes with it.
    client.release(true);
  }
}

async function patiently<T>(connect: () => Promise<T>): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      const said = meant(error);
      if (!(said instanceof RingfenceError) || Date.now() > until) throw said;
      await sleep(500);
    }
  }
}
