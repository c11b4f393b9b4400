import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { sideBySide } from '../../../analytics/jobs/sideBySide.js';

const never = new AbortController().signal;

describe('work side by side', () => {
  it('gives results in the order of the items, with no more under way than told', async () => {
    let now = 0;
    let most = 0;
    const items = [30, 1, 20, 5, 10, 0, 3];
    const got = await sideBySide(items, 3, never, async (ms) => {
      now++;
      most = Math.max(most, now);
      await sleep(ms);
      now--;
      return 2 * ms;
    });
    expect(got).toEqual(items.map((ms) => 2 * ms));
    expect(most).toBe(3);
    expect(await sideBySide([], 2, never, async () => 1)).toEqual([]);
  });

  it('stops what is under way at the first failure, and begins nothing more', async () => {
    const begun: number[] = [];
    const stopped: number[] = [];
    const work = sideBySide([0, 1, 2, 3, 4], 2, never, async (item, signal) => {
      begun.push(item);
      if (item === 0) throw new Error('no room');
      await sleep(10_000, undefined, { signal }).catch((error: unknown) => {
        stopped.push(item);
        throw error;
      });
    });
    await expect(work).rejects.toThrow('no room');
    expect(begun).toEqual([0, 1]);
    expect(stopped).toEqual([1]);
  });

  it('ends cancelled when it is told to stop', async () => {
    const stop = new AbortController();
    const work = sideBySide([1, 2, 3], 1, stop.signal, async (item) => {
      stop.abort();
      return item;
    });
    await expect(work).rejects.toMatchObject({ kind: 'cancelled' });
  });
});
