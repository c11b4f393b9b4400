import { describe } from 'vitest';
import { openNeo4jStore } from '../../analytics/store/neo4j/store.js';
import { needNeo4j, withNeo4j } from '../services/index.js';
import { graphStoreContract } from './graphStore.contract.js';

const neo4j = await needNeo4j();

describe.skipIf(neo4j.missing)('on a real server', () => {
  graphStoreContract('Neo4j', async () => ({
    open: () => openNeo4jStore(neo4j),
    wipe: () =>
      withNeo4j(neo4j, async (driver) => {
        const session = driver.session();
        await session.run(
          'MATCH (n) CALL { WITH n DETACH DELETE n } IN TRANSACTIONS OF 20000 ROWS',
        );
        await session.close();
      }),
  }));
});
