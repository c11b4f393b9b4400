import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServerRecords } from '../../../api/records/open.js';
import { needPostgres, type Service, startPostgres, withPostgres } from '../../services/index.js';

const { missing } = await needPostgres();

describe.skipIf(missing)('records on a server', () => {
  let postgres: Service;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.dispose());

  const log = (
    db: import('kysely').Kysely<import('../../../api/records/schema.js').RecordTables>,
  ) => db.selectFrom('ringfence.run_log').select('id').execute();

  it('are made once by however many processes start at once', async () => {
    const opened = await Promise.all([1, 2, 3, 4, 5, 6].map(() => openServerRecords(postgres.url)));
    for (const records of opened) expect(await log(records.db)).toEqual([]);
    const { rows } = await opened[0]!.pool.query('SHOW search_path');
    expect(rows).toEqual([{ search_path: 'bullmq,public' }]);
    for (const records of opened) await records.close();
  });

  it('say that the server is away, and work again when it is back', async () => {
    const records = await openServerRecords(postgres.url);
    await Promise.all(Array.from({ length: 8 }, () => log(records.db)));
    await postgres.stop();
    await expect(log(records.db)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(
      records.db.transaction().execute((tx) => tx.selectFrom('ringfence.inbox').execute()),
    ).rejects.toMatchObject({ kind: 'unavailable' });
    await postgres.restart();
    await expect.poll(() => log(records.db).catch((e: Error) => e.message)).toEqual([]);
    await records.close();
  });

  it('end a transaction that the server drops, as being away', async () => {
    const records = await openServerRecords(postgres.url);
    const cut = records.db.transaction().execute(async (tx) => {
      await tx.selectFrom('ringfence.inbox').selectAll().execute();
      await postgres.kill9();
      return tx.selectFrom('ringfence.inbox').selectAll().execute();
    });
    await expect(cut).rejects.toMatchObject({ kind: 'unavailable' });
    await postgres.restart();
    expect(await log(records.db)).toEqual([]);
    await records.close();
  });

  it('refuse what a newer program wrote, and an address that is wrong', async () => {
    await withPostgres(postgres.url, (db) =>
      db.query(`INSERT INTO ringfence.kysely_migration VALUES ('9999_future', '')`),
    );
    await expect(openServerRecords(postgres.url)).rejects.toMatchObject({ kind: 'conflict' });
    await withPostgres(postgres.url, (db) =>
      db.query(`DELETE FROM ringfence.kysely_migration WHERE name = '9999_future'`),
    );
    const wrong = new URL(postgres.url);
    wrong.password = 'wrong';
    await expect(openServerRecords(wrong.href)).rejects.toThrow(/password/);
  });

  it('do not keep a process from ending', async () => {
    const url = new URL('../../../dist/api/records/open.js', import.meta.url).href;
    const code = `const { openServerRecords } = await import(${JSON.stringify(url)});
      const records = await openServerRecords(process.env.DATABASE_URL);
      await records.close();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...process.env, DATABASE_URL: postgres.url },
    });
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
