import type { BackendFactory, IQueueBackend } from 'bullmq';
import type { Pool } from 'pg';

/** What every queue, worker and listener is made with: options and, last, BullMQ's backend. */
export interface Connection {
  readonly options: { connection: never };
  readonly factory: BackendFactory<IQueueBackend, never>;
  readonly close: () => Promise<void>;
}

/**
 * BullMQ on PostgreSQL, through a pool that the caller keeps. Makes or migrates the schema `bullmq`,
 * which must be first in the pool's search_path. Every queue, worker and listener holds one client.
 */
export async function connectPostgres(pool: Pool): Promise<Connection> {
  const { createPostgresBackend, runMigrations } = await import('bullmq');
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
  return {
    options: { connection: pool as never },
    factory: createPostgresBackend as unknown as BackendFactory<IQueueBackend, never>,
    close: async () => {},
  };
}
