// A worker process of the job engine, for tests that kill it. What its handlers do goes line by line
// into FAULT_LOG, which nothing that is killed or flushed can take back.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectPostgres, connectRedis } from '../../dist/analytics/jobs/connection.js';
import { createJobRecords, openJobs } from '../../dist/analytics/jobs/engine.js';
import { openServerRecords } from '../../dist/api/records/open.js';

const { DATABASE_URL, REDIS_URL, FAULT_LOG, TAKE_OVER_MS } = process.env;
const records = await openServerRecords(DATABASE_URL);

/** Does `step`, asking the records on the way as real work does. */
async function doing(step, job, ms, signal) {
  const say = (at) =>
    appendFileSync(FAULT_LOG, `${JSON.stringify({ pid: process.pid, job, step, at })}\n`);
  say('begin');
  try {
    await sleep(ms, undefined, { signal });
    await records.db.selectFrom('ringfence.run_log').select('id').execute();
    say('end');
  } catch (error) {
    say('stopped');
    throw error;
  }
}

const nothing = async () => ({});
const jobs = await openJobs({
  connection: REDIS_URL ? await connectRedis(REDIS_URL) : await connectPostgres(records.pool),
  records: createJobRecords(records.db),
  parts: 1,
  alone: false,
  takeOverMs: Number(TAKE_OVER_MS),
  handlers: {
    withdraw: nothing,
    prune: nothing,
    week: nothing,
    async import({ dir }, ctx) {
      await doing('import', ctx.jobId, 300, ctx.signal);
      return dir;
    },
    rebuild: {
      async plan({ seed }, ctx) {
        await doing('plan', ctx.jobId, 200, ctx.signal);
        return { plan: { seed }, parts: ['a', 'b', 'c', 'd', 'e', 'f'] };
      },
      async part({ part }, ctx) {
        await doing(`part ${part}`, ctx.jobId, 300, ctx.signal);
        return part.toUpperCase();
      },
      async join(plan, parts, ctx) {
        await doing('join', ctx.jobId, 300, ctx.signal);
        return `${Object.values(parts).join('')}${plan.seed}`;
      },
    },
  },
});
await jobs.start();
process.stdout.write('ready\n');
process.once('SIGTERM', async () => {
  await jobs.close();
  await records.close();
});
