import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, connectPostgres } from '../../../analytics/jobs/connection.js';
import { createJobRecords, type Jobs, openJobs } from '../../../analytics/jobs/engine.js';
import type { Handlers } from '../../../analytics/jobs/types.js';
import { createInbox, startSchedule } from '../../../analytics/jobs/week.js';
import { createInboxMemory, createScheduleMemory } from '../../../api/records/history.js';
import { freshRecords } from './records.js';

const nothing = async () => ({});
const handlers: Handlers = {
  import: nothing,
  withdraw: nothing,
  prune: nothing,
  rebuild: nothing,
  rehearse: nothing,
  'self-test': nothing,
  week: nothing,
};

const MONDAYS = '30 2 * * 1';
const EVERY_SECOND = '* * * * * *';

let records: Awaited<ReturnType<typeof freshRecords>>;

beforeEach(async () => {
  records = await freshRecords();
});
afterEach(async () => {
  await records.close();
});

describe('the schedule of the week', () => {
  let connection: Connection;
  let jobs: Jobs;
  const open: Array<{ close(): Promise<void> }> = [];

  beforeEach(async () => {
    connection = await connectPostgres(records.pool);
    jobs = await openJobs({
      connection,
      records: createJobRecords(records.db),
      handlers,
      parts: 1,
      alone: true,
    });
  });
  afterEach(async () => {
    for (const schedule of open.splice(0)) await schedule.close();
    await jobs.close();
  });

  async function schedule(pattern: string) {
    const started = await startSchedule({
      ...{ connection, jobs, pattern, alone: true },
      memory: createScheduleMemory(records.db),
    });
    open.push(started);
    return started;
  }

  const weeks = async () => (await jobs.list()).filter((job) => job.kind === 'week').length;

  async function due(): Promise<Array<{ at: Date }>> {
    const { rows } = await records.pool.query(
      `SELECT process_at_ms FROM bullmq.job WHERE queue = 'ringfence-week' AND state = 'delayed'`,
    );
    return rows.map((row) => ({ at: new Date(Number(row.process_at_ms)) }));
  }

  it('waits for Monday 02:30 in Shanghai', async () => {
    await schedule(MONDAYS);
    const [next, ...others] = await due();
    expect(others).toEqual([]);
    const shanghai = new Date((next?.at.getTime() ?? 0) + 8 * 3_600_000);
    expect([shanghai.getUTCDay(), shanghai.getUTCHours(), shanghai.getUTCMinutes()]).toEqual([
      1, 2, 30,
    ]);
    expect(next?.at.getTime()).toBeGreaterThan(Date.now());
    expect(await weeks()).toBe(0);
  });

  it('comes again and again, one waiting week at a time', async () => {
    await schedule(EVERY_SECOND);
    await jobs.start();
    while ((await weeks()) < 3) await sleep(100);
    expect(await due()).toHaveLength(1);
  });

  it('does once at start what was missed while off, and then waits for the next', async () => {
    await (await schedule(MONDAYS)).close();
    open.splice(0);
    await records.pool.query(
      `UPDATE bullmq.job SET process_at_ms = $1 WHERE queue = 'ringfence-week' AND state = 'delayed'`,
      [Date.now() - 20 * 86_400_000],
    );
    await schedule(MONDAYS);
    while ((await weeks()) < 1) await sleep(50);
    await sleep(1_500);
    expect(await weeks()).toBe(1);
    const [next, ...others] = await due();
    expect(others).toEqual([]);
    expect(next?.at.getTime()).toBeGreaterThan(Date.now());
  });

  it('leaves the waiting week alone at a start, and moves it when the setting changes', async () => {
    await (await schedule(MONDAYS)).close();
    open.splice(0);
    const before = await due();
    await (await schedule(MONDAYS)).close();
    open.splice(0);
    expect(await due()).toEqual(before);
    await schedule('0 5 * * 3');
    const after = await due();
    expect(after).toHaveLength(1);
    expect(new Date((after[0]?.at.getTime() ?? 0) + 8 * 3_600_000).getUTCHours()).toBe(5);
    expect(await weeks()).toBe(0);
  });
});

describe('the inbox', () => {
  const names = (entries: readonly { dir: string }[]) => entries.map((e) => e.dir.slice(-1));

  it('has each finished directory once, and again when it is sent again', async () => {
    const box = join(records.dir, 'box');
    const put = (name: string, done: boolean) => {
      mkdirSync(join(box, name), { recursive: true });
      if (done) writeFileSync(join(box, name, '_DONE'), '');
    };
    put('b', true);
    put('a', true);
    put('c', false);
    const inbox = createInbox(box, createInboxMemory(records.db));
    const [a, b, ...others] = await inbox.waiting();
    expect(names([...(a ? [a] : []), ...(b ? [b] : [])])).toEqual(['a', 'b']);
    expect(others).toEqual([]);
    if (a) await inbox.taken(a, 1);
    expect(names(await inbox.waiting())).toEqual(['b']);
    put('c', true);
    utimesSync(join(box, 'a', '_DONE'), new Date(), new Date(Date.now() + 5_000));
    expect(names(await inbox.waiting())).toEqual(['a', 'b', 'c']);
  });

  it('is empty where there is none', async () => {
    const memory = createInboxMemory(records.db);
    expect(await createInbox(undefined, memory).waiting()).toEqual([]);
    expect(await createInbox(join(records.dir, 'nowhere'), memory).waiting()).toEqual([]);
  });
});
