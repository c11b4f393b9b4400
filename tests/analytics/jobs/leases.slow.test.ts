import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lead } from '../../../analytics/jobs/lead.js';
import { createLeases, LEADER } from '../../../analytics/jobs/leases.js';
import { openServerRecords, type Records } from '../../../api/records/open.js';
import { needPostgres } from '../../services/index.js';

const postgres = await needPostgres();
const MS = 500;
const nothing = () => {};

describe.skipIf(postgres.missing)('a lease', () => {
  let records: Records;
  beforeAll(async () => {
    records = await openServerRecords(postgres.url);
  });
  afterAll(() => records.close());
  beforeEach(() => createLeases(records.db).clear());

  it('is had by one at a time, for as long as the work takes', async () => {
    const [one, two] = [createLeases(records.db), createLeases(records.db)];
    let had = 0;
    const work = async () => {
      expect(++had).toBe(1);
      await sleep(2 * MS);
      had--;
    };
    await Promise.all([one, two].map((l) => l.hold('x', { ms: MS, lost: nothing }, work)));
  });

  it('goes to another when its holder is gone, and the holder is told when it was not', async () => {
    const [one, two] = [createLeases(records.db), createLeases(records.db)];
    let told = 0;
    let taken = 0;
    await one.hold('x', { ms: MS, lost: () => told++ }, async () => {
      await records.pool.query(`UPDATE ringfence.leases SET holder = 'another', until = now()
        + interval '1 second'`);
      await expect.poll(() => told).toBe(1);
      // What is left of the former holder does not come between.
      await two.hold('x', { ms: MS, lost: nothing }, async () => void taken++);
    });
    expect([told, taken]).toEqual([1, 1]);
    const { rows } = await records.pool.query('SELECT name FROM ringfence.leases');
    expect(rows).toEqual([]);
  });

  it('to lead is taken again by who lost it, though what it began does not end', async () => {
    const ending = new AbortController();
    let begun = 0;
    const leading = lead(createLeases(records.db), { ms: MS, signal: ending.signal }, () => {
      begun++;
      return begun === 1 ? () => new Promise(nothing) : async () => {};
    });
    await expect.poll(() => begun).toBe(1);
    await records.pool.query(
      `UPDATE ringfence.leases SET holder = 'another', until = now()
      + interval '1 second' WHERE name = $1`,
      [LEADER],
    );
    await expect.poll(() => begun, { timeout: 10_000 }).toBe(2);
    ending.abort();
    await leading;
  });
});
