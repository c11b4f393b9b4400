import { type Kysely, Migrator, sql } from 'kysely';
import { RingfenceError } from '../../analytics/model/errors.js';
import { migrationProvider, migrations, type RecordTables } from './schema.js';

/** Names of the steps that a database has been taken through; none for a new one. */
export async function appliedMigrations(db: Kysely<RecordTables>): Promise<string[]> {
  const found = await sql<{ there: string | null }>`
    SELECT to_regclass('ringfence.kysely_migration') AS there`.execute(db);
  if (!found.rows[0]?.there) return [];
  const names = await sql<{ name: string }>`
    SELECT name FROM ringfence.kysely_migration ORDER BY name`.execute(db);
  return names.rows.map((row) => row.name);
}

/** Throws `conflict` where a newer program made `what`. */
export function refuseNewer(applied: readonly string[], what: string): void {
  const unknown = applied.filter((name) => !(name in migrations));
  if (unknown.length > 0)
    throw new RingfenceError(
      'conflict',
      `${what} was written by a newer version of Ringfence (${unknown.join(', ')})`,
      'Use that version, or another data directory.',
    );
}

export function isUpToDate(applied: readonly string[]): boolean {
  return applied.length === Object.keys(migrations).length;
}

export async function migrate(db: Kysely<RecordTables>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: migrationProvider,
    migrationTableSchema: 'ringfence',
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
