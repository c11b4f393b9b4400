import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeGexf } from '../../../api/export/gexf.js';
import { writeGraphml } from '../../../api/export/graphml.js';
import { findPython } from '../../services/python.js';
import { DOCUMENT, HOSTILE } from './document.js';

const python = findPython(['networkx']);

const SCRIPT = `
import json, sys, networkx as nx
read = nx.read_graphml if sys.argv[1].endswith('graphml') else nx.read_gexf
g = read(sys.argv[1])
print(json.dumps({
  'directed': g.is_directed(),
  'graph': {k: v for k, v in g.graph.items() if not k.endswith('_default') and k != 'mode'},
  'nodes': {n: {k: [type(v).__name__, v] for k, v in d.items()} for n, d in g.nodes(data=True)},
  'edges': {'|'.join(sorted([a, b])): {k: [type(v).__name__, v] for k, v in d.items()}
            for a, b, d in g.edges(data=True)},
}))`;

interface Read {
  directed: boolean;
  graph: Record<string, unknown>;
  nodes: Record<string, Record<string, [string, unknown]>>;
  edges: Record<string, Record<string, [string, unknown]>>;
}

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ringfence-networkx-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function open(name: string, text: string): Promise<Read> {
  const file = join(dir, name);
  await writeFile(file, text);
  const ran = spawnSync(python as string, ['-c', SCRIPT, file], { encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  return JSON.parse(ran.stdout) as Read;
}

const CUSTOMER = 'patient:P"1\'<&>';

describe.skipIf(!python)('networkx', () => {
  it('opens GraphML with types, attributes and the reasons of the ring', async () => {
    const read = await open('ring.graphml', writeGraphml(DOCUMENT));
    expect(read.directed).toBe(false);
    expect(Object.keys(read.nodes).sort()).toEqual(DOCUMENT.nodes.map((n) => n.key).sort());
    expect(read.nodes['institution:H1']).toEqual({
      label: ['str', HOSTILE.inXml],
      kind: ['str', 'institution'],
      code: ['str', 'H1'],
      role: ['str', 'core'],
      attr_region: ['str', '500101'],
      attr_beds: ['int', 12],
      degree_patient: ['int', 200_000],
      reasons: ['str', JSON.stringify(DOCUMENT.ring.reasons)],
    });
    expect(read.nodes[CUSTOMER]?.role).toEqual(['str', 'member']);
    expect(read.nodes[CUSTOMER]?.degree_institution).toEqual(['int', 1]);
    const edge = read.edges[`institution:H1|${CUSTOMER}`];
    expect(edge).toMatchObject({
      weight: ['int', 41],
      settlements: ['int', 41],
      fen: ['int', 9_007_199_254_740_991],
      money: ['str', '90071992547409.91'],
      first: ['str', '2025-01-31T08:05:00+08:00'],
      last: ['str', '2025-12-31T23:59:59+08:00'],
    });
    expect(read.edges['institution:H1|patient:P2']?.fen).toEqual(['int', -50]);
    expect(read.graph).toMatchObject({ ring: 'R-7K2Q', score: 0.97, q: 0.0031 });
    expect(JSON.parse(read.graph.reasons as string)).toEqual(DOCUMENT.ring.reasons);
    expect(JSON.parse(read.graph.innocent as string)).toEqual(DOCUMENT.ring.innocent);
  });

  it('opens GEXF with types and attributes', async () => {
    const read = await open('ring.gexf', await writeGexf(DOCUMENT));
    expect(read.directed).toBe(false);
    expect(Object.keys(read.nodes).sort()).toEqual(DOCUMENT.nodes.map((n) => n.key).sort());
    expect(read.nodes['institution:H1']).toEqual({
      label: ['str', HOSTILE.inXml.replaceAll(/[\n\t]/g, ' ')],
      kind: ['str', 'institution'],
      code: ['str', 'H1'],
      role: ['str', 'core'],
      attr_region: ['str', '500101'],
      attr_beds: ['int', 12],
      degree_patient: ['int', 200_000],
      reasons: ['str', JSON.stringify(DOCUMENT.ring.reasons)],
    });
    const edge = read.edges[`institution:H1|${CUSTOMER}`];
    expect(edge).toMatchObject({
      weight: ['float', 41],
      settlements: ['int', 41],
      fen: ['int', 9_007_199_254_740_991],
      first: ['str', '2025-01-31T08:05:00+08:00'],
      last: ['str', '2025-12-31T23:59:59+08:00'],
    });
  });
});
