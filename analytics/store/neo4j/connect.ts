import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver, ManagedTransaction } from 'neo4j-driver';
import { RingfenceError, throwIfAborted } from '../../model/errors.js';
import { type Query, query } from './queries.js';

export interface Neo4jOptions {
  /** E.g. `bolt://127.0.0.1:7687`, or `neo4j://…` for a cluster. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** The server's default database when absent. */
  readonly database?: string;
  /** Where a load sorts what does not fit into memory; the system's when absent. */
  readonly scratch?: string;
}

/** One question inside a transaction; integers come back as numbers, exact to 2^53. */
export type Ask = <T extends object>(
  name: Query | { readonly text: string },
  params?: Readonly<Record<string, unknown>>,
) => Promise<T[]>;

/** The server, by managed transactions: what it may repeat is repeated, so `work` must be idempotent. */
export interface Neo4j {
  read<T>(work: (ask: Ask) => Promise<T>): Promise<T>;
  write<T>(work: (ask: Ask) => Promise<T>): Promise<T>;
  /** As `write`; a server that is away is waited for, up to two minutes. */
  patientWrite<T>(work: (ask: Ask) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Outside a transaction of ours: schema statements and `CALL … IN TRANSACTIONS`. */
  alone<T extends object>(text: string, params?: Readonly<Record<string, unknown>>): Promise<T[]>;
  /** Rows as they come, for answers that memory should not hold. */
  stream<T extends object>(name: Query, params: object): AsyncGenerator<T[]>;
  close(): Promise<void>;
}

/** How long the driver repeats a transaction that met a deadlock, a lost leader or a lost line. */
const RETRY_MS = 5_000;
const AWAY_MS = 120_000;
/** Shorter than a lease, so that no transaction of a writer that lost it is still under way. */
export const TRANSACTION_MS = 30_000;
const STREAM_ROWS = 2_000;

const AWAY =
  /ServiceUnavailable|SessionExpired|DatabaseUnavailable|Security\.|ClientError\.Database/;

/** Errors of the driver in words a user can act on; defects and our own errors pass unchanged. */
function readable(error: unknown, url: string): unknown {
  const code = String((error as { code?: unknown })?.code ?? '');
  const message = (error as Error)?.message ?? String(error);
  if (error instanceof RingfenceError) return error;
  if (/Security\./.test(code))
    return new RingfenceError(
      'unavailable',
      `Neo4j at ${url} refuses the login: ${message}`,
      "Check NEO4J_USER and NEO4J_PASSWORD against the server's.",
    );
  if (AWAY.test(code) || /Pool is closed|acquisition timed out/i.test(message))
    return new RingfenceError(
      'unavailable',
      `Neo4j at ${url} does not answer: ${message}`,
      'Start the server or correct NEO4J_URL; what was being written is repeated by its job.',
    );
  if (/TransientError|TransactionTimedOut/.test(code))
    return new RingfenceError(
      'busy',
      `Neo4j at ${url} is too busy: ${message}`,
      'Try again; if it stays so, give the server more memory.',
    );
  return error;
}

/** The address without a user or password that stands in it. */
export function publicUrl(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}

/** The driver sends numbers as floats; a limit or a generation is an integer. */
function whole(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [
      key,
      Number.isInteger(value) ? BigInt(value as number) : value,
    ]),
  );
}

export async function connect(options: Neo4jOptions): Promise<Neo4j> {
  const { default: neo4j } = await import('neo4j-driver');
  const driver: Driver = neo4j.driver(
    options.url,
    neo4j.auth.basic(options.user, options.password),
    {
      disableLosslessIntegers: true,
      maxTransactionRetryTime: RETRY_MS,
      connectionTimeout: 5_000,
      connectionAcquisitionTimeout: 15_000,
      maxConnectionPoolSize: 50,
      telemetryDisabled: true,
    },
  );
  const place = publicUrl(options.url);
  const database = options.database ? { database: options.database } : {};
  let closed = false;

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw new RingfenceError('unavailable', 'The graph store is closed');
    try {
      return await work();
    } catch (error) {
      throw readable(error, place);
    }
  };
  const asking =
    (tx: ManagedTransaction): Ask =>
    async <T extends object>(
      name: Query | { readonly text: string },
      params: Readonly<Record<string, unknown>> = {},
    ) => {
      const text = typeof name === 'string' ? query(name) : name.text;
      const { records } = await tx.run(text, whole(params));
      return records.map((r) => r.toObject() as T);
    };
  const managed = <T>(mode: 'executeRead' | 'executeWrite', work: (ask: Ask) => Promise<T>) =>
    guarded(async () => {
      const session = driver.session(database);
      try {
        return await session[mode]((tx) => work(asking(tx)), { timeout: TRANSACTION_MS });
      } finally {
        await session.close();
      }
    });

  const server: Neo4j = {
    read: (work) => managed('executeRead', work),
    write: (work) => managed('executeWrite', work),
    async patientWrite(work, signal) {
      const until = Date.now() + AWAY_MS;
      for (;;) {
        throwIfAborted(signal);
        try {
          return await managed('executeWrite', work);
        } catch (error) {
          const kind = error instanceof RingfenceError ? error.kind : undefined;
          if (closed || (kind !== 'unavailable' && kind !== 'busy') || Date.now() > until)
            throw error;
        }
        await sleep(500);
      }
    },
    alone: <T extends object>(text: string, params: Readonly<Record<string, unknown>> = {}) =>
      guarded(async () => {
        const session = driver.session(database);
        try {
          return (await session.run(text, whole(params))).records.map((r) => r.toObject() as T);
        } finally {
          await session.close();
        }
      }),
    async *stream<T extends object>(name: Query, params: object) {
      const session = driver.session({ ...database, fetchSize: STREAM_ROWS });
      try {
        let rows: T[] = [];
        for await (const record of session.run(query(name), params)) {
          rows.push(record.toObject() as T);
          if (rows.length < STREAM_ROWS) continue;
          yield rows;
          rows = [];
        }
        if (rows.length > 0) yield rows;
      } catch (error) {
        throw readable(error, place);
      } finally {
        await session.close();
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      await driver.close();
    },
  };
  return server;
}
