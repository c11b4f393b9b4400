import { connectPostgres } from '../../../analytics/jobs/connection.js';
import { jobContract } from './contract.js';
import { freshRecords } from './records.js';

jobContract('PGlite', async () => {
  const records = await freshRecords();
  return { connect: () => connectPostgres(records.pool), destroy: () => records.close() };
});
