import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { createWire } from './wire.js';

/** The embedded PostgreSQL of a data directory, behind the pool that a server would have. */
export interface Records {
  readonly pool: Pool;
  close(): Promise<void>;
}

/** Clients wait for the one session anyway; BullMQ keeps one for each queue, worker and listener. */
const CLIENTS_MAX = 40;

/**
 * Opens (first time: makes) `records/` in the data directory. The caller owns the directory: PGlite
 * does not lock it. One `search_path` serves all, so tables of ours are named with their schema.
 */
export async function openRecords(dataDir: string): Promise<Records> {
  const [{ PGlite }, { default: pg }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('pg'),
  ]);
  mkdirSync(dataDir, { recursive: true });
  const db = await PGlite.create({ dataDir: join(dataDir, 'records') });
  await db.exec('SET search_path TO bullmq, public');
  const wire = createWire(db);
  const pool = new pg.Pool({
    stream: () => wire.connect() as never,
    user: 'postgres',
    database: 'postgres',
    max: CLIENTS_MAX,
    keepAlive: true,
    idleTimeoutMillis: 0,
  });
  pool.on('error', () => {
    // An idle client whose stream ended while closing; the next query opens another.
  });
  return {
    pool,
    async close() {
      await pool.end();
      await wire.idle();
      await db.close();
    },
  };
}
