import { z } from 'zod';
import { RingfenceError } from '../analytics/model/errors.js';

const cron = z.string().regex(/^\S+( \S+){4,5}$/, 'must be a cron pattern of five or six fields');
const text = z.string().trim().min(1);
const port = z.coerce.number().int().min(0).max(65535);
/** What is wrong with an address is said without quoting it: it may hold a password. */
const address = (schemes: string, like: string) =>
  text.regex(new RegExp(`^(${schemes})://.`), `must be like ${like}`);

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Everything the program reads from its environment; nothing else looks at `process.env`. */
const Schema = z.object({
  /** The data directory; on servers a volume that every process sees. */
  RINGFENCE_DATA: text.default('./data'),
  HOST: text.default('127.0.0.1'),
  PORT: port.default(8080),
  /** A file with the token that every request must bear; demanded when HOST is not loopback. */
  RINGFENCE_TOKEN_FILE: text.optional(),
  /** A file with the token of whoever runs the servers: for `/metrics` and `/admin/queues`. */
  RINGFENCE_ADMIN_TOKEN_FILE: text.optional(),
  /** A directory whose finished subdirectories the weekly schedule imports. */
  RINGFENCE_INBOX: text.optional(),
  /** When the week runs, in Asia/Shanghai. */
  RINGFENCE_SCHEDULE: cron.default('30 2 * * 1'),
  /** Threads for a rebuild's heavy work. */
  RINGFENCE_THREADS: z.coerce.number().int().min(1).max(64).optional(),
  /** Where a worker answers about its health, on HOST; nowhere without it. */
  RINGFENCE_WORKER_PORT: port.optional(),
  /** Seconds that a starting process waits for its servers. */
  RINGFENCE_START_WAIT: z.coerce.number().int().min(0).max(3600).default(120),
  LOG_LEVEL: z.enum(LEVELS).default('info'),
  NEO4J_URL: address('(bolt|neo4j)(\\+s(sc)?)?', 'bolt://host:7687').optional(),
  NEO4J_USER: text.optional(),
  NEO4J_PASSWORD_FILE: text.optional(),
  REDIS_URL: address('rediss?', 'redis://host:6379').optional(),
  REDIS_PASSWORD_FILE: text.optional(),
  DATABASE_URL: address('postgres(ql)?', 'postgres://user@host:5432/database').optional(),
  DATABASE_PASSWORD_FILE: text.optional(),
  /** Where relative paths of the command line start, set by npm. */
  INIT_CWD: text.optional(),
});
export type Env = z.infer<typeof Schema>;

/** Variables that name a file or directory, from where the caller stands. */
export const PATHS = [
  'RINGFENCE_TOKEN_FILE',
  'RINGFENCE_ADMIN_TOKEN_FILE',
  'NEO4J_PASSWORD_FILE',
  'REDIS_PASSWORD_FILE',
  'DATABASE_PASSWORD_FILE',
] as const satisfies ReadonlyArray<keyof Env>;

const wrong = (message: string, remedy: string) => new RingfenceError('invalid', message, remedy);

/** Variables set to nothing count as not set. Throws `invalid` naming every wrong one. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, v]) => v?.trim()));
  const parsed = Schema.safeParse(given);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
    throw wrong(
      `The environment is wrong: ${issues.join('; ')}`,
      'Correct or unset these variables.',
    );
  }
  refuseHalves(parsed.data);
  return parsed.data;
}

/** True where the program works on servers instead of engines of its own. */
export function onServers(env: Env): boolean {
  return env.DATABASE_URL !== undefined;
}

/** Servers hold one state together: some of them beside embedded engines would be two truths. */
function refuseHalves(env: Env): void {
  const set = (['NEO4J_URL', 'REDIS_URL', 'DATABASE_URL'] as const).filter((k) => env[k]);
  const missing = (['NEO4J_URL', 'DATABASE_URL'] as const).filter((k) => !env[k]);
  if (set.length > 0 && missing.length > 0)
    throw wrong(
      `${set.join(' and ')} set, but not ${missing.join(' and ')}`,
      'Servers need NEO4J_URL and DATABASE_URL (REDIS_URL may be left out); unset all three to work on a data directory alone.',
    );
  const needs = {
    NEO4J_USER: 'NEO4J_URL',
    NEO4J_PASSWORD_FILE: 'NEO4J_URL',
    REDIS_PASSWORD_FILE: 'REDIS_URL',
    DATABASE_PASSWORD_FILE: 'DATABASE_URL',
  } as const;
  for (const [name, server] of Object.entries(needs) as Array<[keyof Env, keyof Env]>)
    if (env[name] && !env[server])
      throw wrong(`${name} is set, but not ${server}`, `Set ${server}, or unset ${name}.`);
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
