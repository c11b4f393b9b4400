import { connectPostgres } from '../../../analytics/jobs/connection.js';
import { createJobRecords } from '../../../analytics/jobs/engine.js';
import { openServerRecords } from '../../../api/records/open.js';
import { needPostgres } from '../../services/index.js';
import { jobContract } from './contract.js';
import type { JobStore } from './support.js';
import { togetherContract } from './together.contract.js';

const postgres = await needPostgres();

async function openStore(): Promise<JobStore> {
  const records = await openServerRecords(postgres.url);
  await records.pool.query('TRUNCATE ringfence.job_intents, ringfence.leases RESTART IDENTITY');
  await records.pool.query('DROP SCHEMA IF EXISTS bullmq CASCADE');
  return {
    connect: () => connectPostgres(records.pool),
    records: async () => createJobRecords(records.db),
    destroy: () => records.close(),
  };
}

jobContract('PostgreSQL', openStore, postgres.missing);
togetherContract('PostgreSQL', openStore, postgres.missing);
