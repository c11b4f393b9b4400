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
  /**
   * Throws `busy` when another has the lease. After the server was away it is asked whether the
   * lease is still ours; nobody else can have had it in between without becoming its owner.
   */
  held(): Promise<void>;
  /** As `held`; also throws when the work is to stop. */
  check(): Promise<void>;
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
  const ask = async (query: 'takeLease' | 'renewLease', write: Neo4j['write']) => {
    const asked = Date.now();
    const params = { key, owner, milliseconds: LEASE_MS };
    const rows = await write((q) => q(query, params));
    if (rows.length > 0) until = asked + LEASE_MS;
    return rows.length > 0;
  };
  const patient: Neo4j['write'] = (work) => server.patientWrite(work, signal);
  throwIfAborted(signal);
  while (!(await ask('takeLease', patient))) {
    await sleep(POLL_MS);
    throwIfAborted(signal);
  }
  let renewing: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    renewing ??= ask('renewLease', server.write)
      .catch(() => undefined)
      .finally(() => {
        renewing = undefined;
      });
  }, RENEW_MS);
  timer.unref();
  const held = async () => {
    if (Date.now() < until - TRANSACTION_MS) return;
    if (!(await ask('renewLease', server.patientWrite))) throw leaseLost();
  };
  try {
    return await work({
      owner,
      held,
      async check() {
        throwIfAborted(signal);
        await held();
      },
    });
  } finally {
    clearInterval(timer);
    await renewing;
    await server.write((q) => q('dropLease', { key, owner })).catch(() => undefined);
  }
}

export function leaseLost(): RingfenceError {
  return new RingfenceError(
    'busy',
    'Another process took over writing to the graph store',
    'Nothing is lost: the job that wrote is repeated.',
  );
}
