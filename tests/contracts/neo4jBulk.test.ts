import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuck } from '../../analytics/landing/duck.js';
import { ENTITY_KINDS } from '../../analytics/model/ids.js';
import { openDuckdbStore } from '../../analytics/store/duckdb/store.js';
import { exportBulk } from '../../analytics/store/neo4j/bulk.js';
import { loadBulk } from '../../analytics/store/neo4j/bulkLoad.js';
import { openNeo4jStore } from '../../analytics/store/neo4j/store.js';
import type { GraphDelta } from '../../analytics/store/port.js';
import { type Neo4jService, needNeo4j, startNeo4j } from '../services/index.js';
import { graphDigest } from './graphDigest.js';
import { toDelta } from './naiveGraph.js';
import { makeSeedGraph, type SeedGraph } from './seedGraph.js';

// Asked first, so that a machine without Neo4j installs it or says so.
const { missing } = await needNeo4j();

/** Names and codes that would break careless CSV, and a hospital with enough patients for a list. */
const ODD_NODES = `
  SELECT 'institution' AS kind, 'H-ODD' AS id, '第"一"医院, 分院; ''北''' AS label, '{}' AS attributes
  UNION ALL SELECT 'institution', 'H "quoted", with; all', chr(10) || 'two' || chr(10) || 'lines', '{"region":"510100"}'
  UNION ALL SELECT 'doctor', ' D space ', '', '{"department":"a\\"b\\\\c"}'
  UNION ALL SELECT 'drug', 'ẞİ-1', 'ÀÉ 阿司匹林 ' || chr(9) || '|', '{"spec":"x;y,z"}'
  UNION ALL SELECT 'patient', 'p;' || i, 'p;' || i, '{}' FROM range(1200) r(i)`;
const ODD_EDGES = `
  SELECT 'patient' AS source_kind, 'p;' || i AS source_id, 'institution' AS target_kind,
    'H-ODD' AS target_id, 1 + i % 7 AS count, 9007199254740991 - i AS fen, 1700000000 + i AS "first",
    1700000000 + 2 * i AS "last" FROM range(1200) r(i)
  UNION ALL SELECT 'doctor', ' D space ', 'institution', 'H "quoted", with; all', 1, -5, -1, 0
  UNION ALL SELECT 'institution', 'H "quoted", with; all', 'drug', 'ẞİ-1', 2, 0, 0, 0`;

describe.skipIf(missing)('a first load of Neo4j by files', () => {
  let seed: SeedGraph;
  let neo4j: Neo4jService;
  let parquet: NonNullable<GraphDelta['parquet']>;
  beforeAll(async () => {
    [seed, neo4j] = await Promise.all([makeSeedGraph(2000), startNeo4j()]);
    const embedded = await openDuckdbStore({ path: join(seed.dir, 'graph', 'seed.duckdb') });
    await seed.load(embedded);
    await embedded.close();
    const [made] = readdirSync(join(seed.dir, 'graph')).filter((f) => f.startsWith('baseline-'));
    const from = join(seed.dir, 'graph', made!);
    const folder = join(seed.dir, 'odd');
    mkdirSync(folder);
    parquet = { nodes: join(folder, 'nodes.parquet'), edges: join(folder, 'edges.parquet') };
    const duck = await openDuck({ tempDir: join(seed.dir, 'tmp') });
    await duck.run(`COPY (FROM '${from}/nodes.parquet' UNION ALL ${ODD_NODES})
      TO '${parquet.nodes}' (FORMAT parquet);
      COPY (FROM '${from}/edges.parquet' UNION ALL ${ODD_EDGES})
      TO '${parquet.edges}' (FORMAT parquet)`);
    await duck.close();
  });
  afterAll(async () => {
    await neo4j?.dispose();
    await seed?.close();
  });

  it('leaves what a load over Bolt leaves, to every property', async () => {
    const byBolt = await openNeo4jStore(neo4j);
    await byBolt.load(0, 7, { ...toDelta({ full: true, nodes: [], edges: [] }), parquet });
    const H = { kind: 'institution', id: 'H-ODD' } as const;
    const ask = { kinds: ENTITY_KINDS, perKind: 20 };
    const answer = await byBolt.neighbourhood([H], ask);
    await byBolt.close();
    const wanted = await graphDigest(neo4j);
    expect(wanted.relationships).toBeGreaterThan(5000);

    const out = join(seed.dir, 'csv');
    await exportBulk(parquet, 7, { out });
    const tool = { tool: join(neo4j.home, 'bin', 'neo4j-admin') };
    // While it runs it is left alone.
    await expect(loadBulk(out, tool)).rejects.toMatchObject({ kind: 'conflict' });
    expect(await graphDigest(neo4j)).toEqual(wanted);
    await neo4j.stop();
    await loadBulk(out, tool);
    await neo4j.restart();

    const store = await openNeo4jStore(neo4j);
    try {
      expect(await graphDigest(neo4j)).toEqual(wanted);
      expect(await store.version()).toBe(7);
      expect(await store.neighbourhood([H], ask)).toEqual(answer);
      expect(answer.omitted).toEqual([{ of: H, kind: 'patient', shown: 20, total: 1200 }]);
      // And it goes on from there like any other.
      const lone = { kind: 'patient', id: 'p;new' } as const;
      const node = { ...lone, label: 'p;new', attributes: {} };
      const edge = { source: lone, target: H, count: 99, fen: 1, first: 1, last: 1 };
      await store.load(7, 8, toDelta({ full: false, nodes: [node], edges: [edge] }));
      const after = await store.neighbourhood([H], ask);
      expect(after.omitted).toEqual([{ of: H, kind: 'patient', shown: 20, total: 1201 }]);
      expect(after.edges).toContainEqual(edge);
    } finally {
      await store.close();
    }
  });

  it('says what is missing: files, the tool', async () => {
    await expect(loadBulk(join(seed.dir, 'nowhere'))).rejects.toMatchObject({ kind: 'invalid' });
    const tool = join(seed.dir, 'no-such-tool');
    await expect(loadBulk(join(seed.dir, 'csv'), { tool })).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });
});
