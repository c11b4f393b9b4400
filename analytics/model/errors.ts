/**
 * The one family of errors that a user is meant to read. The command line prints `message` and
 * `remedy`; the API maps `kind` to a status (api/errors.ts). Anything else thrown is a defect.
 */
export type ErrorKind =
  | 'invalid' // the caller's words or data are wrong
  | 'not-found'
  | 'conflict' // true of the request, not of the state it met
  | 'busy' // try again later
  | 'unavailable' // a part we depend on is away
  | 'unauthorised'
  | 'cancelled';

export class RingfenceError extends Error {
  override readonly name = 'RingfenceError';
  constructor(
    readonly kind: ErrorKind,
    message: string,
    /** What the reader can do about it, one sentence. */
    readonly remedy?: string,
    readonly details?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

export function invalid(message: string, remedy?: string, details?: Record<string, unknown>) {
  return new RingfenceError('invalid', message, remedy, details);
}

export function notFound(what: string, remedy?: string) {
  return new RingfenceError('not-found', `${what} not found`, remedy);
}

/** Thrown by long work when its signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new RingfenceError('cancelled', 'Cancelled');
}
