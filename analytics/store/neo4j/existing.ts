import { ENTITY_KINDS } from '../../model/ids.js';
import type { Neo4j } from './connect.js';
import { JOINTS, ofJoint, ofKind } from './queries.js';
import type { Row, Stage } from './stage.js';

interface NodeRow {
  id: string;
  label: string | null;
  attributes: string | null;
  degrees: number[] | null;
  next: number | null;
}

interface EdgeRow {
  source: string;
  target: string;
  count: number | null;
  fen: number | null;
  first: number | null;
  last: number | null;
  next: number[] | null;
}

const nodeRow =
  (kind: string) =>
  (n: NodeRow): Row => {
    const [p = 0, d = 0, i = 0, x = 0] = n.degrees ?? [];
    return [kind, n.id, n.label, n.attributes, p, d, i, x, n.next];
  };

const edgeRow =
  (sk: string, tk: string) =>
  (r: EdgeRow): Row => [
    sk,
    r.source,
    tk,
    r.target,
    r.count,
    r.fen,
    r.first,
    r.last,
    r.next?.[0] ?? null,
  ];

/** Fills `e_nodes` and `e_edges` with the whole graph, staged parts included. */
export async function readAll(server: Neo4j, stage: Stage, signal?: AbortSignal): Promise<void> {
  for (const kind of ENTITY_KINDS)
    await stage.append(
      'e_nodes',
      through(server.stream<NodeRow>(ofKind('allNodes', kind), {}), nodeRow(kind)),
      signal,
    );
  for (const joint of JOINTS)
    await stage.append(
      'e_edges',
      through(
        server.stream<EdgeRow>(ofJoint('allRelationships', joint), {}),
        edgeRow(joint.source, joint.target),
      ),
      signal,
    );
}

async function* through<T>(batches: AsyncIterable<T[]>, row: (value: T) => Row) {
  for await (const batch of batches) yield batch.map(row);
}

/** Fills `e_nodes` and `e_edges` with what a delta names, and the ends of its relationships. */
export async function readNamed(server: Neo4j, stage: Stage, signal?: AbortSignal): Promise<void> {
  for (const kind of ENTITY_KINDS) {
    const ids = `SELECT DISTINCT id FROM (
      SELECT kind, id FROM d_nodes
      UNION ALL SELECT sk, source FROM d_edges UNION ALL SELECT tk, target FROM d_edges
      UNION ALL SELECT sk, source FROM d_removed UNION ALL SELECT tk, target FROM d_removed
      UNION ALL SELECT kind, id FROM d_gone)
      WHERE kind = '${kind}' ORDER BY id`;
    const name = ofKind('someNodes', kind);
    const ask = (batch: Row[]) =>
      server.read((q) => q<NodeRow>(name, { ids: batch.map((row) => row[0]) }));
    await stage.append('e_nodes', answered(stage.batches(ids), ask, nodeRow(kind)), signal);
  }
  for (const joint of JOINTS) {
    const { source, target } = joint;
    const pairs = `SELECT source, target FROM d_edges WHERE sk = '${source}' AND tk = '${target}'
      UNION SELECT source, target FROM d_removed WHERE sk = '${source}' AND tk = '${target}'
      ORDER BY source`;
    const name = ofJoint('someRelationships', joint);
    const ask = (batch: Row[]) => server.read((q) => q<EdgeRow>(name, { pairs: batch }));
    await stage.append(
      'e_edges',
      answered(stage.batches(pairs), ask, edgeRow(source, target)),
      signal,
    );
  }
}

async function* answered<T>(
  batches: AsyncIterable<Row[]>,
  ask: (batch: Row[]) => Promise<T[]>,
  row: (value: T) => Row,
) {
  for await (const batch of batches) yield (await ask(batch)).map(row);
}
