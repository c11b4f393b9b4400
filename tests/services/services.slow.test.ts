import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Neo4jService,
  needNeo4j,
  needPostgres,
  needRedis,
  type Service,
  startNeo4j,
  startPostgres,
  startRedis,
  withNeo4j,
  withPostgres,
  withRedis,
} from './index.js';

// The servers themselves: each starts, answers only who knows its password, keeps its data over
// stop and kill -9, and leaves neither process nor port behind.

const [neo4j, redis, postgres] = await Promise.all([needNeo4j(), needRedis(), needPostgres()]);

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function listens(url: string): Promise<boolean> {
  const { port } = new URL(url);
  return new Promise((done) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('close', () => socket.destroy());
  });
}

/** What holds of every server, with a way to write one thing and to count such things. */
function lives(
  start: () => Promise<Service>,
  put: (service: Service) => Promise<unknown>,
  count: (service: Service) => Promise<number>,
  whileDown: () => Promise<void> = async () => {},
): void {
  let service: Service;
  beforeAll(async () => {
    service = await start();
  });
  afterAll(() => service.dispose());

  for (const how of ['stop', 'kill9'] as const)
    it(`keeps what it was given over ${how}`, async () => {
      if (how === 'stop') await put(service);
      const pid = service.pid() as number;
      await service[how]();
      expect(alive(pid)).toBe(false);
      expect(service.pid()).toBeUndefined();
      expect(await listens(service.url)).toBe(false);
      if (how === 'stop') await whileDown();
      await service.restart();
      expect(service.pid()).not.toBe(pid);
      expect(await count(service)).toBe(1);
    });

  it('leaves nothing behind', async () => {
    const pid = service.pid() as number;
    await service.dispose();
    expect(alive(pid)).toBe(false);
    expect(await listens(service.url)).toBe(false);
    await service.dispose();
  });
}

describe.skipIf(redis.missing)('Redis', () => {
  lives(
    startRedis,
    async ({ url }) => {
      await withRedis(url, (db) => db.set('a', 1));
      // Once a second is what the product asks for; a test of kill -9 need not wait for it.
      await withRedis(url, (db) => db.bgrewriteaof());
    },
    ({ url }) => withRedis(url, (db) => db.dbsize()),
  );

  it('is shared empty, with a password, as the product wants it', async () => {
    const settings = await withRedis(redis.url, (db) => db.config('GET', 'maxmemory-policy'));
    expect(settings).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await withRedis(redis.url, (db) => db.dbsize())).toBe(0);
    const { host } = new URL(redis.url);
    await expect(withRedis(`redis://${host}`, (db) => db.dbsize())).rejects.toThrow('closed');
  });
});

describe.skipIf(postgres.missing)('PostgreSQL', () => {
  lives(
    startPostgres,
    ({ url }) => withPostgres(url, (db) => db.query('create table t as select 1 as x; checkpoint')),
    ({ url }) =>
      withPostgres(url, async (db) =>
        Number((await db.query('select count(*) from t')).rows[0].count),
      ),
  );

  it('is shared with a database for each file, with a password', async () => {
    const other = await needPostgres();
    expect(other.url).not.toBe(postgres.url);
    await withPostgres(postgres.url, (db) => db.query('create table mine()'));
    await expect(withPostgres(other.url, (db) => db.query('select from mine'))).rejects.toThrow(
      'does not exist',
    );
    const wrong = new URL(postgres.url);
    wrong.password = 'wrong';
    await expect(withPostgres(wrong.href, (db) => db.query('select'))).rejects.toThrow('password');
  });
});

describe.skipIf(neo4j.missing)('Neo4j', () => {
  let own: Neo4jService;
  lives(
    async () => {
      own = await startNeo4j({ heap: '384m', pageCache: '64m' });
      return own;
    },
    () => withNeo4j(own, (driver) => driver.executeQuery('CREATE (:Thing)')),
    () =>
      withNeo4j(own, async (driver) => {
        const { records } = await driver.executeQuery('MATCH (n) RETURN count(n) AS n');
        return Number(records[0]?.get('n'));
      }),
    async () => {
      const dump = (name: string) =>
        own.admin(['database', 'dump', name, `--to-path=${join(own.home, 'import')}`]);
      expect(await dump('neo4j')).toMatchObject({ code: 0 });
      expect(existsSync(join(own.home, 'import', 'neo4j.dump'))).toBe(true);
      expect(await dump('another')).toMatchObject({ code: 1 });
    },
  );

  it('is shared empty, with a password', async () => {
    await withNeo4j(neo4j, async (driver) => {
      await driver.executeQuery('CREATE CONSTRAINT k FOR (n:Thing) REQUIRE n.k IS UNIQUE');
      await driver.executeQuery('CREATE INDEX i FOR (n:Thing) ON (n.i)');
      await driver.executeQuery('UNWIND range(1, 50000) AS k CREATE (:Thing {k: k})');
    });
    const again = await needNeo4j();
    expect(again.url).toBe(neo4j.url);
    await withNeo4j(again, async (driver) => {
      for (const query of [
        'MATCH (n) RETURN n',
        'SHOW CONSTRAINTS',
        "SHOW INDEXES YIELD type WHERE type <> 'LOOKUP'",
      ])
        expect((await driver.executeQuery(query)).records).toEqual([]);
    });
    await expect(
      withNeo4j({ ...neo4j, password: 'not the password' }, (driver) =>
        driver.executeQuery('RETURN 1'),
      ),
    ).rejects.toThrow(/unauthorized/i);
  });
});
