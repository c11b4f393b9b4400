import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadGraph } from '../../../analytics/jobs/graph.js';
import type { EntityRef } from '../../../analytics/model/ids.js';
import { openDuckdbStore } from '../../../analytics/store/duckdb/store.js';
import type { GraphDelta, GraphStore } from '../../../analytics/store/port.js';
import { writeSeedWorld } from '../../../seed/index.js';
import { forget, openWorld, type Row, type TestWorld } from '../ingest/world.js';

let world: TestWorld;
let opened = 0;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

type Watched = GraphStore & { readonly loads: Array<{ full: boolean; rows: number }> };

/** A store that is given rows only, as one in another process is, and counts them. */
async function openByRows(): Promise<Watched> {
  const store = await openDuckdbStore({ path: join(world.dir, `by-rows-${opened++}.duckdb`) });
  const loads: Array<{ full: boolean; rows: number }> = [];
  async function* counted<T>(batches: AsyncIterable<readonly T[]>, load: { rows: number }) {
    for await (const batch of batches) {
      load.rows += batch.length;
      yield batch;
    }
  }
  return {
    ...store,
    loads,
    async load(from, to, { parquet: _, ...rows }: GraphDelta, work) {
      const load = { full: rows.full, rows: 0 };
      loads.push(load);
      await store.load(
        from,
        to,
        {
          full: rows.full,
          nodes: () => counted(rows.nodes(), load),
          edges: () => counted(rows.edges(), load),
          removedEdges: () => counted(rows.removedEdges(), load),
          removedNodes: () => counted(rows.removedNodes!(), load),
        },
        work,
      );
    },
  };
}

/** Everything there is of `ids`, whatever kind they are. */
async function everything(graph: GraphStore, ids: ReadonlySet<string>) {
  const of = [...ids].flatMap((id) =>
    (['patient', 'doctor', 'institution', 'drug'] as const).map(
      (kind): EntityRef => ({ kind, id }),
    ),
  );
  const { nodes, edges } = await graph.induced(of);
  const byKey = (a: EntityRef, b: EntityRef) =>
    a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.id < b.id ? -1 : 1;
  return { version: await graph.version(), nodes: [...nodes].sort(byKey), edges };
}

const ID_COLUMNS = /^(psn_no|fixmedins_code|dr_code|atddr_no|bilg_dr_code|hilist_code)$/;
const idsOf = (tables: Readonly<Record<string, readonly Row[]>>, into: Set<string>) => {
  for (const rows of Object.values(tables))
    for (const row of rows)
      for (const [column, value] of Object.entries(row))
        if (value && ID_COLUMNS.test(column)) into.add(String(value));
};

/** The graph as a store has it that was empty before. */
async function loadedAnew(ids: ReadonlySet<string>) {
  const fresh = await openDuckdbStore({ path: join(world.dir, `anew-${opened++}.duckdb`) });
  try {
    await loadGraph(world.landing, fresh, {});
    return await everything(fresh, ids);
  } finally {
    await fresh.close();
  }
}

const baselines = () =>
  readdirSync(join(world.dir, 'graph')).filter((name) => name.startsWith('baseline'));

const S = (id: number, p: number, h: number, more: Row = {}): Row => ({
  setl_id: `S${id}`,
  mdtrt_id: `M${id}`,
  psn_no: `P${p}`,
  fixmedins_code: `H${h}`,
  fixmedins_name: `医院${h}`,
  setl_time: `2025-01-${10 + (id % 20)} 10:00:00`,
  insu_admdvs: `50010${p % 3}`,
  medfee_sumamt: '10.00',
  ...more,
});
const M = (id: number, d: number): Row => ({ mdtrt_id: `M${id}`, psn_no: 'P', atddr_no: `D${d}` });
const F = (id: number, sn: number, x: number): Row => ({
  ...{ bkkp_sn: `${sn}`, mdtrt_id: `M${id}`, setl_id: `S${id}`, fixmedins_code: 'H' },
  ...{ hilist_code: `X${x}`, hilist_name: `药${x}`, det_item_fee_sumamt: '5' },
});

describe('the graph by changes', () => {
  let graph: Watched;
  beforeEach(async () => {
    await forget(world);
    rmSync(join(world.dir, 'graph'), { recursive: true, force: true });
    graph = await openByRows();
  });
  afterEach(() => graph.close());

  const first = { 'setl_d.csv': [S(1, 1, 1), S(2, 2, 1), S(3, 3, 2)], 'mdtrt_d.csv': [M(1, 1)] };

  it('gives the store what changed, and nothing else', async () => {
    await world.load(first);
    await loadGraph(world.landing, graph, {});
    await world.load({ 'setl_d.csv': [S(4, 1, 1), S(3, 3, 1)] });
    await loadGraph(world.landing, graph, {});
    // P1–H1 counts one more, P3–H1 is new, P3–H2 goes, and H2 with it.
    expect(graph.loads).toEqual([
      { full: true, rows: 6 + 5 },
      { full: false, rows: 4 },
    ]);
    const ids = new Set(['P1', 'P2', 'P3', 'H1', 'H2', 'D1']);
    const now = await everything(graph, ids);
    expect(now).toEqual(await loadedAnew(ids));
    expect(now.nodes.map((n) => n.id)).toEqual(['D1', 'H1', 'P1', 'P2', 'P3']);
    expect(baselines()).toEqual([`baseline-${now.version}`]);
  });

  it('loads everything where the files of the version shown are gone', async () => {
    await world.load(first);
    await loadGraph(world.landing, graph, {});
    rmSync(join(world.dir, 'graph', baselines()[0]!), { recursive: true });
    await world.load({ 'setl_d.csv': [S(4, 1, 1)] });
    await loadGraph(world.landing, graph, {});
    expect(graph.loads.map((l) => l.full)).toEqual([true, true]);
    const ids = new Set(['P1', 'P2', 'P3', 'H1', 'H2', 'D1']);
    expect(await everything(graph, ids)).toEqual(await loadedAnew(ids));
  });

  it('goes on with the same files after a load that broke off', async () => {
    await world.load(first);
    await loadGraph(world.landing, graph, {});
    await world.load({ 'setl_d.csv': [S(4, 5, 1)] });
    const broken: GraphStore = {
      ...graph,
      async load(_from, _to, rows) {
        for await (const _ of rows.nodes()) throw new Error('the server is gone');
      },
    };
    await expect(loadGraph(world.landing, broken, {})).rejects.toThrow('the server is gone');
    const kept = baselines().sort();
    expect(kept).toHaveLength(2);
    const made = (name: string) =>
      statSync(join(world.dir, 'graph', name, 'edges.parquet')).mtimeMs;
    const times = kept.map(made);
    // This one switched, but nobody heard of it.
    const mute: GraphStore = {
      ...graph,
      async load(...args) {
        expect(baselines().sort().map(made)).toEqual(times);
        await graph.load(...args);
        throw new Error('the connection is gone');
      },
    };
    await loadGraph(world.landing, mute, {});
    expect(graph.loads.map((l) => l.full)).toEqual([true, false]);
    expect(baselines()).toEqual([`baseline-${await graph.version()}`]);
    const ids = new Set(['P1', 'P2', 'P3', 'P5', 'H1', 'H2', 'D1']);
    expect(await everything(graph, ids)).toEqual(await loadedAnew(ids));
  });

  it('finds its way when another process loads at the same time', async () => {
    await world.load(first);
    await loadGraph(world.landing, graph, {});
    await world.load({ 'setl_d.csv': [S(4, 5, 1)] });
    let met = false;
    const slow: GraphStore = {
      ...graph,
      async load(...args) {
        if (!met) {
          met = true;
          // While this process holds the change from the old version, the store moves on twice.
          await loadGraph(world.landing, graph, {});
          await world.load({ 'setl_d.csv': [S(6, 6, 1)] });
          await loadGraph(world.landing, graph, {});
        }
        await graph.load(...args);
      },
    };
    await loadGraph(world.landing, slow, {});
    const ids = new Set(['P1', 'P2', 'P3', 'P5', 'P6', 'H1', 'H2', 'D1']);
    expect(await everything(graph, ids)).toEqual(await loadedAnew(ids));
    expect(await graph.version()).toBe(await world.landing.version());
  });

  it('ends, after any imports and withdrawals, where loading everything ends', async () => {
    const settlement = fc.record({
      id: fc.integer({ min: 1, max: 9 }),
      p: fc.integer({ min: 1, max: 4 }),
      h: fc.integer({ min: 1, max: 3 }),
      fen: fc.integer({ min: 1, max: 3 }),
      void: fc.boolean(),
    });
    const batch = fc.record({
      setl: fc.uniqueArray(settlement, { minLength: 1, maxLength: 5, selector: (s) => s.id }),
      visits: fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3 })), {
        maxLength: 4,
      }),
      lines: fc.array(
        fc.tuple(
          fc.integer({ min: 1, max: 9 }),
          fc.integer({ min: 1, max: 2 }),
          fc.integer({ min: 1, max: 3 }),
        ),
        { maxLength: 6 },
      ),
      replacePeriod: fc.boolean(),
    });
    const step = fc.oneof(
      { weight: 3, arbitrary: batch.map((b) => ({ kind: 'import' as const, ...b })) },
      { weight: 1, arbitrary: fc.nat(3).map((nth) => ({ kind: 'withdraw' as const, nth })) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        await forget(world);
        const store = await openByRows();
        try {
          const ids = new Set<string>();
          for (const s of steps) {
            if (s.kind === 'withdraw') {
              const all = (await world.landing.imports()).filter((i) => i.state === 'committed');
              if (all.length === 0) continue;
              await world.landing.withdraw(all[s.nth % all.length]!.id);
            } else {
              const tables = {
                'setl_d.csv': s.setl.map((r) =>
                  S(r.id, r.p, r.h, { medfee_sumamt: r.fen, vali_flag: r.void ? '0' : '1' }),
                ),
                'mdtrt_d.csv': s.visits.map(([id, d]) => M(id, d)),
                'fee_list_d.csv': s.lines.map(([id, sn, x]) => F(id, sn, x)),
              };
              idsOf(tables, ids);
              const { replacePeriod } = s;
              const given = Object.entries(tables).filter(([, rows]) => rows.length > 0);
              await world.load(Object.fromEntries(given), { replacePeriod });
            }
            await loadGraph(world.landing, store, {});
            expect(await everything(store, ids)).toEqual(await loadedAnew(ids));
          }
          expect(store.loads.slice(1).every((l) => !l.full)).toBe(true);
        } finally {
          await store.close();
        }
      }),
      { numRuns: 8 },
    );
  });

  it('brings a seed world in two halves, and out again, to the same graph', async () => {
    const dir = join(world.dir, 'seed-world');
    await writeSeedWorld({ outDir: dir, settlements: 2000, seed: 5 });
    const half: Array<Record<string, string>> = [{}, {}];
    const ids = new Set<string>();
    for (const file of readdirSync(dir)) {
      const [head, ...lines] = readFileSync(join(dir, file), 'utf8').trimEnd().split('\n');
      const columns = head!.trim().split(',');
      const wanted = columns.flatMap((c, i) => (ID_COLUMNS.test(c) ? [i] : []));
      for (const line of lines) {
        const fields = line.split(',');
        for (const i of wanted) if (fields[i]) ids.add(fields[i]);
      }
      const middle = Math.floor(lines.length / 2);
      // Both have the rows in the middle.
      half[0]![file] = `${[head, ...lines.slice(0, middle + 20)].join('\n')}\n`;
      half[1]![file] = `${[head, ...lines.slice(middle)].join('\n')}\n`;
    }
    await world.load(half[0]!);
    await loadGraph(world.landing, graph, {});
    const { record } = await world.load(half[1]!);
    await loadGraph(world.landing, graph, {});
    const both = await everything(graph, ids);
    expect(both.edges.length).toBeGreaterThan(4000);
    expect(both).toEqual(await loadedAnew(ids));
    await world.landing.withdraw(record.id);
    await loadGraph(world.landing, graph, {});
    const one = await everything(graph, ids);
    expect(one.nodes.length).toBeLessThan(both.nodes.length);
    expect(one).toEqual(await loadedAnew(ids));
    await world.load(half[1]!, { replacePeriod: true });
    await loadGraph(world.landing, graph, {});
    const instead = await everything(graph, ids);
    expect(instead).toEqual(await loadedAnew(ids));
    expect(graph.loads.map((l) => l.full)).toEqual([true, false, false, false]);
    expect(baselines()).toEqual([`baseline-${instead.version}`]);
  });
});
