import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DetectionRun, RiskProfile } from '../../../analytics/model/finding.js';
import { compiled } from '../../../analytics/model/resources.js';
import { openDuckdbStore } from '../../../analytics/store/duckdb/store.js';
import type { GraphDelta, GraphEdgeRow, GraphNodeRow } from '../../../analytics/store/port.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ringfence-store-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));
const file = () => join(dir, 'graph.duckdb');

async function sql(path: string, ...statements: string[]): Promise<void> {
  const db = await DuckDBInstance.create(path);
  const connection = await db.connect();
  for (const s of statements) await connection.run(s);
  connection.closeSync();
  db.closeSync();
}

/** A few thousand relationships, the same as Parquet and as rows. */
async function writeParquet(): Promise<NonNullable<GraphDelta['parquet']>> {
  const files = { nodes: join(dir, "no'des.parquet"), edges: join(dir, 'edges.parquet') };
  const copy = (path: string) => `TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`;
  await sql(
    ':memory:',
    `COPY (SELECT 'patient' AS kind, 'P' || i AS id, 'P' || i AS label, '{"sex":"1"}' AS attributes
       FROM range(1000) r(i)
       UNION ALL SELECT 'institution', 'H' || i, '第' || i || '医院', '{"region":"50010' || i || '"}'
       FROM range(9) r(i)) ${copy(files.nodes)}`,
    `COPY (SELECT 'patient' AS source_kind, 'P' || i AS source_id, 'institution' AS target_kind,
         'H' || j AS target_id, 1 + (i * 7 + j) % 5 AS count, (i * 100 + j)::BIGINT AS fen,
         1700000000 + i AS "first", 1700000000 + i + j AS "last"
       FROM range(1000) r(i), range(9) q(j) WHERE (i + j) % 3 > 0) ${copy(files.edges)}`,
  );
  return files;
}

async function* none(): AsyncGenerator<never[]> {}
const unread = () => {
  throw new Error('rows were read although there is Parquet');
};

function rowsDelta(): GraphDelta {
  const patient = (i: number): GraphNodeRow => ({
    kind: 'patient',
    id: `P${i}`,
    label: `P${i}`,
    attributes: { sex: '1' },
  });
  const institution = (j: number): GraphNodeRow => ({
    kind: 'institution',
    id: `H${j}`,
    label: `第${j}医院`,
    attributes: { region: `50010${j}` },
  });
  return {
    full: true,
    async *nodes() {
      yield Array.from({ length: 1000 }, (_, i) => patient(i));
      yield Array.from({ length: 9 }, (_, j) => institution(j));
    },
    async *edges() {
      for (let i = 0; i < 1000; i++) {
        const batch: GraphEdgeRow[] = [];
        for (let j = 0; j < 9; j++)
          if ((i + j) % 3 > 0)
            batch.push({
              source: { kind: 'patient', id: `P${i}` },
              target: { kind: 'institution', id: `H${j}` },
              count: 1 + ((i * 7 + j) % 5),
              fen: i * 100 + j,
              first: 1_700_000_000 + i,
              last: 1_700_000_000 + i + j,
            });
        yield batch;
      }
    },
    removedEdges: none,
  };
}

describe('DuckDB graph store', () => {
  it('reads Parquet as it reads rows', async () => {
    const parquet = await writeParquet();
    const fast = await openDuckdbStore({ path: file() });
    const slow = await openDuckdbStore({ path: join(dir, 'other.duckdb') });
    try {
      await fast.load(0, 3, {
        full: true,
        nodes: unread,
        edges: unread,
        removedEdges: unread,
        parquet,
      });
      await slow.load(0, 3, rowsDelta());
      const asked = Array.from({ length: 9 }, (_, j) => ({
        kind: 'institution' as const,
        id: `H${j}`,
      }));
      const limit = { kinds: ['patient'] as const, perKind: 400 };
      const answer = await fast.neighbourhood(asked, limit);
      expect(answer.edges.length).toBe(9 * 400);
      expect(answer).toEqual(await slow.neighbourhood(asked, limit));
      expect(await fast.version()).toBe(3);
    } finally {
      await fast.close();
      await slow.close();
    }
  });

  it('refuses a file that a newer program wrote', async () => {
    await (await openDuckdbStore({ path: file() })).close();
    await sql(file(), 'UPDATE store SET schema_version = 99');
    await expect(openDuckdbStore({ path: file() })).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('schema 99'),
    });
  });

  it('migrates a file that an older program wrote, and keeps its runs', async () => {
    const profile = { kind: 'patient', id: 'P1', score: 0.5, grade: 'D', findings: ['a'] } as const;
    const run = (id: string, profiles: readonly RiskProfile[]): DetectionRun => ({
      ...{ id, ledgerVersion: 1, code: 'x', seed: 1, parameters: {}, detectors: [], rings: [] },
      period: { from: '2025-01-01', to: '2026-01-01' },
      profiles,
    });
    const old = await openDuckdbStore({ path: file() });
    await old.publish(run('old', [profile]));
    await old.close();
    await sql(
      file(),
      'ALTER TABLE profiles DROP COLUMN parts',
      'UPDATE store SET schema_version = 1',
    );
    const moved: RiskProfile = { ...profile, parts: [{ code: 'spread', by: 0.1 }] };
    for (let again = 0; again < 2; again++) {
      const store = await openDuckdbStore({ path: file() });
      try {
        expect(await store.read.profile(profile, 'old')).toEqual(profile);
        await store.publish(run('new', [moved]));
        expect(await store.read.profile(profile)).toEqual(moved);
      } finally {
        await store.close();
      }
    }
  });

  it('says that a damaged file is damaged', async () => {
    await writeFile(file(), 'this is no database');
    await expect(openDuckdbStore({ path: file() })).rejects.toMatchObject({
      kind: 'unavailable',
      remedy: expect.stringContaining('landing'),
    });
  });

  it('shows the old graph and the old run, or the new, after kill -9 while loading', async () => {
    const parquet = await writeParquet();
    const first = await openDuckdbStore({ path: file() });
    await first.load(0, 1, rowsDelta());
    await first.close();
    // Loads versions 2, 3, 4 … as fast as it can, telling each that returned.
    const script = `
      const { openDuckdbStore } = await import(${JSON.stringify(compiled('analytics/store/duckdb/store.js'))});
      const store = await openDuckdbStore({ path: ${JSON.stringify(file())} });
      const none = async function* () {};
      let v = await store.version();
      for (;;) {
        await store.load(v, v + 1, { full: true, nodes: none, edges: none, removedEdges: none,
          parquet: ${JSON.stringify(parquet)} });
        v++;
        await store.publish({ id: 'run' + v, ledgerVersion: v, code: 'x', seed: 1, parameters: {},
          period: { from: '2025-01-01', to: '2026-01-01' }, detectors: [], rings: [],
          profiles: Array.from({ length: 2000 }, (_, i) => (
            { kind: 'patient', id: 'P' + i, score: 0, grade: 'A', findings: [] })) });
        process.stdout.write('v' + v + '\\n');
      }`;
    for (let round = 0; round < 4; round++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
      let told = '';
      child.stdout.on('data', (chunk: Buffer) => {
        told += chunk;
      });
      await once(child.stdout, 'data');
      await new Promise((r) => setTimeout(r, 30 + 61 * round));
      child.kill('SIGKILL');
      await once(child, 'close');
      const acknowledged = Number(/v(\d+)\n$/.exec(told.slice(0, told.lastIndexOf('\n') + 1))?.[1]);
      const store = await openDuckdbStore({ path: file() });
      try {
        const version = await store.version();
        expect(version).toBeGreaterThanOrEqual(acknowledged);
        expect(version).toBeLessThanOrEqual(acknowledged + 1);
        const all = await store.neighbourhood([{ kind: 'institution', id: 'H1' }], {
          kinds: ['patient'],
          perKind: 5000,
        });
        expect(all.edges).toHaveLength(all.nodes[0]?.degrees.patient as number);
        expect(all.edges).toHaveLength(667);
        for (const run of await store.read.runs())
          expect((await store.read.profiles('patient', { limit: 1 }, run.id)).total).toBe(2000);
        expect((await store.read.runs()).map((r) => r.id)).toContain(`run${acknowledged}`);
      } finally {
        await store.close();
      }
    }
  });
});
