import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { throwIfAborted } from '../model/errors.js';
import type { Column } from './types.js';

export interface DuckOptions {
  /** A database file; in memory without it. */
  readonly path?: string;
  /** Where sorts and joins spill to. Inside the data directory, so that space is the owner's. */
  readonly tempDir: string;
  /** As DuckDB writes it, e.g. `2GB`. */
  readonly memoryLimit?: string;
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

export interface Columns {
  readonly rows: number;
  get(name: string): Column;
}

/**
 * One DuckDB connection whose statements run one after another (a second statement would end the
 * stream of the first). Temporary tables live as long as it.
 */
export interface Duck {
  /** A directory of its own that goes when it is closed. */
  readonly scratch: string;
  /** Any number of statements; results are dropped. Returns the rows changed by the last. */
  run(sql: string, params?: readonly unknown[]): Promise<number>;
  columns(sql: string, params?: readonly unknown[]): Promise<Columns>;
  rows<T extends Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** Rows in batches as they are made; the connection is taken until the iteration ends. */
  batches<T extends Record<string, unknown>>(sql: string): AsyncGenerator<T[]>;
  /** 0 … 100 of the running statement, -1 when unknown. */
  percentage(): number;
  close(): Promise<void>;
}

/** `'` doubled, in quotes. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `"` doubled, in double quotes. */
export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const SEGMENT_ROWS = 1 << 17;

type Numeric = Float64Array | Int32Array | Uint8Array;
type NumericKind = new (buffer: ArrayBufferLike) => Numeric;

/** How a column leaves DuckDB: the SQL that makes it so, nulls included, and the array it fills. */
function plan(type: string): {
  sql: (c: string) => string;
  kind: NumericKind | 'text';
  bytes: number;
} {
  switch (type.replace(/\(.*/, '')) {
    case 'DOUBLE':
    case 'FLOAT':
    case 'BIGINT':
    case 'UBIGINT':
    case 'UINTEGER':
    case 'HUGEINT':
    case 'DECIMAL':
      return { sql: (c) => `coalesce(${c}::DOUBLE, 'nan'::DOUBLE)`, kind: Float64Array, bytes: 8 };
    case 'INTEGER':
    case 'SMALLINT':
    case 'TINYINT':
    case 'USMALLINT':
    case 'UTINYINT':
      return { sql: (c) => `coalesce(${c}::INTEGER, -1)`, kind: Int32Array, bytes: 4 };
    case 'BOOLEAN':
      return { sql: (c) => `coalesce(${c}, false)::UTINYINT`, kind: Uint8Array, bytes: 1 };
    default:
      return { sql: (c) => `coalesce(${c}::VARCHAR, '')`, kind: 'text', bytes: 0 };
  }
}

/** Opens DuckDB with nothing loaded from outside; the calendar is Asia/Shanghai. */
export async function openDuck(options: DuckOptions): Promise<Duck> {
  throwIfAborted(options.signal);
  const { DuckDBInstance } = await import('@duckdb/node-api');
  mkdirSync(options.tempDir, { recursive: true });
  // Each instance has its own: two that spill into one directory take each other's files.
  const spill = mkdtempSync(join(options.tempDir, 'duck-'));
  const instance = await DuckDBInstance.create(options.path ?? ':memory:', {
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
    temp_directory: spill,
    preserve_insertion_order: 'true',
    ...(options.memoryLimit ? { memory_limit: options.memoryLimit } : {}),
    ...(options.threads ? { threads: String(options.threads) } : {}),
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'Asia/Shanghai'");
  const close = () => {
    instance.closeSync();
    rmSync(spill, { recursive: true, force: true });
  };
  return wrap(connection, spill, close, options.signal);
}

function wrap(
  connection: DuckDBConnection,
  scratch: string,
  closeInstance: () => void,
  signal?: AbortSignal,
): Duck {
  let tail: Promise<unknown> = Promise.resolve();
  let closed = false;
  const interrupt = () => {
    if (!closed) connection.interrupt();
  };
  signal?.addEventListener('abort', interrupt);

  const acquire = async (): Promise<() => void> => {
    let release!: () => void;
    const before = tail;
    tail = new Promise<void>((r) => {
      release = r;
    });
    await before;
    return release;
  };
  async function exclusive<T>(work: () => Promise<T>): Promise<T> {
    const release = await acquire();
    try {
      throwIfAborted(signal);
      return await work();
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    } finally {
      release();
    }
  }

  const duck: Duck = {
    scratch,
    run: (sql, params) =>
      exclusive(async () => (await connection.run(sql, bound(params))).rowsChanged),
    columns: (sql, params) => exclusive(() => readColumns(connection, sql, bound(params))),
    rows: <T extends Record<string, unknown>>(sql: string, params?: readonly unknown[]) =>
      exclusive(async () => {
        const reader = await connection.runAndReadAll(sql, bound(params));
        return plain(reader.getRowObjectsJS()) as T[];
      }),
    async *batches<T extends Record<string, unknown>>(sql: string) {
      const release = await acquire();
      try {
        throwIfAborted(signal);
        const result = await connection.stream(sql);
        for await (const batch of result.yieldRowObjectJs()) {
          throwIfAborted(signal);
          yield plain(batch) as T[];
        }
      } finally {
        release();
      }
    },
    percentage: () => connection.progress.percentage,
    async close() {
      if (closed) return;
      const release = await acquire();
      closed = true;
      signal?.removeEventListener('abort', interrupt);
      connection.closeSync();
      closeInstance();
      release();
    },
  };
  return duck;
}

function bound(params?: readonly unknown[]): DuckDBValue[] | undefined {
  return params?.length ? (params as DuckDBValue[]) : undefined;
}

/** Counts and fen come as bigint; inside they are numbers, exact to 2^53. */
function plain(rows: Array<Record<string, unknown>>): Array<Record<string, unknown>> {
  for (const row of rows)
    for (const key in row) if (typeof row[key] === 'bigint') row[key] = Number(row[key]);
  return rows;
}

async function readColumns(
  connection: DuckDBConnection,
  sql: string,
  params: DuckDBValue[] | undefined,
): Promise<Columns> {
  const described = await connection.prepare(sql);
  const names: string[] = [];
  const plans: ReturnType<typeof plan>[] = [];
  try {
    for (let i = 0; i < described.columnCount; i++) {
      names.push(described.columnName(i));
      plans.push(plan(described.columnType(i).toString()));
    }
  } finally {
    described.destroySync();
  }
  const inner = names.map((_, i) => `c${i}`);
  const result = await connection.stream(
    `SELECT ${plans.map((p, i) => p.sql(`c${i}`)).join(', ')} FROM (${sql}) AS q(${inner.join(', ')})`,
    params,
  );

  const segments: Numeric[][] = plans.map(() => []);
  const texts: string[][] = plans.map(() => []);
  let rows = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    const count = chunk?.rowCount ?? 0;
    if (!chunk || count === 0) break;
    const at = rows % SEGMENT_ROWS;
    plans.forEach((p, i) => {
      const vector = chunk.getColumnVector(i);
      if (p.kind === 'text') {
        const out = texts[i]!;
        for (let r = 0; r < count; r++) out.push(vector.getItem(r) as string);
        return;
      }
      const list = segments[i]!;
      const items = (vector as unknown as { items: Numeric }).items;
      const first = Math.min(count, SEGMENT_ROWS - at);
      if (at === 0) list.push(new p.kind(new ArrayBuffer(SEGMENT_ROWS * p.bytes)));
      list[list.length - 1]!.set(items.subarray(0, first), at);
      if (first < count) {
        const next = new p.kind(new ArrayBuffer(SEGMENT_ROWS * p.bytes));
        next.set(items.subarray(first, count), 0);
        list.push(next);
      }
    });
    rows += count;
  }

  const columns = new Map<string, Column>();
  names.forEach((name, i) => {
    const p = plans[i]!;
    if (p.kind === 'text') {
      columns.set(name, texts[i]!);
      return;
    }
    // One column at a time, so that what is held twice is one column.
    const whole = new p.kind(new SharedArrayBuffer(rows * p.bytes));
    const list = segments[i]!;
    list.forEach((segment, s) => {
      const start = s * SEGMENT_ROWS;
      whole.set(segment.subarray(0, Math.min(SEGMENT_ROWS, rows - start)), start);
    });
    segments[i] = [];
    columns.set(name, whole);
  });
  return {
    rows,
    get(name) {
      const column = columns.get(name);
      if (!column) throw new Error(`no column ${name}; there are ${names.join(', ')}`);
      return column;
    },
  };
}
