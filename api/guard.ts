import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Request, RequestHandler } from 'express';
import { RingfenceError } from '../analytics/model/errors.js';
import { type Env, isLoopback } from './env.js';
import { problem } from './errors.js';
import { sendProblem } from './handle.js';

const COOKIE = 'ringfence_session';
const TOKEN_MIN = 16;

/** Who may ask. Without a token file everybody on this machine may. */
export interface Guard {
  readonly required: boolean;
  /** True where the request bears the token or the cookie made of it. */
  admits(req: Request): boolean;
  matches(token: string): boolean;
  /** `Set-Cookie` values. */
  readonly cookie: string;
  readonly clearedCookie: string;
}

/**
 * Reads the token. An address that other machines reach without one is refused: that would show a
 * bureau's graph to its whole network.
 */
export function createGuard(env: Pick<Env, 'HOST' | 'RINGFENCE_TOKEN_FILE'>): Guard {
  const path = env.RINGFENCE_TOKEN_FILE;
  if (!path && !isLoopback(env.HOST))
    throw new RingfenceError(
      'invalid',
      `HOST=${env.HOST} is reached from other machines, which needs a token`,
      'Set RINGFENCE_TOKEN_FILE to a file with a secret of 16 or more characters, or use HOST=127.0.0.1.',
    );
  const token = path ? readToken('RINGFENCE_TOKEN_FILE', path) : undefined;
  const attributes = 'Path=/; HttpOnly; SameSite=Strict';
  // Made of the token, so that it outlives a restart and ends with the token; it does not tell it.
  const session = token && createHmac('sha256', token).update('ringfence session').digest('hex');
  return {
    required: token !== undefined,
    admits(req) {
      if (token === undefined || session === undefined) return true;
      const bearer = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
      if (bearer !== undefined) return same(bearer, token);
      const cookie = cookieOf(req);
      return cookie !== undefined && same(cookie, session);
    },
    matches: (given) => token !== undefined && same(given, token),
    cookie: `${COOKIE}=${session ?? ''}; ${attributes}; Max-Age=43200`,
    clearedCookie: `${COOKIE}=; ${attributes}; Max-Age=0`,
  };
}

/** Who may see how the servers do. */
export interface AdminGuard {
  /** False: there is no token, and only this machine may see. */
  readonly required: boolean;
  /** The token as Bearer, or as the password of any user, which browsers can send. */
  admits(req: Request): boolean;
}

export function createAdminGuard(
  env: Pick<Env, 'HOST' | 'RINGFENCE_ADMIN_TOKEN_FILE'>,
): AdminGuard {
  const path = env.RINGFENCE_ADMIN_TOKEN_FILE;
  const token = path ? readToken('RINGFENCE_ADMIN_TOKEN_FILE', path) : undefined;
  return {
    required: token !== undefined,
    admits(req) {
      if (token === undefined) return isLoopback(env.HOST);
      const given = req.headers.authorization ?? '';
      const bearer = /^Bearer +(\S+)$/i.exec(given)?.[1];
      if (bearer !== undefined) return same(bearer, token);
      const basic = /^Basic +(\S+)$/i.exec(given)?.[1];
      if (basic === undefined) return false;
      const pair = Buffer.from(basic, 'base64').toString('utf8');
      return same(pair.slice(pair.indexOf(':') + 1), token);
    },
  };
}

function readToken(name: string, path: string): string {
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new RingfenceError(
      'invalid',
      `${name} ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
      'Name a file that this user may read.',
    );
  }
  if (token.length < TOKEN_MIN || /\s/.test(token))
    throw new RingfenceError(
      'invalid',
      `The token in ${path} must be one word of at least ${TOKEN_MIN} characters`,
      'Write a new one, e.g. with `openssl rand -hex 24`.',
    );
  return token;
}

/** Compares without telling by its duration where they differ, nor how long they are. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function cookieOf(req: Request): string | undefined {
  for (const part of (req.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (part.slice(0, at).trim() === COOKIE) return part.slice(at + 1).trim();
  }
  return undefined;
}

/**
 * On a loopback address only this machine's names are served: a page of another site whose name is
 * made to point here (DNS rebinding) sends its own name.
 */
export function knownHost(env: Pick<Env, 'HOST'>): RequestHandler {
  return (req, res, next) => {
    const name = hostName(req.headers.host);
    if (!isLoopback(env.HOST) || (name !== undefined && isLoopback(name))) return next();
    sendProblem(res, problem(421, 'This address is served as localhost only'));
  };
}

function hostName(host: string | undefined): string | undefined {
  if (!host) return undefined;
  return /^\[(.+)\](?::\d+)?$/.exec(host)?.[1] ?? /^([^:]+)(?::\d+)?$/.exec(host)?.[1];
}

/** Changes are taken only from our own page or from programs, which send no Origin. */
export const sameOrigin: RequestHandler = (req, res, next) => {
  const { origin, host } = req.headers;
  if (req.method === 'GET' || req.method === 'HEAD' || origin === undefined) return next();
  if (URL.canParse(origin) && new URL(origin).host === host) return next();
  sendProblem(res, problem(403, 'The request comes from another site'));
};
