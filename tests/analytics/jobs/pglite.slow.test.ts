import { connectPostgres } from '../../../analytics/jobs/connection.js';
import { createJobRecords } from '../../../analytics/jobs/engine.js';
import { jobContract } from './contract.js';
import { freshRecords } from './records.js';
import type { JobStore } from './support.js';

async function openStore(): Promise<JobStore> {
  const records = await freshRecords();
  return {
    connect: () => connectPostgres(records.pool),
    records: async () => createJobRecords(records.db),
    destroy: () => records.close(),
  };
}

jobContract('PGlite', openStore);
