import type { Neo4j } from './connect.js';
import type { Query } from './queries.js';

const AT_ONCE = 5_000;

/**
 * Repeats a query that does a batch of at most `$limit` until nothing is left, so that no single
 * transaction holds many locks or much of the server's memory.
 */
export async function drain(
  server: Neo4j,
  name: Query,
  params: Readonly<Record<string, unknown>>,
  check: () => Promise<void>,
  limit = AT_ONCE,
): Promise<void> {
  for (;;) {
    await check();
    const [row] = await server.patientWrite((ask) =>
      ask<{ done: number }>(name, { ...params, limit }),
    );
    if (!row || row.done < limit) return;
  }
}
