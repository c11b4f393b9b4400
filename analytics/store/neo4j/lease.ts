import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RingfenceError, throwIfAborted } from '../../model/errors.js';
import { type Neo4j, TRANSACTION_MS } from './connect.js';

/** A writer that died is waited for this long. */
const LEASE_MS = 60_000;
const RENEW_MS = 5_000;
const POLL_MS = 200;

export interface Lease {
  readonly owner: string;
  /** Throws when the lease was not renewed in time: another may write now. */
  check(): void;
}

/**
 * Runs `work` while no other process has the lease of that key; waits for one that does. The lease
 * lives in the database, so that writers on any machine respect it.
 */
export async function withLease<T>(
  server: Neo4j,
  key: 'graph' | 'runs',
  work: (lease: Lease) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const owner = randomUUID();
  let until = 0;
  const take = async () => {
    const asked = Date.now();
    const rows = await server.patientWrite(
      (ask) => ask('takeLease', { key, owner, milliseconds: LEASE_MS }),
      signal,
    );
    if (rows.length > 0) until = asked + LEASE_MS;
    return rows.length > 0;
  };
  throwIfAborted(signal);
  while (!(await take())) {
    await sleep(POLL_MS);
    throwIfAborted(signal);
  }
  const timer = setInterval(() => void take().catch(() => undefined), RENEW_MS);
  timer.unref();
  try {
    return await work({
      owner,
      check() {
        throwIfAborted(signal);
        if (Date.now() > until - TRANSACTION_MS) throw leaseLost();
      },
    });
  } finally {
    clearInterval(timer);
    // A renewal under way would take the lease again after it was given back.
    await server.write((ask) => ask('dropLease', { key, owner })).catch(() => undefined);
  }
}

export function leaseLost(): RingfenceError {
  return new RingfenceError(
    'busy',
    'Another process took over writing to the graph store',
    'Nothing is lost: the job that wrote is repeated.',
  );
}
