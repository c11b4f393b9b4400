import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCsr, type Csr } from '../../../analytics/algorithms/csr.js';
import { kernelMemory, kernels } from '../../../analytics/algorithms/kernels.js';
import { createScratch } from '../../../analytics/algorithms/level.js';
import { preparePairTest } from '../../../analytics/algorithms/pairTest.js';
import { createPool, type KernelPool } from '../../../analytics/algorithms/pool.js';
import { createRng } from '../../../analytics/model/rng.js';
import { plantedEdges } from './graphs.js';
import { columnsOf, pairedWorld } from './worlds.js';

describe('kernels in worker threads', () => {
  const pools: KernelPool[] = [];
  beforeAll(async () => {
    pools.push(await createPool(1), await createPool(3));
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.close()));
  });

  it('say the same as in this thread, however many they are', async () => {
    const test = preparePairTest(columnsOf(pairedWorld(200, 5, 30, false, 4), 400, 5), {
      shared: true,
    });
    expect(test.world.patient.buffer).toBeInstanceOf(SharedArrayBuffer);
    const inputs = [1, 2, 3, 4, 5, 6].map((seed) => ({ test, seed }));
    const here = inputs.map((input) => kernels.redrawnPairs(input));
    for (const pool of pools) {
      expect(await pool.map('redrawnPairs', inputs)).toEqual(here);
      expect(await pool.run('pairs', { test })).toEqual(kernels.pairs({ test }));
    }
  });

  it('run Leiden, the burst scan and the peel', async () => {
    const edges = plantedEdges(10, 20, 4, 1, 2);
    const graph = buildCsr(
      200,
      Int32Array.from(edges, (e) => e[0]!),
      Int32Array.from(edges, (e) => e[1]!),
      undefined,
      { shared: true },
    );
    const [pool] = pools;
    const found = await pool!.run('leiden', { graph, options: { seed: 3 } });
    expect(found).toEqual(kernels.leiden({ graph, options: { seed: 3 } }));
    const rng = createRng(1);
    const counts = new Int32Array(168 * 12).map(() => rng.int(4));
    expect(await pool!.run('bursts', { counts })).toEqual(kernels.bursts({ counts }));
    const block = {
      rows: 3,
      columns: 2,
      row: Int32Array.of(0, 0, 1, 1),
      column: Int32Array.of(0, 1, 0, 1),
    };
    expect(await pool!.run('peel', { edges: block })).toEqual(kernels.peel({ edges: block }));
  });

  it('end when aborted, and the pool goes on', async () => {
    const edges = plantedEdges(300, 100, 10, 5, 2);
    const graph = buildCsr(
      30_000,
      Int32Array.from(edges, (e) => e[0]!),
      Int32Array.from(edges, (e) => e[1]!),
      undefined,
      { shared: true },
    );
    const [pool] = pools;
    const stop = new AbortController();
    const work = pool!.map('leiden', [{ graph }, { graph }, { graph }], stop.signal);
    setTimeout(() => stop.abort(), 100);
    await expect(work).rejects.toMatchObject({ kind: 'cancelled' });
    const after = await pool!.run('leiden', { graph, options: { iterations: 1 } });
    expect(after.count).toBeGreaterThan(1);
    await expect(pool!.run('leiden', { graph }, AbortSignal.abort())).rejects.toThrow('Cancelled');
  });

  it('hand on what a kernel throws', async () => {
    await expect(pools[0]!.run('peel', {} as never)).rejects.toThrow();
  });
});

describe('memory estimates', () => {
  /** Bytes of all typed arrays of a plain object. */
  const held = (value: object): number =>
    Object.values(value).reduce((sum: number, v: unknown) => {
      if (ArrayBuffer.isView(v)) return sum + v.byteLength;
      return v && typeof v === 'object' ? sum + held(v) : sum;
    }, 0);
  const graphOf = (groups: number): Csr => {
    const edges = plantedEdges(groups, 50, 8, 2, 1);
    return buildCsr(
      groups * 50,
      Int32Array.from(edges, (e) => e[0]!),
      Int32Array.from(edges, (e) => e[1]!),
    );
  };

  it('cover what is held, are not wild, and grow with the input', () => {
    const graph = graphOf(40);
    const need = held(graph) + held(createScratch(graph.n));
    expect(kernelMemory.leiden({ graph })).toBeGreaterThan(need);
    expect(kernelMemory.leiden({ graph })).toBeLessThan(8 * need);
    expect(
      kernelMemory.leiden({ graph: graphOf(80) }) / kernelMemory.leiden({ graph }),
    ).toBeCloseTo(2, 1);
    const test = preparePairTest(columnsOf(pairedWorld(300, 5, 30, false, 4), 600, 5));
    const visits = held(test) + held(kernels.pairs({ test }));
    for (const estimate of [
      kernelMemory.pairs({ test }),
      kernelMemory.redrawnPairs({ test, seed: 1 }),
    ]) {
      expect(estimate).toBeGreaterThan(visits);
      expect(estimate).toBeLessThan(20 * visits);
    }
    const edges = {
      rows: 500,
      columns: 500,
      row: new Int32Array(900),
      column: new Int32Array(900),
    };
    expect(kernelMemory.peel({ edges })).toBeGreaterThan(held(edges));
    const counts = new Int32Array(8760);
    expect(kernelMemory.bursts({ counts })).toBeGreaterThan(held({ counts }));
  });
});
