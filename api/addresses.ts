import { readFileSync } from 'node:fs';
import { RingfenceError } from '../analytics/model/errors.js';
import type { Env } from './env.js';

/** Where the servers are and what lets us in. Holds secrets: never logged, never in an answer. */
export interface Addresses {
  readonly neo4j: { readonly url: string; readonly user: string; readonly password: string };
  readonly postgres: string;
  /** Absent: the queue lives in PostgreSQL. */
  readonly redis: string | undefined;
}

/** Reads the password files. Throws `invalid` for what cannot be read or is missing. */
export function readAddresses(env: Env): Addresses {
  const { NEO4J_URL, DATABASE_URL, REDIS_URL } = env;
  if (!NEO4J_URL || !DATABASE_URL)
    throw new RingfenceError('invalid', 'NEO4J_URL and DATABASE_URL are not set');
  const neo4j = split(NEO4J_URL);
  const password = secret(env, 'NEO4J_PASSWORD_FILE') ?? neo4j.password;
  if (password === undefined)
    throw new RingfenceError(
      'invalid',
      'NEO4J_URL is set, but no password for it',
      'Name a file with it in NEO4J_PASSWORD_FILE.',
    );
  return {
    neo4j: { url: neo4j.bare, user: env.NEO4J_USER ?? (neo4j.user || 'neo4j'), password },
    postgres: withPassword(DATABASE_URL, secret(env, 'DATABASE_PASSWORD_FILE')),
    redis: REDIS_URL && withPassword(REDIS_URL, secret(env, 'REDIS_PASSWORD_FILE')),
  };
}

function secret(
  env: Env,
  name: 'NEO4J_PASSWORD_FILE' | 'REDIS_PASSWORD_FILE' | 'DATABASE_PASSWORD_FILE',
): string | undefined {
  const path = env[name];
  if (!path) return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new RingfenceError(
      'invalid',
      `${name} ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
      'Name a file that this user may read.',
    );
  }
  if (text) return text;
  throw new RingfenceError('invalid', `${name} ${path} is empty`, 'Write the password into it.');
}

const AUTHORITY = /^([a-z0-9+]+:\/\/)(?:([^@/:]*)(?::([^@/]*))?@)?(.*)$/;

/** An address without its user and password, and these. */
function split(url: string) {
  const [, scheme = '', user, password, rest = ''] = AUTHORITY.exec(url) ?? [];
  const decoded = (part: string | undefined) => part && decodeURIComponent(part);
  return {
    bare: `${scheme}${rest}`,
    scheme,
    rest,
    user: decoded(user),
    password: decoded(password),
  };
}

function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const { scheme, user = '', rest } = split(url);
  return `${scheme}${encodeURIComponent(user)}:${encodeURIComponent(password)}@${rest}`;
}

/** An address as people may see it. */
export function bareAddress(url: string): string {
  return split(url).bare.replace(/\?.*$/, '');
}
