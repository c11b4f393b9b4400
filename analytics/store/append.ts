import type { DuckDBAppender } from '@duckdb/node-api';
import { throwIfAborted } from '../model/errors.js';

/** Rows between two looks at the signal and two turns of the event loop. */
const TURN_ROWS = 2_000;
const FLUSH_ROWS = 20_000;

/** Appends rows to a table of DuckDB and closes the appender, whatever comes of it. */
export async function appendRows<T>(
  appender: DuckDBAppender,
  batches: AsyncIterable<readonly T[]> | Iterable<readonly T[]>,
  row: (appender: DuckDBAppender, value: T) => void,
  signal?: AbortSignal,
): Promise<void> {
  try {
    let rows = 0;
    for await (const batch of batches) {
      throwIfAborted(signal);
      for (const value of batch) {
        row(appender, value);
        appender.endRow();
        if (++rows % TURN_ROWS > 0) continue;
        throwIfAborted(signal);
        if (rows % FLUSH_ROWS === 0) appender.flushSync();
        await new Promise(setImmediate);
      }
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}
