import type { Progress } from '../model/progress.js';

const PROGRESS_EVERY_MS = 250;

/** At most one write in a quarter of a second, the last word never lost to an earlier one. */
export function reporter(write: (p: Progress) => Promise<unknown>) {
  let next: Progress | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<unknown> = Promise.resolve();
  const flush = () => {
    timer = undefined;
    const now = next;
    next = undefined;
    if (now) writing = writing.then(() => write(now)).catch(() => {});
  };
  return {
    progress(p: Progress) {
      next = p;
      timer ??= setTimeout(flush, PROGRESS_EVERY_MS);
    },
    async end() {
      clearTimeout(timer);
      flush();
      await writing;
    },
  };
}
