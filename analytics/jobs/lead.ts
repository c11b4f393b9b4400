import { setTimeout as sleep } from 'node:timers/promises';
import { LEADER, type Leases } from './leases.js';

const LOOK_AGAIN_MS = 1_000;

/**
 * Does `begin` whenever this process has the right to take whole jobs, and what it returns when it
 * has lost it, until `signal` aborts. (BullMQ can bound how many jobs run over all workers; but on
 * PostgreSQL a worker that the bound keeps from a waiting job asks for it without a pause.)
 */
export async function lead(
  leases: Leases,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
  begin: () => () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const lost = new AbortController();
    const over = AbortSignal.any([signal, lost.signal]);
    const leading = { ms, signal, lookAgainMs: LOOK_AGAIN_MS, lost: () => lost.abort() };
    try {
      await leases.hold(LEADER, leading, async () => {
        const end = begin();
        await new Promise<void>((resolve) => {
          over.addEventListener('abort', () => resolve());
          if (over.aborted) resolve();
        });
        // Work that takes longer to end has a right of its own.
        await Promise.race([end(), sleep(ms, undefined, { ref: false })]);
      });
    } catch {
      // The records are away; nobody else can lead meanwhile either.
    }
    if (!signal.aborted) await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}
