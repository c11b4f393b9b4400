import { z } from 'zod';
import { RingfenceError } from '../analytics/model/errors.js';

const cron = z.string().regex(/^\S+( \S+){4,5}$/, 'must be a cron pattern of five or six fields');
const text = z.string().trim().min(1);

/** Everything the program reads from its environment; nothing else looks at `process.env`. */
const Schema = z.object({
  /** The data directory. */
  RINGFENCE_DATA: text.default('./data'),
  HOST: text.default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(8080),
  /** A file with the token that every request must bear; demanded when HOST is not loopback. */
  RINGFENCE_TOKEN_FILE: text.optional(),
  /** A directory whose finished subdirectories the weekly schedule imports. */
  RINGFENCE_INBOX: text.optional(),
  /** When the week runs, in Asia/Shanghai. */
  RINGFENCE_SCHEDULE: cron.default('30 2 * * 1'),
  /** Threads for a rebuild's heavy work. */
  RINGFENCE_THREADS: z.coerce.number().int().min(1).max(64).optional(),
  NEO4J_URL: text.optional(),
  REDIS_URL: text.optional(),
  DATABASE_URL: text.optional(),
  /** Where relative paths of the command line start, set by npm. */
  INIT_CWD: text.optional(),
});
export type Env = z.infer<typeof Schema>;

/** Variables set to nothing count as not set. Throws `invalid` naming every wrong one. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, v]) => v?.trim()));
  const parsed = Schema.safeParse(given);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
    throw new RingfenceError(
      'invalid',
      `The environment is wrong: ${wrong.join('; ')}`,
      'Correct or unset these variables.',
    );
  }
  const env = parsed.data;
  const servers = (['DATABASE_URL', 'REDIS_URL', 'NEO4J_URL'] as const).filter((k) => env[k]);
  if (servers.length > 0) {
    throw new RingfenceError(
      'unavailable',
      `${servers.join(', ')} set, but this version only has the embedded engines`,
      'Unset it to work on a data directory; servers come with a later version.',
    );
  }
  return env;
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
