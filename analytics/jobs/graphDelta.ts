import { quote } from '../landing/duck.js';
import type { LandingReader } from '../landing/types.js';
import { ENTITY_KINDS, type EntityKind, type EntityRef } from '../model/ids.js';
import type { GraphDelta, GraphEdgeRow, GraphNodeRow } from '../store/port.js';
import type { GraphFiles } from './graphRows.js';

/** Where the graph of the store's own version lies, and that of the version to come. */
export interface GraphChange {
  /** Undefined where nobody kept it: then everything is loaded. */
  readonly before: GraphFiles | undefined;
  readonly after: GraphFiles;
}

type Row = Record<string, unknown>;

const rankOf = (column: string) =>
  `list_position([${ENTITY_KINDS.map(quote).join(', ')}], ${column})`;

const NODE_COLUMNS = 'kind, id, label, attributes';
const NODE_KEY = 'kind, id';
const NODE_ORDER = `${rankOf('kind')}, id`;
const EDGE_COLUMNS = 'source_kind, source_id, target_kind, target_id, count, fen, "first", "last"';
const EDGE_KEY = 'source_kind, source_id, target_kind, target_id';
const EDGE_ORDER = `${rankOf('source_kind')}, ${rankOf('target_kind')}, source_id, target_id`;

function toNode(row: Row): GraphNodeRow {
  return {
    kind: row.kind as EntityKind,
    id: String(row.id),
    label: String(row.label),
    attributes: JSON.parse(String(row.attributes)) as GraphNodeRow['attributes'],
  };
}

function toEnds(row: Row): Pick<GraphEdgeRow, 'source' | 'target'> {
  return {
    source: { kind: row.source_kind as EntityKind, id: String(row.source_id) },
    target: { kind: row.target_kind as EntityKind, id: String(row.target_id) },
  };
}

function toEdge(row: Row): GraphEdgeRow {
  return {
    ...toEnds(row),
    count: Number(row.count),
    fen: Number(row.fen),
    first: Number(row.first),
    last: Number(row.last),
  };
}

/**
 * The rows that lead from one graph to the next, streamed out of the two pairs of files in an order
 * that is the same every time: by kind and id, relationships by the kinds of their ends and both
 * ids. Nothing is read or compared before it is asked for; one stream at a time.
 */
export function graphDelta(reader: LandingReader, change: GraphChange): GraphDelta {
  const { before, after } = change;
  async function* stream<T>(sql: string, make: (row: Row) => T): AsyncGenerator<T[]> {
    for await (const batch of reader.batches<Row>(sql)) yield batch.map(make);
  }
  const all = (columns: string, path: string) =>
    `SELECT ${columns} FROM read_parquet(${quote(path)})`;

  if (!before) {
    async function* nothing(): AsyncGenerator<never> {}
    // The files are in that order already.
    return {
      full: true,
      parquet: after,
      nodes: () => stream(all(NODE_COLUMNS, after.nodes), toNode),
      edges: () => stream(all(EDGE_COLUMNS, after.edges), toEdge),
      removedEdges: nothing,
      removedNodes: nothing,
    };
  }
  const changed = (columns: string, order: string, from: string, to: string) => `
    ${all(columns, to)} AS now
    ANTI JOIN (${all(columns, from)}) AS was USING (${columns}) ORDER BY ${order}`;
  const gone = (key: string, order: string, from: string, to: string) => `
    ${all(key, from)} AS was ANTI JOIN (${all(key, to)}) AS now USING (${key}) ORDER BY ${order}`;
  return {
    full: false,
    parquet: after,
    nodes: () => stream(changed(NODE_COLUMNS, NODE_ORDER, before.nodes, after.nodes), toNode),
    edges: () => stream(changed(EDGE_COLUMNS, EDGE_ORDER, before.edges, after.edges), toEdge),
    removedEdges: () => stream(gone(EDGE_KEY, EDGE_ORDER, before.edges, after.edges), toEnds),
    removedNodes: () =>
      stream(
        gone(NODE_KEY, NODE_ORDER, before.nodes, after.nodes),
        ({ kind, id }): EntityRef => ({ kind: kind as EntityKind, id: String(id) }),
      ),
  };
}
