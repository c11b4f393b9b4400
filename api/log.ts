import { type DestinationStream, type Logger, pino } from 'pino';
import type { Env } from './env.js';

/** Keys whose values are never written, wherever they stand. */
const SECRET = ['authorization', 'cookie', 'set-cookie', 'password', 'token', 'url'];

/** User and password of any address that found its way into words. */
const CREDENTIALS = /(\b[a-z0-9+]+:\/\/)[^\s/@]*@/gi;

export function withoutCredentials(text: string): string {
  return text.replace(CREDENTIALS, '$1');
}

/**
 * The log of a process that runs for long: JSON lines on standard error. It holds routes, kinds of
 * jobs, parts of the program and places in the code; no addresses asked for, no ids of persons, no
 * secrets.
 */
export function createLog(
  process: string,
  env: Pick<Env, 'LOG_LEVEL'>,
  to: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  return pino(
    {
      level: env.LOG_LEVEL,
      base: { process },
      redact: { paths: SECRET.flatMap((k) => [`["${k}"]`, `*["${k}"]`, `*.*["${k}"]`]) },
      hooks: {
        logMethod(args, method) {
          const said = args.map((a) => (typeof a === 'string' ? withoutCredentials(a) : a));
          method.apply(this, said as Parameters<typeof method>);
        },
      },
    },
    to,
  );
}

/** Words of an unexpected error may quote data: its place in the code is what is kept. */
export function placeOf(error: unknown): { name: string; frames?: string[] | undefined } {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = error.stack?.split('\n').filter((line) => line.trim().startsWith('at '));
  return { name: error.name, frames };
}
