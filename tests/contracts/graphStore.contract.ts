import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTITY_KINDS, type EntityKind } from '../../analytics/model/ids.js';
import type { GraphEdgeRow, GraphStore } from '../../analytics/store/port.js';
import { edgeKey, NaiveGraph, toDelta } from './naiveGraph.js';
import { edge, H1, H2, node, P, SMALL, worlds, X1 } from './plainGraphs.js';
import { runContract } from './runs.contract.js';

/** A way to a store on the real engine: empty when first opened, the same data when opened again. */
export interface StoreUnderTest {
  open(): Promise<GraphStore>;
  /** Removes what was stored; the next `open` is empty. */
  wipe(): Promise<void>;
}

/** Everything that `analytics/store/port.ts` promises, and nothing else. */
export function graphStoreContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`graph store: ${name}`, () => {
    let under: StoreUnderTest;
    let store: GraphStore;
    const fresh = async () => {
      await store.close();
      await under.wipe();
      store = await under.open();
    };
    beforeAll(async () => {
      under = await make();
      store = await under.open();
    });
    afterAll(async () => {
      await store.close();
      await under.wipe();
    });

    describe('load', () => {
      it('is empty at version 0', async () => {
        await fresh();
        expect(await store.version()).toBe(0);
        expect(await store.neighbourhood([H1], { kinds: ENTITY_KINDS, perKind: 5 })).toEqual({
          nodes: [],
          edges: [],
          omitted: [],
        });
        expect(await store.search('H1', ENTITY_KINDS, 5)).toEqual([]);
        expect(await store.paths(H1, H2, 5)).toEqual([]);
      });

      it('survives closing, and changes nothing when repeated', async () => {
        await fresh();
        await store.load(0, 1, toDelta(SMALL));
        await store.close();
        store = await under.open();
        expect(await store.version()).toBe(1);
        const before = await store.induced(SMALL.nodes);
        expect(before.edges).toHaveLength(SMALL.edges.length);
        await store.load(0, 1, toDelta(SMALL));
        expect(await store.induced(SMALL.nodes)).toEqual(before);
        expect(await store.version()).toBe(1);
      });

      it('sets and never adds, removes, and keeps nodes that lost their last edge', async () => {
        await fresh();
        await store.load(0, 1, toDelta(SMALL));
        await store.load(
          1,
          4,
          toDelta({
            full: false,
            nodes: [node('patient', 'P00'), { ...H2, label: '康复药房' }],
            edges: [edge(P[1]!, H1, 7), edge(node('patient', 'P00'), H2, 2)],
            removed: [edge(H2, X1, 0), edge(P[3]!, H2, 0)],
          }),
        );
        expect(await store.version()).toBe(4);
        const all = await store.induced([...SMALL.nodes, node('patient', 'P00')]);
        const counts = Object.fromEntries(all.edges.map((e) => [edgeKey(e), e.count]));
        expect(counts['patient:P1|institution:H1']).toBe(7);
        expect(counts['patient:P00|institution:H2']).toBe(2);
        expect(counts['institution:H2|drug:X1']).toBeUndefined();
        expect(all.nodes.find((n) => n.id === 'X1')?.degrees).toEqual({});
        expect(all.nodes.find((n) => n.id === 'H2')).toMatchObject({
          label: '康复药房',
          degrees: { patient: 2 },
        });
      });

      it('lets nodes go that the change names', async () => {
        await fresh();
        await store.load(0, 1, toDelta(SMALL));
        const removed = [edge(P[3]!, H2, 0), edge(H2, X1, 0)];
        const gone = [X1, P[3]!];
        await store.load(1, 2, toDelta({ full: false, nodes: [], edges: [], removed, gone }));
        const all = await store.induced(SMALL.nodes);
        expect(all.nodes).toHaveLength(SMALL.nodes.length - 2);
        expect(all.edges).toHaveLength(SMALL.edges.length - 2);
        expect(all.nodes.find((n) => n.id === 'H2')?.degrees).toEqual({ patient: 1 });
        expect(await store.search('阿莫西林', ENTITY_KINDS, 5)).toEqual([]);
        expect(await store.paths(X1, P[3]!, 5)).toEqual([]);
        // And it can come back.
        const again = { full: false, nodes: [X1], edges: [edge(H2, X1, 6)] };
        await store.load(2, 3, toDelta(again));
        const back = await store.neighbourhood([X1], { kinds: ENTITY_KINDS, perKind: 5 });
        expect(back.edges.map((e) => e.count)).toEqual([6]);
      });

      it('keeps the largest exact money, times and attributes', async () => {
        await fresh();
        await store.load(0, 1, toDelta(SMALL));
        const { nodes, edges } = await store.induced([P[3]!, H2]);
        expect(edges).toEqual([SMALL.edges[4]]);
        expect(nodes[1]).toEqual({ ...H2, degrees: { patient: 2, drug: 1 } });
      });

      it('refuses a change that does not begin where the graph stands', async () => {
        await fresh();
        await store.load(0, 2, toDelta(SMALL));
        await expect(
          store.load(3, 4, toDelta({ full: false, nodes: [], edges: [] })),
        ).rejects.toMatchObject({ kind: 'conflict' });
        expect(await store.version()).toBe(2);
      });

      it('leaves the old graph when the rows break off, and can be repeated', async () => {
        await fresh();
        await store.load(0, 1, toDelta(SMALL));
        const whole = toDelta({ ...SMALL, nodes: SMALL.nodes.slice(0, 8), edges: [] });
        const broken = {
          ...whole,
          async *edges(): AsyncGenerator<GraphEdgeRow[]> {
            yield [edge(P[0]!, H1, 1)];
            throw new Error('the disk is gone');
          },
        };
        await expect(store.load(1, 2, broken)).rejects.toThrow('the disk is gone');
        expect(await store.version()).toBe(1);
        expect((await store.induced(SMALL.nodes)).edges).toHaveLength(SMALL.edges.length);
        await store.load(1, 2, whole);
        expect((await store.induced(SMALL.nodes)).edges).toHaveLength(0);
      });

      it('refuses an edge whose end is no node', async () => {
        await fresh();
        const stray = [edge(node('patient', 'nobody'), H1, 1)];
        await expect(
          store.load(0, 1, toDelta({ full: true, nodes: [H1], edges: stray })),
        ).rejects.toThrow();
        expect(await store.version()).toBe(0);
      });

      it('stops when told to, and nothing is half done', async () => {
        await fresh();
        const stop = new AbortController();
        const delta = toDelta(SMALL);
        const aborting = {
          ...delta,
          async *edges() {
            stop.abort();
            yield* delta.edges();
          },
        };
        await expect(store.load(0, 1, aborting, { signal: stop.signal })).rejects.toMatchObject({
          kind: 'cancelled',
        });
        expect(await store.version()).toBe(0);
        await store.load(0, 1, delta);
        expect(await store.version()).toBe(1);
      });

      it('lets readers go on, each seeing one version', async () => {
        await fresh();
        await store.load(0, 1, toDelta(SMALL));
        const emptied = toDelta({ full: true, nodes: SMALL.nodes, edges: [] });
        let loading = true;
        const load = (async () => {
          for (let v = 1; v < 9; v++) await store.load(v, v + 1, v % 2 ? emptied : toDelta(SMALL));
          loading = false;
        })();
        const seen = new Set<number>();
        while (loading) {
          const answer = await store.induced(SMALL.nodes);
          expect(answer.nodes).toHaveLength(SMALL.nodes.length);
          const degrees = answer.nodes.flatMap((n) => Object.values(n.degrees));
          expect(degrees.reduce((a, b) => a + b, 0)).toBe(2 * answer.edges.length);
          seen.add(answer.edges.length);
        }
        await load;
        expect([...seen].every((n) => n === 0 || n === SMALL.edges.length)).toBe(true);
      });
    });

    describe('search', () => {
      beforeAll(async () => {
        await fresh();
        const more = [node('institution', 'P1-2', 'P1 clinic'), node('drug', 'X10', '重楼')];
        await store.load(0, 1, toDelta({ ...SMALL, nodes: [...SMALL.nodes, ...more] }));
      });
      const found = async (text: string, kinds: readonly EntityKind[] = ENTITY_KINDS, limit = 10) =>
        (await store.search(text, kinds, limit)).map((h) => `${h.match} ${h.id}`);

      it('puts the exact code before prefixes', async () => {
        expect(await found('P1')).toEqual(['code P1', 'code P1-2']);
        expect(await found('x1')).toEqual(['code X1', 'code X10']);
      });
      it('finds a part of a name', async () => {
        expect(await found('人民')).toEqual(['name H1']);
        expect(await found('CLINIC')).toEqual(['name P1-2']);
      });
      it('finds pinyin initials, polyphones as they are read', async () => {
        expect(await found('cqsdy')).toEqual(['pinyin H1']);
        expect(await found('rmyy')).toEqual(['pinyin H1']);
        expect(await found('kfdyf')).toEqual(['pinyin H2']);
        expect(await found('amxl')).toEqual(['pinyin X1']);
      });
      it('keeps to the kinds asked for, in their order', async () => {
        expect(await found('x1', ['patient'])).toEqual([]);
        expect(await found('1', ['institution', 'doctor'])).toEqual(['name P1-2']);
        expect(await found('p', ['patient', 'institution'], 6)).toEqual(
          ['P0', 'P1', 'P2', 'P3', 'P4', 'P1-2'].map((id) => `code ${id}`),
        );
        expect((await found('p', ['institution', 'patient'], 2)).slice(0, 2)).toEqual([
          'code P1-2',
          'code P0',
        ]);
      });
      it('finds nothing for blanks, wildcards and quotes', async () => {
        for (const text of ['', '  ', '%', '_', "'", '"', '\\', '*', '.*'])
          expect(await found(text)).toEqual([]);
      });
      it('gives the label', async () => {
        expect((await store.search('H2', ENTITY_KINDS, 1))[0]).toEqual({
          kind: 'institution',
          id: 'H2',
          label: '康复大药房',
          match: 'code',
        });
      });
    });

    describe('questions', () => {
      it('answer as the naive model does, after a load and after a change', async () => {
        await fc.assert(
          fc.asyncProperty(worlds, async ({ first, second, asked, perKind, kinds, pair }) => {
            await fresh();
            const naive = new NaiveGraph();
            let version = 0;
            for (const delta of [first, second]) {
              naive.apply(delta);
              await store.load(version, version + 1, toDelta(delta));
              version++;
              const limit = { kinds, perKind };
              expect(await store.neighbourhood(asked, limit)).toEqual(
                naive.neighbourhood(asked, limit),
              );
              expect(await store.induced(asked)).toEqual(naive.induced(asked));
              for (const n of [1, 3, 100])
                expect(await store.paths(pair[0], pair[1], n)).toEqual(naive.paths(...pair, n));
            }
          }),
          { numRuns: Number(process.env.CONTRACT_RUNS ?? 40), seed: 20251 },
        );
      });
    });

    runContract(
      () => store,
      async () => {
        await fresh();
        await store.load(0, 1, toDelta(SMALL));
      },
    );
  });
}
