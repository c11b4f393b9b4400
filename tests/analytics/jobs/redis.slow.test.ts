import { connectRedis } from '../../../analytics/jobs/connection.js';
import { createJobRecords } from '../../../analytics/jobs/engine.js';
import { openServerRecords } from '../../../api/records/open.js';
import { needPostgres, needRedis, withRedis } from '../../services/index.js';
import { jobContract } from './contract.js';
import type { JobStore } from './support.js';
import { togetherContract } from './together.contract.js';

const [redis, postgres] = [await needRedis(), await needPostgres()];

async function openStore(): Promise<JobStore> {
  await withRedis(redis.url, (client) => client.flushdb());
  const records = await openServerRecords(postgres.url);
  await records.pool.query('TRUNCATE ringfence.job_intents, ringfence.leases RESTART IDENTITY');
  return {
    connect: () => connectRedis(redis.url),
    records: async () => createJobRecords(records.db),
    destroy: () => records.close(),
  };
}

jobContract('Redis', openStore, redis.missing ?? postgres.missing);
togetherContract('Redis', openStore, redis.missing ?? postgres.missing);
