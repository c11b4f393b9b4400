import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ENTITY_KINDS, type EntityRef } from '../../analytics/model/ids.js';
import { openNeo4jStore } from '../../analytics/store/neo4j/store.js';
import type { GraphEdgeRow, GraphNodeRow, GraphStore } from '../../analytics/store/port.js';
import { detectionRun, ring } from '../fixtures/runs.js';
import { needNeo4j, withNeo4j } from '../services/index.js';
import { startNeo4j } from '../services/neo4j.js';
import { edgeKey, NaiveGraph, type PlainDelta, toDelta } from './naiveGraph.js';

const neo4j = await needNeo4j();

const node = (kind: GraphNodeRow['kind'], id: string): GraphNodeRow => ({
  kind,
  id,
  label: id,
  attributes: {},
});
const HOSPITAL = node('institution', 'H');
const bare = ({ kind, id }: EntityRef) => ({ kind, id });
const edge = (patient: string, count: number): GraphEdgeRow => ({
  source: { kind: 'patient', id: patient },
  target: bare(HOSPITAL),
  count,
  fen: count * 100,
  first: 1,
  last: 2,
});

/** A hospital with patients `P0 …`, each with its own count. */
function hospital(patients: number, count: (i: number) => number, full = true): PlainDelta {
  const ids = Array.from({ length: patients }, (_, i) => `P${i}`);
  return {
    full,
    nodes: [HOSPITAL, ...ids.map((id) => node('patient', id))],
    edges: ids.map((id, i) => edge(id, count(i))),
  };
}

/** Stops a load when its relationships begin: the nodes are written, and nothing is switched. */
function stopped(phase = 'graph: relationships') {
  const stop = new AbortController();
  const progress = (p: { phase: string; done: number }) => {
    if (p.phase === phase) stop.abort();
  };
  return { signal: stop.signal, progress };
}

describe.skipIf(neo4j.missing)('writing to Neo4j', () => {
  let store: GraphStore;
  const cypher = <T extends object>(text: string, params = {}) =>
    withNeo4j(neo4j, async (driver) => {
      const session = driver.session();
      try {
        return (await session.run(text, params)).records.map((r) => r.toObject() as T);
      } finally {
        await session.close();
      }
    });
  const empty = () =>
    cypher('MATCH (n) CALL { WITH n DETACH DELETE n } IN TRANSACTIONS OF 20000 ROWS');
  const count = async (pattern: string) =>
    Number((await cypher<{ n: unknown }>(`MATCH ${pattern} RETURN count(*) AS n`))[0]?.n);

  beforeEach(async () => {
    await empty();
    store = await openNeo4jStore(neo4j);
  });
  afterEach(() => store.close());
  afterAll(empty);

  async function showsAs(naive: NaiveGraph, asked: readonly EntityRef[]): Promise<void> {
    const limit = { kinds: ENTITY_KINDS, perKind: 40 };
    expect(await store.neighbourhood(asked, limit)).toEqual(naive.neighbourhood(asked, limit));
    expect(await count('()-[r]->() WHERE r.next IS NOT NULL')).toBe(0);
    expect(await count('(n) WHERE n.next IS NOT NULL OR n.next_label IS NOT NULL')).toBe(0);
    expect(await count('(:LoadChunk)')).toBe(0);
    expect(await count('(h:Hub)')).toBe(naive.edges.size > 1_000 ? 1 : 0);
  }
  const naiveOf = (...deltas: PlainDelta[]) => {
    const naive = new NaiveGraph();
    for (const delta of deltas) naive.apply(delta);
    return naive;
  };
  const ASKED: EntityRef[] = [bare(HOSPITAL), { kind: 'patient', id: 'P7' }];

  it('goes on with a first load that broke off', async () => {
    const delta = hospital(1_500, (i) => 1 + (i % 90));
    await expect(store.load(0, 1, toDelta(delta), stopped('graph: hubs'))).rejects.toMatchObject({
      kind: 'cancelled',
    });
    expect(await store.version()).toBe(0);
    expect((await store.search('P1', ['patient'], 5)).length).toBe(0);
    expect(await count('()-[:VISITED]->()')).toBe(1_500);
    const other = hospital(1_400, (i) => 1 + (i % 80));
    await store.load(0, 2, toDelta(other));
    await showsAs(naiveOf(other), ASKED);
  });

  it('takes back what a change had staged when another one comes', async () => {
    const first = hospital(1_200, (i) => 1 + (i % 90));
    await store.load(0, 1, toDelta(first));
    const broken: PlainDelta = {
      full: false,
      nodes: [node('patient', 'NEVER'), { ...HOSPITAL, label: 'another name' }],
      edges: [edge('NEVER', 500), edge('P7', 400)],
      removed: [edge('P8', 0)],
    };
    const stop = stopped('graph: publish');
    await expect(store.load(1, 2, toDelta(broken), stop)).rejects.toMatchObject({
      kind: 'cancelled',
    });
    expect(await count('(:Patient {id: "NEVER"})')).toBe(1);
    const limit = { kinds: ENTITY_KINDS, perKind: 40 };
    expect(await store.neighbourhood(ASKED, limit)).toEqual(
      naiveOf(first).neighbourhood(ASKED, limit),
    );
    const next: PlainDelta = { full: false, nodes: [], edges: [edge('P9', 300)] };
    await store.load(1, 3, toDelta(next));
    await showsAs(naiveOf(first, next), ASKED);
    expect(await count('(:Patient {id: "NEVER"})')).toBe(0);
  });

  it('answers right after a switch whose writer died, and tidies at the next load', async () => {
    const first = hospital(1_200, (i) => 1 + (i % 90));
    const second = hospital(1_100, (i) => 2 + (i % 50));
    await store.load(0, 1, toDelta(first));
    const stop = stopped('graph: publish');
    await expect(store.load(1, 2, toDelta(second), stop)).rejects.toMatchObject({
      kind: 'cancelled',
    });
    await cypher(
      `MATCH (g:GraphLoad {key: 'graph'})
       SET g.version = 2, g.generation = g.generation + 1, g.state = 'settling'`,
    );
    const limit = { kinds: ENTITY_KINDS, perKind: 40 };
    const asked = [...ASKED, { kind: 'patient', id: 'P1150' } as const];
    expect(await store.neighbourhood(asked, limit)).toEqual(
      naiveOf(second).neighbourhood(asked, limit),
    );
    await store.load(1, 2, toDelta(second));
    await showsAs(naiveOf(second), asked);
  });

  it('lets two processes load at once, and waits for one that died', async () => {
    const other = await openNeo4jStore(neo4j);
    const delta = hospital(300, () => 3);
    await Promise.all([store.load(0, 1, toDelta(delta)), other.load(0, 1, toDelta(delta))]);
    await showsAs(naiveOf(delta), ASKED);
    await cypher(
      "MATCH (g:GraphLoad {key: 'graph'}) SET g.owner = 'dead', g.until = timestamp() + 1500",
    );
    const next: PlainDelta = { full: false, nodes: [], edges: [edge('P9', 300)] };
    const waiting = Promise.all([store.load(1, 2, toDelta(next)), other.load(1, 2, toDelta(next))]);
    await sleep(300);
    expect(await store.version()).toBe(1);
    await waiting;
    await showsAs(naiveOf(delta, next), ASKED);
    await other.close();
  });

  it('loads and publishes at once over the same nodes without an error', async () => {
    const first = hospital(3_000, (i) => 1 + (i % 90));
    await store.load(0, 1, toDelta(first));
    const other = await openNeo4jStore(neo4j);
    const second = hospital(3_000, (i) => 2 + (i % 90), false);
    const rings = Array.from({ length: 300 }, (_, i) =>
      ring(`x${i}`, i / 300, {
        subjects: [
          { ...bare(HOSPITAL), role: 'core' },
          ...[1, 2, 3].map((k) => ({
            kind: 'patient' as const,
            id: `P${(i * 7 + k * 999) % 3_000}`,
            role: 'member' as const,
          })),
        ],
      }),
    );
    await Promise.all([
      store.load(1, 2, toDelta(second)),
      other.publish(detectionRun('r1', rings)),
      other.load(1, 2, toDelta(second)),
    ]);
    await showsAs(naiveOf(first, second), ASKED);
    expect(await count('(:Ring)-[:INVOLVES]->()')).toBe(1_200);
    expect((await store.read.rings({ subject: bare(HOSPITAL), limit: 1 })).total).toBe(300);
    await other.close();
  });

  it('sweeps a run that was never shown', async () => {
    await store.load(0, 1, toDelta(hospital(3, () => 1)));
    const many = Array.from({ length: 250 }, (_, i) => ring(`x${i}`, i / 250));
    let seen = 0;
    const stop = new AbortController();
    const progress = () => {
      seen++;
      if (seen === 2) stop.abort();
    };
    const work = { signal: stop.signal, progress };
    await expect(store.publish(detectionRun('r1', many), work)).rejects.toMatchObject({
      kind: 'cancelled',
    });
    expect(await count('(:Ring)')).toBe(100);
    expect(await store.read.runs()).toEqual([]);
    await store.publish(detectionRun('r2', many.slice(0, 1)));
    expect(await count('(:Ring)')).toBe(1);
    expect(await count('(:Run)')).toBe(1);
    const shown = '(:Run)<-[:IN_RUN]-(:Ring)-[:HAS_REASON]->(:Reason)-[:RESTS_ON]->(:Settlement)';
    expect(await count(shown)).toBe(2);
    expect(await count('(:Settlement)')).toBe(2);
    expect(await count('(:Ring)-[:INVOLVES]->()')).toBe(1);
    await store.pruneRuns(0, []);
    for (const label of ['Run', 'Ring', 'Reason', 'Settlement', 'Profile'])
      expect(await count(`(:${label})`)).toBe(0);
  });

  it('refuses to start without its constraints, on a newer layout, or on a wrong login', async () => {
    await cypher('DROP CONSTRAINT patient_id');
    await cypher("CREATE (:Patient {id: 'twice'}), (:Patient {id: 'twice'})");
    const refused = { kind: 'conflict', message: expect.stringContaining('Patient(id)') };
    await expect(openNeo4jStore(neo4j)).rejects.toMatchObject(refused);
    await empty();
    // Its name taken by another constraint: not made, which only looking finds.
    await cypher('CREATE CONSTRAINT patient_id FOR (n:Patient) REQUIRE n.other IS UNIQUE');
    await expect(openNeo4jStore(neo4j)).rejects.toMatchObject(refused);
    await cypher('DROP CONSTRAINT patient_id');
    await (await openNeo4jStore(neo4j)).close();
    await cypher("MATCH (g:GraphLoad {key: 'graph'}) SET g.schema = 99");
    await expect(openNeo4jStore(neo4j)).rejects.toMatchObject({ kind: 'conflict' });
    await empty();
    const login = { ...neo4j, password: 'wrong-password' };
    await expect(openNeo4jStore(login)).rejects.toMatchObject({
      kind: 'unavailable',
      remedy: expect.stringContaining('NEO4J_PASSWORD'),
    });
    const nobody = { ...neo4j, url: 'bolt://someone:secret@127.0.0.1:9' };
    await expect(openNeo4jStore(nobody)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.not.stringContaining('secret'),
    });
  });
});

describe.skipIf(neo4j.missing)('a server that is killed during a load', () => {
  let server: Awaited<ReturnType<typeof startNeo4j>>;
  beforeAll(async () => {
    server = await startNeo4j();
  });
  afterAll(() => server?.dispose());

  it('is waited for, and the load ends as if nothing had happened', async () => {
    const store = await openNeo4jStore(server);
    const delta = hospital(12_000, (i) => 1 + (i % 90));
    let away: Promise<void> | undefined;
    const progress = (p: { phase: string; done: number }) => {
      if (p.phase !== 'graph: relationships' || p.done === 0) return;
      away ??= server.kill9().then(() => server.restart());
    };
    await store.load(0, 1, toDelta(delta), { progress });
    expect(away).toBeDefined();
    await away;
    expect(await store.version()).toBe(1);
    const all = await store.induced(delta.nodes);
    expect(all.edges).toHaveLength(12_000);
    expect(new Set(all.edges.map(edgeKey)).size).toBe(12_000);
    expect(all.nodes.find((n) => n.id === 'H')?.degrees).toEqual({ patient: 12_000 });
    await store.close();
  });
});
