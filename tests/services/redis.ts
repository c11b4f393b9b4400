import { randomBytes } from 'node:crypto';
import { freePort, ownDirectory, type Service, startDaemon } from './daemon.js';
import { findRedis } from './install.mjs';

/** The flags that docker-compose.yml starts Redis with, too: a test compares them. */
export const REDIS_FLAGS = [
  '--appendonly',
  'yes',
  '--appendfsync',
  'everysec',
  '--maxmemory-policy',
  'noeviction',
] as const;

export interface RedisOptions {
  /** Further flags, which win over ours: `['--appendonly', 'no']`. */
  readonly args?: readonly string[];
  /** Memory it may use for data, as Redis writes it; default `256mb`. */
  readonly memory?: string;
}

/** Starts a Redis of its own; the password goes in through standard input, where `ps` cannot see it. */
export async function startRedis(options: RedisOptions = {}): Promise<Service> {
  const command = findRedis();
  if (!command) throw new Error('redis-server is not on PATH');
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const url = `redis://:${password}@127.0.0.1:${port}`;
  const own = ownDirectory('redis');
  const args = ['-', '--bind', '127.0.0.1', '--port', `${port}`, '--dir', own.dir];
  const memory = ['--maxmemory', options.memory ?? '256mb', '--daemonize', 'no'];
  try {
    const daemon = await startDaemon({
      name: 'Redis',
      command,
      args: [...args, ...memory, ...REDIS_FLAGS, ...(options.args ?? [])],
      input: `requirepass ${password}\n`,
      ready: () => pingRedis(url),
    });
    return {
      url,
      ...daemon,
      async dispose() {
        await daemon.kill9();
        own.remove();
      },
    };
  } catch (error) {
    own.remove();
    throw error;
  }
}

async function pingRedis(url: string): Promise<void> {
  await withRedis(url, (redis) => redis.ping());
}

/** One connection for one piece of work. */
export async function withRedis<T>(
  url: string,
  work: (redis: import('ioredis').Redis) => Promise<T>,
): Promise<T> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
  });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
