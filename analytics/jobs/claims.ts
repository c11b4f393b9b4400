/** Why a running job is stopped without being cancelled: it goes back into the queue. */
export const SHUTDOWN = 'shutdown';
/** Somebody else took this process for dead and works on the job. */
export const LOST = 'lost';

/** A job that runs in this process; `owner` is the job that a person would cancel. */
export interface Claim {
  readonly owner: number;
  readonly stop: AbortController;
}

/** What runs in this process, by its name in the queue. */
export type Claims = Map<string, Claim>;

/** Enters a claim; in a process that is ending already it is stopped at once. */
export function claim(claims: Claims, name: string, owner: number, ending: AbortSignal): Claim {
  const made = { owner, stop: new AbortController() };
  claims.set(name, made);
  if (ending.aborted) made.stop.abort(SHUTDOWN);
  return made;
}
