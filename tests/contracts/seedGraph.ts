import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { importDirectory } from '../../analytics/ingest/import.js';
import { loadGraph } from '../../analytics/jobs/graph.js';
import { openDuck } from '../../analytics/landing/duck.js';
import { listCounties } from '../../analytics/landing/events.js';
import { type Landing, openLanding } from '../../analytics/landing/landing.js';
import { createLedger } from '../../analytics/landing/ledger.js';
import type { DetectionRun } from '../../analytics/model/finding.js';
import type { EntityKind, EntityRef } from '../../analytics/model/ids.js';
import { runDetection, screenCounty } from '../../analytics/scoring/run.js';
import type { GraphStore } from '../../analytics/store/port.js';
import { writeSeedWorld } from '../../seed/index.js';
import { freshRecords } from '../analytics/jobs/records.js';

/** A node of the graph with the number of its relationships. */
export interface KnownNode extends EntityRef {
  readonly label: string;
  readonly degree: number;
}

export interface SeedGraph {
  /** A directory of its own that goes when it is closed. */
  readonly dir: string;
  /** Imports a directory of tables into landing. */
  land(dir: string): Promise<void>;
  /** Makes a store show what landing holds, as the job does. */
  load(store: GraphStore): Promise<void>;
  /** Every node, most relationships first. */
  nodes(): Promise<KnownNode[]>;
  /** A rebuild over what landing holds. */
  detect(id: string): Promise<DetectionRun>;
  close(): Promise<void>;
}

const SEED = 4;

/** A synthetic prefecture in landing, by the way that a bureau's own tables take. */
export async function makeSeedGraph(settlements: number): Promise<SeedGraph> {
  const records = await freshRecords();
  const { dir } = records;
  const landing: Landing = await openLanding({ dir, ledger: createLedger(records.db) });
  const land = async (from: string) => {
    const rejectDir = join(dir, 'rejects');
    mkdirSync(rejectDir, { recursive: true });
    await importDirectory({ landing, dir: from, rejectDir });
  };
  const outDir = join(dir, 'seed');
  await writeSeedWorld({ outDir, settlements, seed: SEED });
  await land(outDir);
  return {
    dir,
    land,
    load: (store) => loadGraph(landing, store, {}),
    async nodes() {
      const folder = join(dir, 'graph', `baseline-${await landing.version()}`);
      const duck = await openDuck({ tempDir: join(dir, 'tmp') });
      try {
        return await duck.rows<{ kind: EntityKind; id: string; label: string; degree: number }>(`
          WITH ends AS (
            SELECT source_kind AS kind, source_id AS id FROM '${folder}/edges.parquet'
            UNION ALL SELECT target_kind, target_id FROM '${folder}/edges.parquet')
          SELECT n.kind, n.id, n.label, count(e.id) AS degree
          FROM '${folder}/nodes.parquet' AS n LEFT JOIN ends AS e USING (kind, id)
          GROUP BY ALL ORDER BY degree DESC, n.kind, n.id`);
      } finally {
        await duck.close();
      }
    },
    async detect(id) {
      const period = { from: '2025-01-01', to: '2026-01-01' } as DetectionRun['period'];
      const request = { period, seed: SEED, dataDir: dir };
      const first = await landing.reader();
      const counties = await listCounties(first);
      await first.close();
      const artifacts = [];
      for (const { county } of counties) {
        const reader = await landing.reader();
        artifacts.push(await screenCounty(reader, { ...request, county }));
        await reader.close();
      }
      const reader = await landing.reader();
      try {
        const more = { id, code: 'test', artifacts, previous: [] };
        return await runDetection(reader, { ...request, ...more });
      } finally {
        await reader.close();
      }
    },
    async close() {
      await landing.close();
      await records.close();
    },
  };
}
