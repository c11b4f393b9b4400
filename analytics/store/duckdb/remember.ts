import type { RunReader } from '../port.js';

/** Answers kept; a page of rings is the largest, some hundred kilobytes. */
const KEPT = 200;
/** Longer pages are for programs, which ask once. */
const PAGE_MAX = 100;

export interface Remembered {
  readonly read: RunReader;
  /** To be called when anything was written, after it can be seen. */
  forget(): void;
}

/**
 * A published run never changes, and many people look at the same few pages of it: answers are kept
 * until the next write. A question that was asked before a write is not kept when it is answered
 * after it.
 */
export function remembering(reader: RunReader): Remembered {
  const answers = new Map<string, Promise<unknown>>();
  function ask<T>(name: string, args: readonly unknown[], answer: () => Promise<T>): Promise<T> {
    const key = JSON.stringify([name, ...args]);
    const known = answers.get(key) as Promise<T> | undefined;
    if (known) {
      // The one used last goes last.
      answers.delete(key);
      answers.set(key, known);
      return known;
    }
    const asked = answer();
    answers.set(key, asked);
    // What went wrong may go well the next time.
    asked.catch(() => {
      if (answers.get(key) === asked) answers.delete(key);
    });
    for (const oldest of answers.keys()) {
      if (answers.size <= KEPT) break;
      answers.delete(oldest);
    }
    return asked;
  }
  const page = ({ limit = Number.POSITIVE_INFINITY }: { limit?: number }) => limit <= PAGE_MAX;
  return {
    forget: () => answers.clear(),
    read: {
      runs: () => ask('runs', [], () => reader.runs()),
      run: (id) => ask('run', [id], () => reader.run(id)),
      ring: (id, run) => ask('ring', [id, run], () => reader.ring(id, run)),
      facets: (run) => ask('facets', [run], () => reader.facets(run)),
      profile: (of, run) => ask('profile', [of.kind, of.id, run], () => reader.profile(of, run)),
      standing: (of, run) => ask('standing', [of.kind, of.id, run], () => reader.standing(of, run)),
      rings: (filter, run) =>
        page(filter)
          ? ask('rings', [filter, run], () => reader.rings(filter, run))
          : reader.rings(filter, run),
      profiles: (kind, of, run) =>
        page(of)
          ? ask('profiles', [kind, of, run], () => reader.profiles(kind, of, run))
          : reader.profiles(kind, of, run),
    },
  };
}
