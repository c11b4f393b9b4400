import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import type { Pool } from 'pg';
import { RingfenceError } from '../../analytics/model/errors.js';
import { migrationProvider, migrations, type RecordTables } from './schema.js';
import { createWire } from './wire.js';

/** The embedded PostgreSQL of a data directory, behind the pool that a server would have. */
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
  if (!existsSync(folder)) await makeDatabase(folder);
  const records = await openDatabase(folder);
  try {
    const applied = await appliedMigrations(records.db);
    const unknown = applied.filter((name) => !(name in migrations));
    if (unknown.length > 0)
      throw new RingfenceError(
        'conflict',
        `${dataDir} was written by a newer version of Ringfence (${unknown.join(', ')})`,
        'Use that version, or another data directory.',
      );
    if (applied.length === Object.keys(migrations).length) return records;
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

/** Whole or not at all: a copy that a crash cut short has another name. */
function copyAside(from: string, to: string): void {
  if (existsSync(to)) return;
  rmSync(`${to}.part`, { recursive: true, force: true });
  cpSync(from, `${to}.part`, { recursive: true });
  renameSync(`${to}.part`, to);
}

/** A database cluster has many files: one whose making a crash cut short has another name. */
async function makeDatabase(folder: string): Promise<void> {
  const { PGlite } = await import('@electric-sql/pglite');
  const making = `${folder}.part`;
  rmSync(making, { recursive: true, force: true });
  await (await PGlite.create({ dataDir: making })).close();
  renameSync(making, folder);
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

async function appliedMigrations(db: Kysely<RecordTables>): Promise<string[]> {
  const found = await sql<{ there: string | null }>`
    SELECT to_regclass('ringfence.kysely_migration') AS there`.execute(db);
  if (!found.rows[0]?.there) return [];
  const names = await sql<{ name: string }>`
    SELECT name FROM ringfence.kysely_migration ORDER BY name`.execute(db);
  return names.rows.map((row) => row.name);
}

async function migrate(db: Kysely<RecordTables>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: migrationProvider,
    migrationTableSchema: 'ringfence',
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
