import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, ownDirectory, type Service, startDaemon } from './daemon.js';
import { findPostgres } from './install.mjs';

const exec = promisify(execFile);

export interface PostgresOptions {
  /** Settings of postgresql.conf, which win over ours. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The database's name; default `ringfence`. */
  readonly database?: string;
}

// The kernel keeps what a killed server wrote, so a test need not wait for a disk.
const SETTINGS = {
  fsync: 'off',
  shared_buffers: '64MB',
  max_connections: '100',
  jit: 'off',
};

/** Starts a PostgreSQL of its own, with password authentication; as `postgres` where we are root. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Service> {
  const bin = findPostgres();
  if (!bin) throw new Error('no postgres and initdb found');
  const user = process.getuid?.() === 0 ? await serverUser() : undefined;
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const server = `postgres://ringfence:${password}@127.0.0.1:${port}`;
  const database = options.database ?? 'ringfence';
  const own = ownDirectory('postgres');
  const data = join(own.dir, 'data');
  try {
    const secret = join(own.dir, 'password');
    writeFileSync(secret, password, { mode: 0o600 });
    if (user) for (const path of [own.dir, secret]) chownSync(path, user.uid, user.gid);
    const init = [join(bin, 'initdb'), '-D', data, '-U', 'ringfence', `--pwfile=${secret}`];
    const how = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
    const as = user ? ['setpriv', `--reuid=${user.name}`, `--regid=${user.name}`] : [];
    const [command = '', ...args] = [...as, ...(user ? ['--init-groups'] : []), ...init, ...how];
    await exec(command, args, { cwd: own.dir });
    rmSync(secret);
    const settings = {
      ...SETTINGS,
      listen_addresses: '127.0.0.1',
      port: `${port}`,
      unix_socket_directories: own.dir,
      ...options.settings,
    };
    const daemon = await startDaemon({
      name: 'PostgreSQL',
      command: join(bin, 'postgres'),
      args: ['-D', data, ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])],
      user: user?.name,
      ready: () =>
        withPostgres(`${server}/postgres`, async (db) => void (await db.query('select'))),
    });
    await withPostgres(`${server}/postgres`, (db) =>
      db.query(`create database ${db.escapeIdentifier(database)}`),
    );
    return {
      url: `${server}/${database}`,
      ...daemon,
      // SIGTERM waits for every client to go; a service manager's "fast" shutdown is SIGINT.
      stop: (signal = 'SIGINT') => daemon.stop(signal),
      async restart() {
        await daemon.stop('SIGINT');
        await daemon.restart();
      },
      async dispose() {
        await daemon.stop('SIGQUIT');
        own.remove();
      },
    };
  } catch (error) {
    own.remove();
    throw error;
  }
}

/** One connection for one piece of work. */
export async function withPostgres<T>(
  url: string,
  work: (db: import('pg').Client) => Promise<T>,
): Promise<T> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The user PostgreSQL runs as where we are root, which it refuses to run as. */
async function serverUser(): Promise<{ name: string; uid: number; gid: number }> {
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map(async (flag) => Number((await exec('id', [flag, name])).stdout)),
      );
      return { name, uid: uid ?? 0, gid: gid ?? 0 };
    } catch {
      /* the next */
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody');
}
