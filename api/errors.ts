import type { ZodError } from 'zod';
import { type ErrorKind, RingfenceError } from '../analytics/model/errors.js';
import type { Problem } from './contract/index.js';

/** The one map from what went wrong inside to what HTTP calls it. */
const STATUS: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthorised: 401,
  'not-found': 404,
  conflict: 409,
  cancelled: 409,
  busy: 503,
  unavailable: 503,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is wrong',
  401: 'A token is needed',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not possible in this state',
  413: 'The request is too large',
  415: 'Only JSON is understood',
  421: 'Not served under this name',
  429: 'Too many requests',
  500: 'A defect in the program',
  503: 'Not available now',
};

export function problem(status: number, detail?: string, remedy?: string): Problem {
  return {
    type: 'about:blank',
    title: TITLES[status] ?? 'The request failed',
    status,
    ...(detail ? { detail } : {}),
    ...(remedy ? { remedy } : {}),
  };
}

/** What zod found wrong with a part of the request (`query`, `params` or `body`). */
export function wrongRequest(part: string, error: ZodError): Problem {
  const issues = error.issues.map((i) => ({
    path: [part, ...i.path].join('.'),
    message: i.message,
  }));
  const first = issues[0];
  return { ...problem(400, first && `${first.path}: ${first.message}`), issues };
}

/**
 * Domain errors say what, where and remedy; the JSON parser's errors bear a status; anything else is
 * a defect, whose words stay in the log because they may hold data.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof RingfenceError)
    return problem(STATUS[error.kind], error.message, error.remedy);
  const { status, expose, message } = (error ?? {}) as Record<string, unknown>;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return problem(status, expose === true ? String(message) : undefined);
  return problem(500, undefined, 'The cause is in the log of the server.');
}
