import { randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { RingfenceError } from '../model/errors.js';
import { syncPath } from './files.js';

/** Version of the layout of the data directory that this program writes. */
export const DATA_SCHEMA = 1;

/** Takes a data directory from the version before its key's to its key's. */
export type DataMigrations = Readonly<Record<number, (dataDir: string) => void | Promise<void>>>;

const FILE = 'schema.json';
/** What a copy need not have: it is made again. */
const PASSING = new Set(['tmp', 'backups', 'ringfence.lock', 'ringfence.sock']);

/**
 * Checks the data directory's schema version before anything in it is touched, by its owner. A new
 * directory is marked; an older one is copied to `backups/schema-<n>` inside it and migrated; a
 * newer one is refused with `conflict`. Returns the path of the copy, if one was made.
 */
export async function openDataSchema(
  dataDir: string,
  target = DATA_SCHEMA,
  migrations: DataMigrations = {},
): Promise<string | undefined> {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, FILE);
  if (!existsSync(path)) {
    mark(dataDir, target);
    return undefined;
  }
  const found = read(path);
  if (found === target) return undefined;
  if (found > target)
    throw new RingfenceError(
      'conflict',
      `${dataDir} was written by a newer program (schema ${found}, this one knows ${target})`,
      'Use the newer program, or another data directory',
    );
  const copy = join(dataDir, 'backups', `schema-${found}`);
  if (!existsSync(copy)) {
    const making = `${copy}.making`;
    for (const name of readdirSync(dataDir))
      if (!PASSING.has(name)) cpSync(join(dataDir, name), join(making, name), { recursive: true });
    renameSync(making, copy);
  }
  for (let version = found + 1; version <= target; version++) {
    await migrations[version]?.(dataDir);
    mark(dataDir, version);
  }
  return copy;
}

function read(path: string): number {
  try {
    const { schema } = JSON.parse(readFileSync(path, 'utf8')) as { schema?: unknown };
    if (Number.isSafeInteger(schema) && (schema as number) > 0) return schema as number;
  } catch {
    // refused below, as anything else that is no version
  }
  throw new RingfenceError(
    'conflict',
    `${path} does not say a schema version`,
    'Restore the file, or use another data directory',
  );
}

/** Written beside and renamed, so that a crash leaves the old or the new; by several at once, too. */
function mark(dataDir: string, version: number): void {
  const path = join(dataDir, FILE);
  const making = `${path}.${randomUUID()}`;
  writeFileSync(making, `${JSON.stringify({ schema: version })}\n`);
  syncPath(making);
  renameSync(making, path);
  syncPath(dataDir);
}
