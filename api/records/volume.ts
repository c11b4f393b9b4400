import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { RingfenceError } from '../../analytics/model/errors.js';

/** Says to which database a volume belongs. */
export const VOLUME_FILE = 'volume.json';

const refused = (message: string, remedy: string) =>
  new RingfenceError('conflict', message, remedy);

/** The mark on a volume; undefined where there is none. */
export function volumeMark(dataDir: string): string | undefined {
  const path = join(dataDir, VOLUME_FILE);
  if (!existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, 'utf8')) as { id: string }).id;
}

/**
 * Ties the volume to the records, the first time, and refuses any other afterwards: the ledger in
 * PostgreSQL speaks of the rows on this volume, and a process that saw another directory would write
 * where nobody reads and sweep away what it does not know. Returns the mark.
 */
export async function bindVolume<DB>(records: Kysely<DB>, dataDir: string): Promise<string> {
  const db = records as unknown as Kysely<unknown>;
  mkdirSync(dataDir, { recursive: true });
  if (existsSync(join(dataDir, 'records')))
    throw refused(
      `${dataDir} was filled without servers; its ledger is not in this database`,
      'Name an empty directory with RINGFENCE_DATA and import the tables again.',
    );
  const known = await markOf(db);
  const found = volumeMark(dataDir);
  if (found !== undefined && found === known) return found;
  if (found !== undefined)
    throw refused(
      `${dataDir} belongs to another database`,
      'Correct RINGFENCE_DATA or DATABASE_URL; after a loss, restore both from one backup.',
    );
  if (known !== undefined && (await anyImport(db)))
    throw refused(
      `${dataDir} is not the volume that this database speaks of`,
      'Mount the volume that the other processes see, or correct RINGFENCE_DATA.',
    );
  const landing = join(dataDir, 'landing');
  if (known === undefined && existsSync(landing) && readdirSync(landing).length > 0)
    throw refused(`${dataDir} holds rows that this database does not know`, 'Name an empty one.');
  const mark = known ?? (await chooseMark(db));
  const aside = join(dataDir, `${VOLUME_FILE}.${randomUUID()}`);
  writeFileSync(aside, `${JSON.stringify({ id: mark })}\n`);
  renameSync(aside, join(dataDir, VOLUME_FILE));
  return mark;
}

async function markOf(db: Kysely<unknown>): Promise<string | undefined> {
  const found = await sql<{ mark: string }>`SELECT mark FROM ringfence.volume`.execute(db);
  return found.rows[0]?.mark;
}

/** Of several processes that start at once, all get the first one's. */
async function chooseMark(db: Kysely<unknown>): Promise<string> {
  await sql`INSERT INTO ringfence.volume (id, mark) VALUES (1, ${randomUUID()})
    ON CONFLICT DO NOTHING`.execute(db);
  return (await markOf(db)) ?? '';
}

async function anyImport(db: Kysely<unknown>): Promise<boolean> {
  return (await sql`SELECT 1 FROM ringfence.imports LIMIT 1`.execute(db)).rows.length > 0;
}
