import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckdbStore } from '../../analytics/store/duckdb/store.js';
import { graphStoreContract } from './graphStore.contract.js';

graphStoreContract('DuckDB', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ringfence-duckdb-'));
  return {
    open: () => openDuckdbStore({ path: join(dir, 'graph.duckdb'), memoryLimit: '500MB' }),
    wipe: () => rm(dir, { recursive: true, force: true }),
  };
});
