import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetectionRun } from '../../analytics/model/finding.js';
import { ENTITY_KINDS, type EntityKind, type EntityRef } from '../../analytics/model/ids.js';
import { createRng, type Rng } from '../../analytics/model/rng.js';
import { openDuckdbStore } from '../../analytics/store/duckdb/store.js';
import { HUB_DEGREE } from '../../analytics/store/neo4j/plan.js';
import { openNeo4jStore } from '../../analytics/store/neo4j/store.js';
import type { GraphStore, RingFilter } from '../../analytics/store/port.js';
import { needNeo4j } from '../services/index.js';
import { type KnownNode, makeSeedGraph, type SeedGraph } from './seedGraph.js';

const neo4j = await needNeo4j();
const SETTLEMENTS = 10_000;

/** The same world in both stores, loaded by the same job: every answer must be the same. */
describe.skipIf(neo4j.missing)('the same answers from DuckDB and Neo4j', () => {
  let world: SeedGraph;
  let stores: readonly [GraphStore, GraphStore];
  let run: DetectionRun;

  beforeAll(async () => {
    world = await makeSeedGraph(SETTLEMENTS);
    stores = [
      await openDuckdbStore({ path: join(world.dir, 'graph.duckdb'), memoryLimit: '500MB' }),
      await openNeo4jStore(neo4j),
    ];
    for (const store of stores) await world.load(store);
    run = await world.detect('run-1');
    for (const store of stores) await store.publish(run);
  });
  afterAll(async () => {
    for (const store of stores ?? []) await store.close();
    await world?.close();
  });

  /** Asks both; the answer, which is the same. */
  async function both<T>(question: (store: GraphStore) => Promise<T>): Promise<T> {
    const [duckdb, bolt] = [await question(stores[0]), await question(stores[1])];
    expect(bolt).toEqual(duckdb);
    return bolt;
  }

  /** The graph as a sample sees it: hubs, ordinary nodes, and lists of both. */
  async function compareGraphs(seed: number): Promise<void> {
    const nodes = await world.nodes();
    const rng = createRng(seed);
    expect(await both((s) => s.version())).toBeGreaterThan(0);
    const hubs = ENTITY_KINDS.flatMap((kind) => nodes.filter((n) => n.kind === kind).slice(0, 3));
    const asked = [...hubs, ...Array.from({ length: 25 }, () => pick(rng, nodes))];
    let omitted = 0;
    for (const [i, node] of asked.entries()) {
      const limit = { kinds: shuffled(rng), perKind: [1, 25, 500, 600][i % 4]! };
      const answer = await both((s) => s.neighbourhood([ref(node)], limit));
      expect(answer.nodes.length).toBeGreaterThan(0);
      omitted += answer.omitted.length;
    }
    expect(omitted).toBeGreaterThan(0);
    for (let i = 0; i < 5; i++) {
      const list = Array.from({ length: 40 }, () => ref(pick(rng, nodes)));
      list.push({ kind: 'patient', id: 'nobody' }, ref(hubs[i]!), ref(hubs[i + 5]!));
      await both((s) => s.neighbourhood(list, { kinds: ENTITY_KINDS, perKind: 10 }));
      const { edges } = await both((s) => s.induced(list));
      expect(edges.length).toBeGreaterThan(0);
    }
    const lengths = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const [a, b] = i < 6 ? [hubs[i]!, hubs[11 - i]!] : [pick(rng, nodes), pick(rng, nodes)];
      const found = await both((s) => s.paths(ref(a), ref(b), [1, 7, 60][i % 3]!));
      for (const path of found) lengths.add(path.nodes.length);
    }
    expect(lengths.size).toBeGreaterThan(1);
  }

  async function compareSearch(seed: number): Promise<void> {
    const nodes = await world.nodes();
    const rng = createRng(seed);
    const matches = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const { id, label } = pick(rng, nodes);
      const at = rng.int(Math.max(1, label.length - 2));
      const texts = [id, id.slice(0, 2 + rng.int(6)), label.slice(at, at + 1 + rng.int(4)), 'yy'];
      const text = texts[i % 4]!;
      const kinds = shuffled(rng);
      const hits = await both((s) => s.search(text, kinds, [5, 20, 200][i % 3]!));
      for (const hit of hits) matches.add(hit.match);
    }
    expect([...matches].sort()).toEqual(['code', 'name', 'pinyin']);
  }

  it('about neighbours, relationships and paths', () => compareGraphs(1));
  it('about names and codes', () => compareSearch(2));

  it('about rings', async () => {
    const all = await both((s) => s.read.rings({}));
    expect(all.total).toBe(run.rings.length);
    expect(all.rings.length).toBeGreaterThan(3);
    expect(JSON.stringify((await stores[1].read.rings({})).rings)).toBe(
      JSON.stringify((await stores[0].read.rings({})).rings),
    );
    const some = all.rings[0]!;
    const place = all.rings.flatMap((r) => r.subjects).find((s) => s.kind === 'institution')!;
    const filters: RingFilter[] = [
      { statuses: ['finding'], limit: 3 },
      { statuses: ['review', 'explained'], offset: 1 },
      { detectors: [some.detector] },
      { changes: ['born'], limit: 0 },
      { region: '5' },
      { region: '51', minFundAtRisk: some.fundAtRisk },
      { text: some.ring.toLowerCase() },
      { text: place.id.slice(3, 8) },
      { text: '医院' },
      { subject: ref(place) },
      { subject: ref(some.subjects.at(-1)!), statuses: ['finding'] },
    ];
    for (const filter of filters) await both((s) => s.read.rings(filter));
    for (const { id, ring } of all.rings.slice(0, 5)) {
      expect(await both((s) => s.read.ring(id))).toBeDefined();
      expect(await both((s) => s.read.ring(ring))).toBeDefined();
    }
    const facets = await both((s) => s.read.facets());
    expect(Object.keys(facets.regions).length).toBeGreaterThan(0);
    await both((s) => s.read.run());
    await both(async (s) => (await s.read.runs()).map(({ publishedAt: _, ...r }) => r));
  });

  it('about profiles', async () => {
    for (const kind of ENTITY_KINDS)
      for (const page of [{ limit: 50 }, { offset: 7, limit: 20 }, { offset: 1e6, limit: 5 }]) {
        const { profiles } = await both((s) => s.read.profiles(kind, page));
        for (const of of profiles.slice(0, 3)) {
          expect(await both((s) => s.read.profile(of))).toBeDefined();
          expect(await both((s) => s.read.standing(of))).toBeDefined();
        }
      }
    await both((s) => s.read.profile({ kind: 'patient', id: 'nobody' }));
  });

  /** Imports settlements of one hospital, each of another patient, and loads both stores. */
  async function importMore(name: string, rows: number): Promise<EntityRef> {
    const nodes = await world.nodes();
    const known = (kind: EntityKind) => nodes.find((n) => n.kind === kind)!.id;
    const dir = join(world.dir, name);
    mkdirSync(dir);
    const lines = Array.from({ length: rows }, (_, i) => {
      const patient = i % 3 ? `NEW${i}` : known('patient');
      return `${name}${i},${name}M${i},${patient},${known('institution')},11,2025-06-0${1 + (i % 9)},510101,${i + 1}.25,1.00`;
    });
    const header =
      'setl_id,mdtrt_id,psn_no,fixmedins_code,med_type,setl_time,insu_admdvs,medfee_sumamt,fund_pay_sumamt';
    writeFileSync(join(dir, 'setl_d.csv'), `${[header, ...lines].join('\n')}\n`);
    await world.land(dir);
    for (const store of stores) await world.load(store);
    return { kind: 'institution', id: known('institution') };
  }

  it('after later imports, of which one makes a hospital that has very many patients', async () => {
    const hospital = await importMore('LATER', 2_400);
    const hits = await both((s) => s.search('new', ['patient'], 2_000));
    expect(hits).toHaveLength(1_600);
    await both((s) => s.neighbourhood(hits.slice(0, 99), { kinds: ENTITY_KINDS, perKind: 5 }));
    const limit = { kinds: ENTITY_KINDS, perKind: 100 };
    const many = await both((s) => s.neighbourhood([hospital], limit));
    expect(many.omitted.find((o) => o.kind === 'patient')?.total).toBeGreaterThan(HUB_DEGREE);
    await compareGraphs(3);
    await importMore('AGAIN', 60);
    await both((s) => s.neighbourhood([hospital], limit));
    await compareGraphs(4);
    expect((await both((s) => s.read.rings({}))).total).toBe(run.rings.length);
  });
});

const ref = ({ kind, id }: EntityRef): EntityRef => ({ kind, id });

function pick(rng: Rng, nodes: readonly KnownNode[]): KnownNode {
  const kind = ENTITY_KINDS[rng.int(ENTITY_KINDS.length)];
  const of = nodes.filter((n) => n.kind === kind);
  return of[rng.int(of.length)]!;
}

function shuffled(rng: Rng): EntityKind[] {
  const kinds = [...ENTITY_KINDS];
  for (let i = kinds.length - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    [kinds[i], kinds[j]] = [kinds[j]!, kinds[i]!];
  }
  return kinds.slice(0, 2 + rng.int(3));
}
