import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Service } from './daemon.js';
import {
  findNeo4j,
  findPostgres,
  findRedis,
  installNeo4j,
  installPostgres,
  installRedis,
} from './install.mjs';
import { startNeo4j, withNeo4j } from './neo4j.js';
import { startPostgres, withPostgres } from './postgres.js';
import { startRedis, withRedis } from './redis.js';

// One Neo4j costs seconds and half a gigabyte, so the main process of a test run starts each server
// at most once, when the first file asks, and hands out its address, emptied, to one file at a time
// (the files of the system project run one after another).

export type Kind = 'neo4j' | 'redis' | 'postgres';

/** What a test file gets: an empty server, or why there is none. */
export type Answer =
  | { readonly missing: string }
  | { readonly url: string; readonly user: string; readonly password: string };

type Access = Exclude<Answer, { missing: string }>;

interface Engine {
  /** The environment variable with the address of a server that tests may use. */
  readonly variable: string;
  readonly found: () => unknown;
  readonly install: () => Promise<void>;
  readonly start: () => Promise<Service>;
  /** What a server somebody else runs holds already; tests only use an empty one. */
  readonly holds: (access: Access) => Promise<number>;
  /** Gives a place with nothing in it. */
  readonly empty: (access: Access) => Promise<Access>;
}

const ENGINES: Record<Kind, Engine> = {
  neo4j: {
    variable: 'TEST_NEO4J_URL',
    found: findNeo4j,
    install: installNeo4j,
    start: startNeo4j,
    holds: (access) =>
      withNeo4j(access, async (driver) => {
        const { records } = await driver.executeQuery('MATCH (n) RETURN count(n) AS n');
        return Number(records[0]?.get('n'));
      }),
    empty: async (access) => {
      await emptyNeo4j(access);
      return access;
    },
  },
  redis: {
    variable: 'TEST_REDIS_URL',
    found: findRedis,
    install: installRedis,
    start: startRedis,
    holds: (access) => withRedis(access.url, (redis) => redis.dbsize()),
    empty: async (access) => {
      await withRedis(access.url, (redis) => redis.flushdb());
      return access;
    },
  },
  postgres: {
    variable: 'TEST_DATABASE_URL',
    found: findPostgres,
    install: installPostgres,
    start: startPostgres,
    holds: async () => 0,
    empty: newDatabase,
  },
};

/** A database of the file's own beside the one that the address names. */
async function newDatabase(access: Access): Promise<Access> {
  const name = `ringfence_test_${randomBytes(6).toString('hex')}`;
  await withPostgres(access.url, (db) => db.query(`create database ${name}`));
  const url = new URL(access.url);
  url.pathname = `/${name}`;
  return { ...access, url: url.href };
}

async function emptyNeo4j(access: Access): Promise<void> {
  await withNeo4j(access, async (driver) => {
    const session = driver.session();
    try {
      const all = 'MATCH (n) CALL { WITH n DETACH DELETE n } IN TRANSACTIONS OF 20000 ROWS';
      await session.run(all);
      for (const kind of ['CONSTRAINT', 'INDEX']) {
        const what = kind === 'INDEX' ? "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'" : '';
        const { records } = await session.run(what || 'SHOW CONSTRAINTS YIELD name');
        for (const record of records) await session.run(`DROP ${kind} \`${record.get('name')}\``);
      }
    } finally {
      await session.close();
    }
  });
}

function accessOf(url: string): Access {
  const { username, password } = new URL(url);
  return { url, user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/**
 * Starts answering the test files of this run. `url` is what `need…` asks; `close` stops every
 * server that was started and takes back what was put into others.
 */
export async function openBroker(): Promise<{ url: string; close(): Promise<void> }> {
  const started = new Map<Kind, Promise<{ access: Access; give(): Promise<Access> }>>();
  const closers: Array<() => Promise<void>> = [];

  async function begin(kind: Kind) {
    const engine = ENGINES[kind];
    const given = process.env[engine.variable];
    if (given) {
      const access = accessOf(given);
      const held = await engine.holds(access);
      if (held > 0)
        throw new Error(
          `${engine.variable} names a server with ${held} entries; tests want one of their own, empty`,
        );
      return { access, give: () => giveFrom(engine, access) };
    }
    if (!engine.found() && process.env.REQUIRE_SERVICES === '1') await engine.install();
    const service = await engine.start();
    closers.push(() => service.dispose());
    const access = accessOf(service.url);
    return { access, give: () => engine.empty(access) };
  }

  /** A place on somebody else's server, which is left as it was found. */
  async function giveFrom(engine: Engine, access: Access): Promise<Access> {
    const place = await engine.empty(access);
    closers.push(async () => {
      if (place.url === access.url) return void (await engine.empty(access));
      const name = new URL(place.url).pathname.slice(1);
      await withPostgres(access.url, (db) => db.query(`drop database ${name} with (force)`));
    });
    return place;
  }

  async function answer(kind: Kind): Promise<Answer> {
    if (!started.has(kind)) started.set(kind, begin(kind));
    try {
      return await (await started.get(kind))!.give();
    } catch (error) {
      return { missing: `${kind}: ${(error as Error).message}` };
    }
  }

  const secret = randomBytes(12).toString('hex');
  const server = createServer((request, response) => {
    const [, bearer, kind] = (request.url ?? '').split('/');
    const known = bearer === secret && kind !== undefined && Object.hasOwn(ENGINES, kind);
    if (!known) return void response.writeHead(404).end();
    void answer(kind as Kind).then((given) => response.end(JSON.stringify(given)));
  });
  // A first start may download a hundred megabytes.
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${secret}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await Promise.allSettled(started.values());
      await Promise.allSettled(closers.reverse().map((one) => one()));
    },
  };
}
