import { throwIfAborted } from '../model/errors.js';

/**
 * Does `work` on every item, so many at a time, in their order; results in the same. The first failure, or the
 * signal, stops those under way, and is thrown when all of them have ended.
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  width: number,
  signal: AbortSignal,
  work: (item: T, stopped: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failed = new AbortController();
  const stopped = AbortSignal.any([signal, failed.signal]);
  const out: R[] = [];
  const waiting = items.entries();
  async function lane(): Promise<void> {
    for (const [at, item] of waiting) {
      if (stopped.aborted) return;
      out[at] = await work(item, stopped);
    }
  }
  const lanes = Array.from({ length: Math.max(1, Math.min(width, items.length)) }, () =>
    lane().catch((error: unknown) => {
      if (!failed.signal.aborted) failed.abort(error);
    }),
  );
  await Promise.all(lanes);
  if (failed.signal.aborted) throw failed.signal.reason;
  throwIfAborted(signal);
  return out;
}
