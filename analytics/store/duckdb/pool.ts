import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import { RingfenceError } from '../../model/errors.js';

/** One statement's way to DuckDB; integers come back as numbers, exact to 2^53. */
export interface Session {
  run(sql: string, params?: readonly DuckDBValue[]): Promise<void>;
  rows<T>(sql: string, params?: readonly DuckDBValue[]): Promise<T[]>;
  readonly connection: DuckDBConnection;
}

/**
 * Connections of one database file: any number of readers, each in a snapshot of its own, beside
 * one writer at a time.
 */
export interface Pool {
  read<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Runs alone among writers, in one transaction: committed when `work` returns. */
  write<T>(work: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T>;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly path: string;
  readonly memoryLimit: string;
  readonly threads?: number;
}

/** More than this many readers wait: each of DuckDB's queries uses every core it gets. */
const READERS = 4;

function session(connection: DuckDBConnection): Session {
  return {
    connection,
    async run(sql, params) {
      await connection.run(sql, params?.length ? [...params] : undefined);
    },
    async rows<T>(sql: string, params?: readonly DuckDBValue[]) {
      const reader = await connection.runAndReadAll(sql, params?.length ? [...params] : undefined);
      const rows = reader.getRowObjectsJS() as Array<Record<string, unknown>>;
      for (const row of rows)
        for (const key in row) if (typeof row[key] === 'bigint') row[key] = Number(row[key]);
      return rows as T[];
    },
  };
}

/** Name under which the file is attached. */
export const CATALOG = 'graph';

/**
 * Small row groups: a question about one node reads the few that its key can be in, and their
 * smallest and greatest values are what finds them.
 */
const ROW_GROUP = 16_384;

async function open(options: PoolOptions): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  mkdirSync(dirname(options.path), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
    memory_limit: options.memoryLimit,
    temp_directory: `${options.path}.tmp`,
    ...(options.threads ? { threads: String(options.threads) } : {}),
  });
  const connection = await instance.connect();
  try {
    const path = options.path.replaceAll("'", "''");
    await connection.run(`ATTACH '${path}' AS ${CATALOG} (ROW_GROUP_SIZE ${ROW_GROUP})`);
    return instance;
  } catch (error) {
    instance.closeSync();
    throw new RingfenceError(
      'unavailable',
      `The graph store ${options.path} cannot be opened: ${(error as Error).message}`,
      'If the file is damaged, move it away: imports load it again from landing.',
    );
  } finally {
    connection.closeSync();
  }
}

export async function openPool(options: PoolOptions): Promise<Pool> {
  const instance = await open(options);
  const idle: Session[] = [];
  const waiting: Array<(s: Session) => void> = [];
  const all: DuckDBConnection[] = [];
  let readers = 0;
  let writing: Promise<unknown> = Promise.resolve();
  let closed = false;

  const refuseWhenClosed = () => {
    if (closed) throw new RingfenceError('unavailable', 'The graph store is closed');
  };
  async function connect(): Promise<Session> {
    const connection = await instance.connect();
    await connection.run(`USE ${CATALOG}`);
    all.push(connection);
    return session(connection);
  }
  async function acquire(): Promise<Session> {
    const free = idle.pop();
    if (free) return free;
    if (readers < READERS) {
      readers++;
      return connect();
    }
    return new Promise((resolve) => waiting.push(resolve));
  }
  function release(s: Session): void {
    const next = waiting.shift();
    if (next) next(s);
    else idle.push(s);
  }
  async function transaction<T>(s: Session, work: (s: Session) => Promise<T>): Promise<T> {
    await s.run('BEGIN TRANSACTION');
    try {
      const result = await work(s);
      await s.run('COMMIT');
      return result;
    } catch (error) {
      await s.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
  const writer = await connect();

  return {
    async read(work) {
      refuseWhenClosed();
      const s = await acquire();
      try {
        return await transaction(s, work);
      } finally {
        release(s);
      }
    },
    write(work, signal) {
      refuseWhenClosed();
      const run = async () => {
        const interrupt = () => writer.connection.interrupt();
        signal?.addEventListener('abort', interrupt);
        try {
          if (signal?.aborted) throw new RingfenceError('cancelled', 'Cancelled');
          return await transaction(writer, work);
        } catch (error) {
          if (signal?.aborted) throw new RingfenceError('cancelled', 'Cancelled');
          throw error;
        } finally {
          signal?.removeEventListener('abort', interrupt);
        }
      };
      const result = writing.then(run, run);
      writing = result.catch(() => undefined);
      return result;
    },
    async close() {
      if (closed) return;
      closed = true;
      await writing;
      while (idle.length < readers) {
        // A reader that is still out comes back through `waiting`.
        const s = await new Promise<Session>((resolve) => waiting.push(resolve));
        idle.push(s);
      }
      for (const connection of all) connection.closeSync();
      instance.closeSync();
    },
  };
}
