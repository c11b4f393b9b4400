import type { Intents } from './intents.js';
import { isFinal, type JobView } from './types.js';
import { viewOf } from './view.js';

/** What other processes write is seen after this; what this one writes at once. */
const LOOK_AGAIN_MS = 500;

/** The job now and at every change, ending with its final state or when `signal` aborts. */
export async function* watchJob(
  intents: Intents,
  id: number,
  signal: AbortSignal,
): AsyncGenerator<JobView> {
  if (!Number.isSafeInteger(id)) return;
  let changed = true;
  let wake = () => {};
  const look = () => {
    changed = true;
    wake();
  };
  const forget = intents.changed(id, look);
  signal.addEventListener('abort', look);
  const ticking = setInterval(look, LOOK_AGAIN_MS);
  try {
    let told = '';
    while (!signal.aborted) {
      changed = false;
      const intent = await intents.get(id);
      if (!intent) return;
      const view = viewOf(intent);
      const now = JSON.stringify(view);
      if (now !== told) yield view;
      told = now;
      if (isFinal(view.state)) return;
      if (!changed && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    clearInterval(ticking);
    signal.removeEventListener('abort', look);
    forget();
  }
}
