import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWire } from '../../../api/records/wire.js';

describe('the wire to PGlite', () => {
  let db: PGlite;
  let pool: pg.Pool;

  beforeAll(async () => {
    db = await PGlite.create();
    const wire = createWire(db);
    pool = new pg.Pool({
      stream: () => wire.connect() as never,
      user: 'postgres',
      database: 'postgres',
      max: 8,
    });
    await pool.query('CREATE TABLE kept (client int, n int)');
  });

  afterAll(async () => {
    await pool.end();
    await db.close();
  });

  it('keeps the statements of clients apart, also where some fail', async () => {
    const big = 'x'.repeat(100_000);
    const clients = Array.from({ length: 6 }, async (_, client) => {
      for (let n = 0; n < 60; n++) {
        if (client % 3 === 0) {
          const text = client === 0 ? big : 'small';
          const { rows } = await pool.query('SELECT $1::int AS n, $2::text AS text', [n, text]);
          expect(rows).toEqual([{ n, text }]);
        } else if (client % 3 === 1) {
          await expect(pool.query('SELECT 1 / $1::int', [0])).rejects.toThrow('division by zero');
        } else {
          const one = await pool.connect();
          try {
            await one.query('BEGIN');
            await one.query('INSERT INTO kept VALUES ($1, $2)', [client, n]);
            await new Promise(setImmediate);
            await one.query(n % 3 === 0 ? 'ROLLBACK' : 'COMMIT');
          } finally {
            one.release();
          }
        }
      }
    });
    await Promise.all(clients);
    const { rows } = await pool.query(
      'SELECT client, count(*)::int AS n FROM kept GROUP BY 1 ORDER BY 1',
    );
    expect(rows).toEqual([
      { client: 2, n: 40 },
      { client: 5, n: 40 },
    ]);
  });

  it('brings notifications to every client that listens, and to no other', async () => {
    const heard: string[] = [];
    const [a, b, deaf] = [await pool.connect(), await pool.connect(), await pool.connect()];
    a.on('notification', (n) => heard.push(`a ${n.payload}`));
    b.on('notification', (n) => heard.push(`b ${n.payload}`));
    deaf.on('notification', (n) => heard.push(`deaf ${n.payload}`));
    await a.query('LISTEN news');
    await b.query('-- a comment before it\nLISTEN news;');
    await pool.query("SELECT pg_notify('news', $1)", ['hello']);
    await deaf.query('SELECT 1');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard.sort()).toEqual(['a hello', 'b hello']);
    for (const client of [a, b, deaf]) client.release(true);
  });

  it('undoes the transaction of a client that goes away', async () => {
    const one = await pool.connect();
    await one.query('BEGIN');
    await one.query('INSERT INTO kept VALUES (99, 1)');
    one.release(true);
    const { rows } = await pool.query('SELECT count(*)::int AS n FROM kept WHERE client = 99');
    expect(rows).toEqual([{ n: 0 }]);
  });
});
