import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectPostgres } from '../../../analytics/jobs/connection.js';
import { openRecords } from '../../../api/records/open.js';
import { jobContract } from './contract.js';

jobContract('PGlite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ringfence-jobs-'));
  const records = await openRecords(dir);
  return {
    connect: () => connectPostgres(records.pool),
    async destroy() {
      await records.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
});
