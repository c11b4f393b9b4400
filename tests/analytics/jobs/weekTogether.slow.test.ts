import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectRedis } from '../../../analytics/jobs/connection.js';
import { createJobRecords, type Jobs, openJobs } from '../../../analytics/jobs/engine.js';
import { startSchedule } from '../../../analytics/jobs/week.js';
import { createScheduleMemory } from '../../../api/records/history.js';
import { openServerRecords, type Records } from '../../../api/records/open.js';
import { needPostgres, needRedis, withRedis } from '../../services/index.js';
import { idle } from './support.js';

const [redis, postgres] = [await needRedis(), await needPostgres()];
const MONDAYS = '30 2 * * 1';
const EVERY_OTHER_SECOND = '*/2 * * * * *';

describe.skipIf(redis.missing ?? postgres.missing)('the week of several processes', () => {
  let records: Records;
  const open: Array<{ close(): Promise<void> }> = [];

  beforeEach(async () => {
    await withRedis(redis.url, (client) => client.flushdb());
    records = await openServerRecords(postgres.url);
    await records.pool.query('TRUNCATE ringfence.job_intents, ringfence.schedule');
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
    await records.close();
  });

  async function process(pattern: string): Promise<Jobs> {
    const connection = await connectRedis(redis.url);
    const jobs = await openJobs({
      ...{ connection, handlers: idle, parts: 1, alone: false },
      records: createJobRecords(records.db),
    });
    open.push(jobs);
    await jobs.start();
    const memory = createScheduleMemory(records.db);
    open.push(await startSchedule({ connection, jobs, pattern, memory, alone: false }));
    return jobs;
  }

  const weeks = async (jobs: Jobs) => (await jobs.list()).filter((job) => job.kind === 'week');
  const waiting = () =>
    withRedis(redis.url, (client) => client.zcard('bull:ringfence-week:delayed'));

  it('runs once each time, though both run the schedule', async () => {
    const [jobs] = [await process(EVERY_OTHER_SECOND), await process(EVERY_OTHER_SECOND)];
    await expect.poll(async () => (await weeks(jobs)).length, { timeout: 20_000 }).toBe(3);
    const slots = (await weeks(jobs)).map((job) => Math.floor(Date.parse(job.createdAt) / 2_000));
    expect(new Set(slots).size).toBe(3);
  });

  it('is scheduled again in a queue that was flushed', async () => {
    const jobs = await process(MONDAYS);
    await expect.poll(waiting, { timeout: 10_000 }).toBe(1);
    await withRedis(redis.url, (client) => client.flushdb());
    await expect.poll(waiting, { timeout: 10_000 }).toBe(1);
    expect(await weeks(jobs)).toEqual([]);
  });

  it('is not missed when it fell due in a queue that was flushed', async () => {
    const memory = createScheduleMemory(records.db);
    await memory.remember(MONDAYS, Date.now() - 60_000);
    const jobs = await process(MONDAYS);
    await process(MONDAYS);
    await expect.poll(waiting, { timeout: 10_000 }).toBe(1);
    await sleep(4_000);
    expect(await weeks(jobs)).toHaveLength(1);
    expect((await memory.due())?.at).toBeGreaterThan(Date.now());
  });
});
