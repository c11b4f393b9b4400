import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * One process owns a data directory. The lock is a file that appears whole (written aside, then
 * linked under its name, which fails when the name is taken) and says who holds it.
 *
 * A stale lock is replaced, never deleted: to replace it a process first takes a second lock whose
 * name contains the stale one's token, looks again, and renames its own file over it. Whoever comes
 * late either fails to take the second lock or sees that the token has changed. The second lock is
 * taken by this same function, so a process that dies while taking over blocks nobody either.
 */
const Holder = z.object({
  pid: z.number().int(),
  /** When the process started, as the system tells it: a pid alone is used again. */
  started: z.string(),
  /** Where a pid means this process: machine, boot and pid namespace. */
  place: z.string(),
  /** Unix socket on which the holder takes commands. */
  socket: z.string(),
  /** What the holder runs, for messages. */
  command: z.string(),
  token: z.string(),
});
export type Holder = z.infer<typeof Holder>;

export interface Lock {
  readonly holder: Holder;
  release(): void;
}

const HEARTBEAT_MS = 2_000;
const SILENT_MS = 15_000;
export const LOCK_FILE = 'ringfence.lock';

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Start time of a process in this place; undefined when there is none. */
function startOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  // Field 22; the second is a name in brackets that may hold anything. A zombie (Z) runs no more.
  if (stat) {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  }
  if (process.platform === 'linux') return undefined;
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

function place(): string {
  const boot = readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    /* not Linux */
  }
  return [hostname(), boot, namespace].join('|');
}

function isAlive(holder: Holder, path: string): boolean {
  if (holder.place === place()) return startOf(holder.pid) === holder.started;
  // Another container or machine on the same volume, or before a restart: only its heartbeat tells.
  try {
    return Date.now() - statSync(path).mtimeMs < SILENT_MS;
  } catch {
    return false;
  }
}

/** Who holds the lock at `path`; undefined when it is free. A file that is no lock counts as stale. */
function read(path: string): { holder: Holder; alive: boolean } | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    const holder = Holder.parse(JSON.parse(text));
    return { holder, alive: isAlive(holder, path) };
  } catch {
    const token = `broken-${text.length}`;
    const holder = { pid: 0, started: '', place: '', socket: '', command: '', token };
    return { holder, alive: false };
  }
}

/** The living owner of a data directory, if any. */
export function ownerOf(dataDir: string): Holder | undefined {
  const found = read(join(dataDir, LOCK_FILE));
  return found?.alive ? found.holder : undefined;
}

function take(path: string, mine: Holder): Holder | undefined {
  const aside = `${path}.${mine.token}.tmp`;
  writeFileSync(aside, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(aside, path);
        return undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const found = read(path);
      if (!found) continue;
      if (found.alive) return found.holder;
      const stale = found.holder.token;
      const second = `${path}.${stale}`;
      const other = take(second, { ...mine, token: randomBytes(8).toString('hex') });
      if (other) return other;
      try {
        if (read(path)?.holder.token === stale) {
          renameSync(aside, path);
          return undefined;
        }
      } finally {
        rmSync(second, { force: true });
      }
    }
  } finally {
    rmSync(aside, { force: true });
  }
}

/**
 * Takes the lock of `dataDir` (made if missing), or says who holds it. Nothing else in the
 * directory may be touched before.
 */
export function acquire(
  dataDir: string,
  what: { socket: string; command: string },
): Lock | { heldBy: Holder } {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, LOCK_FILE);
  const mine: Holder = {
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    place: place(),
    ...what,
    token: randomBytes(8).toString('hex'),
  };
  const heldBy = take(path, mine);
  if (heldBy) return { heldBy };
  const beat = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      /* the directory is gone; nothing to keep */
    }
  }, HEARTBEAT_MS).unref();
  return {
    holder: mine,
    release() {
      clearInterval(beat);
      if (read(path)?.holder.token === mine.token) rmSync(path, { force: true });
    },
  };
}
