import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { appendRows } from '../append.js';

type Value = string | number | null;
export type Row = readonly Value[];

/**
 * Tables beside a load, in DuckDB with a file to spill to: what shall be, what is, and what is to be
 * written are compared there, so that our memory stays flat whatever the size of the graph.
 */
export interface Stage {
  run(sql: string): Promise<void>;
  rows<T>(sql: string): Promise<T[]>;
  /** Rows in batches; several may be read at once. */
  batches(sql: string): AsyncGenerator<Row[]>;
  /** Strings, whole numbers and nulls in the order of the table's columns. */
  append(table: string, rows: AsyncIterable<readonly Row[]>, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const MEMORY = '400MB';
/** A vector of DuckDB is 2,048 rows; what is sent in one transaction is a little more than two. */
const BATCH_ROWS = 5_000;

export async function openStage(scratch = tmpdir()): Promise<Stage> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  await mkdir(scratch, { recursive: true });
  const folder = await mkdtemp(join(scratch, 'ringfence-load-'));
  const instance = await DuckDBInstance.create(join(folder, 'stage.duckdb'), {
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
    memory_limit: MEMORY,
    threads: '2',
    temp_directory: join(folder, 'spill'),
  });
  const connections: DuckDBConnection[] = [];
  const connect = async () => {
    const connection = await instance.connect();
    connections.push(connection);
    return connection;
  };
  const main = await connect();
  return {
    async run(sql) {
      await main.run(sql);
    },
    async rows<T>(sql: string) {
      const found = (await main.runAndReadAll(sql)).getRowObjectsJS();
      return found.map((row) => plainObject(row)) as T[];
    },
    async *batches(sql) {
      // A connection of its own: a second statement would end the stream of the first.
      const connection = await connect();
      let batch: Row[] = [];
      try {
        const result = await connection.stream(sql);
        for await (const rows of result.yieldRowsJs()) {
          for (const row of rows) {
            batch.push(row.map(plain));
            if (batch.length < BATCH_ROWS) continue;
            yield batch;
            batch = [];
          }
        }
        if (batch.length > 0) yield batch;
      } finally {
        connections.splice(connections.indexOf(connection), 1);
        connection.closeSync();
      }
    },
    async append(table, rows, signal) {
      await appendRows(await main.createAppender(table), rows, appendRow, signal);
    },
    async close() {
      for (const connection of connections) connection.closeSync();
      instance.closeSync();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function appendRow(appender: DuckDBAppender, row: Row): void {
  for (const value of row)
    if (value === null) appender.appendNull();
    else if (typeof value === 'number') appender.appendBigInt(BigInt(value));
    else appender.appendVarchar(value);
}

/** Counts and fen come as bigint; inside they are numbers, exact to 2^53. */
function plain(value: unknown): Value {
  return typeof value === 'bigint' ? Number(value) : (value as Value);
}

function plainObject(row: Record<string, unknown>): Record<string, unknown> {
  for (const key in row) row[key] = plain(row[key]);
  return row;
}
