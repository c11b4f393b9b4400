/** Undo and redo over values of any kind; the present lives with whoever keeps it. */
export interface History<T> {
  readonly past: readonly T[];
  readonly future: readonly T[];
}

export const EMPTY_HISTORY: History<never> = { past: [], future: [] };

/** Older steps than this are forgotten. */
const KEPT = 100;

export function remember<T>(history: History<T>, present: T): History<T> {
  return { past: [...history.past, present].slice(-KEPT), future: [] };
}

export interface Step<T> {
  readonly history: History<T>;
  readonly present: T;
}

/** Undefined when there is nothing to go back to. */
export function undo<T>(history: History<T>, present: T): Step<T> | undefined {
  const last = history.past.at(-1);
  if (last === undefined) return undefined;
  return {
    present: last,
    history: { past: history.past.slice(0, -1), future: [present, ...history.future] },
  };
}

export function redo<T>(history: History<T>, present: T): Step<T> | undefined {
  const [next, ...rest] = history.future;
  if (next === undefined) return undefined;
  return { present: next, history: { past: [...history.past, present], future: rest } };
}
