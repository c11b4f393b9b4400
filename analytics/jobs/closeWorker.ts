import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'bullmq';

const PATIENCE_MS = 3_000;

/**
 * Closes a worker, when it is ready: one that is closed while it still opens takes a client of
 * PostgreSQL after that and never gives it back. One whose server is away is not waited for long.
 */
export async function closeWorker(worker: Worker): Promise<void> {
  const late = new AbortController();
  await Promise.race([
    worker.waitUntilReady().catch(() => {}),
    sleep(PATIENCE_MS, undefined, { signal: late.signal }).catch(() => {}),
  ]);
  late.abort();
  await worker.close();
}
