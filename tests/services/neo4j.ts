import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Driver } from 'neo4j-driver';
import { freePort, ownDirectory, type Service, startDaemon } from './daemon.js';
import { findNeo4j } from './install.mjs';

export interface Neo4jOptions {
  /** Java heap; default `512m`. */
  readonly heap?: string;
  /** Page cache; default `256m`. */
  readonly pageCache?: string;
  /** Settings of neo4j.conf, which win over ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Admin {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Neo4jService extends Service {
  readonly user: string;
  readonly password: string;
  /** A NEO4J_HOME with `bin/neo4j-admin`, `conf`, `data`, `import`, `lib` and `logs`. */
  readonly home: string;
  /** Runs `neo4j-admin` on this home; an import or a dump wants the server stopped. */
  admin(args: readonly string[]): Promise<Admin>;
}

const OPENS = ['nio', 'io', 'net', 'util', 'util.concurrent']
  .map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`)
  .concat('--add-opens=java.base/sun.nio.ch=ALL-UNNAMED');
const JVM = ['-XX:+UseG1GC', '-Dlog4j2.disable.jmx=true', ...OPENS];

/** Starts a Neo4j 5 Community server of its own, on Bolt only, with a password. */
export async function startNeo4j(options: Neo4jOptions = {}): Promise<Neo4jService> {
  const found = findNeo4j();
  if (!found) throw new Error('no Java, or no jars of Neo4j 5 in the cache or NEO4J_HOME');
  const own = ownDirectory('neo4j');
  const home = own.dir;
  const port = await freePort();
  const user = 'neo4j';
  const password = randomBytes(12).toString('hex');
  const heap = options.heap ?? '512m';
  const classes = join(home, 'lib', '*');
  const env = { NEO4J_HOME: home, NEO4J_CONF: join(home, 'conf') };
  try {
    for (const folder of ['bin', 'conf', 'data', 'import', 'logs']) mkdirSync(join(home, folder));
    symlinkSync(found.lib, join(home, 'lib'));
    writeFileSync(join(home, 'conf', 'neo4j.conf'), configuration(port, options));
    writeFileSync(join(home, 'bin', 'neo4j-admin'), adminScript(found.java, home));
    chmodSync(join(home, 'bin', 'neo4j-admin'), 0o755);
    const admin = (args: readonly string[]) =>
      new Promise<Admin>((done) => {
        const tool = join(home, 'bin', 'neo4j-admin');
        const large = { maxBuffer: 1 << 26 };
        execFile(tool, args, large, (error, stdout, stderr) => {
          const code = typeof error?.code === 'number' ? error.code : error ? 1 : 0;
          done({ code, stdout, stderr });
        });
      });
    const set = await admin(['dbms', 'set-initial-password', password]);
    if (set.code !== 0) throw new Error(`neo4j-admin: ${set.stderr}`);
    const access = { url: `bolt://127.0.0.1:${port}`, user, password };
    const daemon = await startDaemon({
      name: 'Neo4j',
      command: found.java,
      args: [
        `-Xms${heap}`,
        `-Xmx${heap}`,
        ...JVM,
        ...['-cp', classes, 'org.neo4j.server.CommunityEntryPoint'],
        ...[`--home-dir=${home}`, `--config-dir=${env.NEO4J_CONF}`],
      ],
      env,
      ready: () =>
        withNeo4j(access, async (driver) => void (await driver.executeQuery('RETURN 1'))),
    });
    return {
      url: `bolt://${user}:${password}@127.0.0.1:${port}`,
      user,
      password,
      home,
      admin,
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

/** One driver for one piece of work. The URL's own user and password are not looked at. */
export async function withNeo4j<T>(
  access: { readonly url: string; readonly user: string; readonly password: string },
  work: (driver: Driver) => Promise<T>,
): Promise<T> {
  const { default: neo4j } = await import('neo4j-driver');
  const auth = neo4j.auth.basic(access.user, access.password);
  const driver = neo4j.driver(access.url, auth, {
    connectionTimeout: 5000,
    maxTransactionRetryTime: 0,
  });
  try {
    return await work(driver);
  } finally {
    await driver.close();
  }
}

function configuration(port: number, options: Neo4jOptions): string {
  const settings = {
    'server.default_listen_address': '127.0.0.1',
    'server.bolt.listen_address': `127.0.0.1:${port}`,
    'server.http.enabled': 'false',
    'server.https.enabled': 'false',
    'server.memory.pagecache.size': options.pageCache ?? '256m',
    'dbms.usage_report.enabled': 'false',
    // Two databases would else set 512 MB of disk aside.
    'db.tx_log.preallocate': 'false',
    // It would else wait ten seconds at every stop for threads that sleep.
    'internal.server.bolt.thread_pool_shutdown_wait_time': '0s',
    ...options.settings,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** As the distribution's own script: the tool with its home, and what HEAP_SIZE allows it. */
function adminScript(java: string, home: string): string {
  return [
    '#!/bin/sh',
    `export NEO4J_HOME='${home}' NEO4J_CONF='${home}/conf'`,
    `exec '${java}' \${HEAP_SIZE:+-Xmx$HEAP_SIZE} ${JVM.join(' ')} -cp "$NEO4J_HOME/lib/*" \\`,
    '  org.neo4j.cli.AdminTool "$@"',
    '',
  ].join('\n');
}
