import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCsr, type Csr } from '../../../analytics/algorithms/csr.js';
import { packageRoot } from '../../../analytics/model/resources.js';
import { createRng } from '../../../analytics/model/rng.js';

/** Data that nobody here wrote stands beside the checkout (../shared/data/README.md). */
export function sharedData(path: string): string {
  const file = join(packageRoot, '..', 'shared', 'data', path);
  if (!existsSync(file))
    throw new Error(`${path} not found beside the checkout, under shared/data`);
  return file;
}

export function readRows(path: string, separator: string): number[][] {
  return readFileSync(sharedData(path), 'utf8')
    .trim()
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(separator).map(Number));
}

export function graphOf(n: number, edges: ReadonlyArray<readonly number[]>): Csr {
  return buildCsr(
    n,
    Int32Array.from(edges, (e) => e[0]!),
    Int32Array.from(edges, (e) => e[1]!),
    edges[0]?.length === 3 ? Float64Array.from(edges, (e) => e[2]!) : undefined,
  );
}

/** `groups` × `size` nodes; each node draws `inside` edges in its group and `outside` anywhere. */
export function plantedEdges(
  groups: number,
  size: number,
  inside: number,
  outside: number,
  seed: number,
): number[][] {
  const rng = createRng(seed);
  const n = groups * size;
  const edges: number[][] = [];
  for (let i = 0; i < n; i++) {
    const base = Math.floor(i / size) * size;
    for (let k = 0; k < inside; k++) edges.push([i, base + rng.int(size)]);
    for (let k = 0; k < outside; k++) edges.push([i, rng.int(n)]);
  }
  return edges;
}
