import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import { resource } from '../../analytics/model/resources.js';
import { appliedMigrations, isUpToDate, migrate, refuseNewer } from './migrate.js';
import type { RecordTables } from './schema.js';
import { createWire } from './wire.js';

export { openServerRecords } from './server.js';

/** PostgreSQL, embedded in the process or a server: the same pool and the same schema. */
export interface Records {
  readonly pool: Pool;
  readonly db: Kysely<RecordTables>;
  close(): Promise<void>;
}

/** Clients wait for the one session anyway; BullMQ keeps one for each queue, worker and listener. */
const CLIENTS_MAX = 40;
const FOLDER = 'records';

/**
 * Opens (first time: makes) the records of a data directory and brings their schema up to date: an
 * older one after a copy beside it, a newer one is refused. The caller owns the directory: PGlite
 * does not lock it. One `search_path` serves all, so tables of ours are named with their schema.
 */
export async function openRecords(dataDir: string): Promise<Records> {
  const folder = join(dataDir, FOLDER);
  if (!existsSync(folder)) copyAside(resource('dist/records'), folder);
  const records = await openDatabase(folder);
  try {
    const applied = await appliedMigrations(records.db);
    refuseNewer(applied, dataDir);
    if (isUpToDate(applied)) return records;
    if (applied.length === 0) {
      await migrate(records.db);
      return records;
    }
    await records.close();
    copyAside(folder, `${folder}-before-${applied.length}`);
  } catch (error) {
    await records.close();
    throw error;
  }
  const again = await openDatabase(folder);
  await migrate(again.db);
  return again;
}

/** Whole or not at all: a cluster has many files, and a copy that a crash cut short has another name. */
function copyAside(from: string, to: string): void {
  if (existsSync(to)) return;
  rmSync(`${to}.part`, { recursive: true, force: true });
  cpSync(from, `${to}.part`, { recursive: true });
  renameSync(`${to}.part`, to);
}

async function openDatabase(folder: string): Promise<Records> {
  const [{ PGlite }, { default: pg }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('pg'),
  ]);
  const lite = await PGlite.create({ dataDir: folder });
  await lite.exec('SET search_path TO bullmq, public');
  const wire = createWire(lite);
  const pool = new pg.Pool({
    stream: () => wire.connect() as never,
    user: 'postgres',
    database: 'postgres',
    max: CLIENTS_MAX,
    keepAlive: true,
    idleTimeoutMillis: 0,
  });
  // Every queue, worker and listener of BullMQ hangs its own on it.
  pool.setMaxListeners(2 * CLIENTS_MAX);
  pool.on('error', () => {
    // An idle client whose stream ended while closing; the next query opens another.
  });
  const db = new Kysely<RecordTables>({ dialect: new PostgresDialect({ pool }) });
  let closed: Promise<void> | undefined;
  return {
    pool,
    db,
    close() {
      closed ??= (async () => {
        await db.destroy();
        await wire.idle();
        await lite.close();
      })();
      return closed;
    },
  };
}
