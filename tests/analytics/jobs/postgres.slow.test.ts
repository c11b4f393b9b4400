import { connectPostgres } from '../../../analytics/jobs/connection.js';
import { createJobRecords } from '../../../analytics/jobs/engine.js';
import { openServerRecords, type Records } from '../../../api/records/open.js';
import { needPostgres } from '../../services/index.js';
import { jobContract } from './contract.js';

const postgres = await needPostgres();

jobContract(
  'PostgreSQL',
  async () => {
    const opened: Records[] = [];
    const records = await openServerRecords(postgres.url);
    await records.pool.query('TRUNCATE ringfence.job_intents, ringfence.leases RESTART IDENTITY');
    await records.pool.query('DROP SCHEMA IF EXISTS bullmq CASCADE');
    opened.push(records);
    return {
      connect: () => connectPostgres(records.pool),
      records: async () => createJobRecords(records.db),
      async destroy() {
        for (const one of opened) await one.close();
      },
    };
  },
  postgres.missing,
);
