import { ENTITY_KINDS, type EntityKind, type EntityRef } from '../../model/ids.js';
import type { GraphEdge, GraphNode, NeighbourLimit, SearchHit, Subgraph } from '../port.js';
import type { Session } from './pool.js';
import { kindCode, kindOf } from './schema.js';

/** A row of `nodes` without its search columns. */
interface NodeRow extends Record<`d${number}` | `o${number}`, number> {
  n: number;
  k: number;
  id: string;
  label: string;
  attributes: string;
}

interface EdgeRow {
  n: number;
  mk: number;
  m: number;
  count: number;
  fen: number;
  first: number;
  last: number;
}

const NODE_COLUMNS = `n, k, id, label, attributes, ${ENTITY_KINDS.map((_, i) => `d${i}, o${i}`).join(', ')}`;
const EDGE_COLUMNS = 'n, mk, m, count, fen, "first", "last"';

function toNode(row: NodeRow): GraphNode {
  const degrees: Partial<Record<EntityKind, number>> = {};
  ENTITY_KINDS.forEach((kind, i) => {
    if (row[`d${i}`]) degrees[kind] = row[`d${i}`] as number;
  });
  return {
    kind: kindOf(row.k),
    id: row.id,
    label: row.label,
    attributes: JSON.parse(row.attributes),
    degrees,
  };
}

/** Edges in the port's order, each once with its lower number first (numbers follow kinds). */
function toEdges(rows: Iterable<EdgeRow>, nodes: ReadonlyMap<number, NodeRow>): GraphEdge[] {
  const unique = new Map<string, EdgeRow>();
  for (const row of rows) {
    const forward = row.n < row.m ? row : { ...row, n: row.m, m: row.n };
    unique.set(`${forward.n} ${forward.m}`, forward);
  }
  const ref = (n: number): EntityRef => {
    const node = nodes.get(n)!;
    return { kind: kindOf(node.k), id: node.id };
  };
  return [...unique.values()]
    .sort((a, b) => a.n - b.n || a.m - b.m)
    .map((e) => ({
      source: ref(e.n),
      target: ref(e.m),
      count: e.count,
      fen: e.fen,
      first: e.first,
      last: e.last,
    }));
}

/** The asked nodes that the graph has, in the order of asking, once each. */
export async function findNodes(s: Session, of: readonly EntityRef[]): Promise<NodeRow[]> {
  if (of.length === 0) return [];
  const rows = await s.rows<NodeRow>(
    `SELECT ${NODE_COLUMNS} FROM nodes SEMI JOIN (
       SELECT unnest(from_json(?, '[{"k":"UTINYINT","id":"VARCHAR"}]'), recursive := true)
     ) AS asked USING (k, id)`,
    [JSON.stringify(of.map((ref) => ({ k: kindCode(ref.kind), id: ref.id })))],
  );
  const byKey = new Map(rows.map((row) => [`${row.k}:${row.id}`, row]));
  const keys = new Set(of.map((ref) => `${kindCode(ref.kind)}:${ref.id}`));
  return [...keys].flatMap((key) => byKey.get(key) ?? []);
}

async function nodesByNumber(s: Session, numbers: readonly number[]): Promise<NodeRow[]> {
  if (numbers.length === 0) return [];
  return s.rows<NodeRow>(
    `SELECT ${NODE_COLUMNS} FROM nodes
     SEMI JOIN (SELECT unnest(from_json(?, '["INTEGER"]')) AS n) AS asked USING (n) ORDER BY n`,
    [JSON.stringify(numbers)],
  );
}

export async function neighbourhood(
  s: Session,
  of: readonly EntityRef[],
  limit: NeighbourLimit,
): Promise<Subgraph> {
  const asked = await findNodes(s, of);
  const kinds = [...new Set(limit.kinds)];
  const omitted: Array<Subgraph['omitted'][number]> = [];
  const ranges: Array<[from: number, to: number]> = [];
  for (const node of asked)
    for (const kind of kinds) {
      const code = kindCode(kind);
      const total = node[`d${code}`] as number;
      const shown = Math.min(total, limit.perKind);
      const from = node[`o${code}`] as number;
      if (shown > 0) ranges.push([from, from + shown]);
      if (shown < total)
        omitted.push({ of: { kind: kindOf(node.k), id: node.id }, kind, shown, total });
    }
  const edges = await edgesAt(s, ranges);
  const nodes = new Map(asked.map((node) => [node.n, node]));
  const others = [...new Set(edges.map((e) => e.m))].filter((m) => !nodes.has(m));
  const found = await nodesByNumber(s, others);
  for (const node of found) nodes.set(node.n, node);
  return { nodes: [...asked, ...found].map(toNode), edges: toEdges(edges, nodes), omitted };
}

/** Relationships by their positions. A few ranges are read one by one, many by a join. */
async function edgesAt(s: Session, ranges: ReadonlyArray<[number, number]>): Promise<EdgeRow[]> {
  if (ranges.length === 0) return [];
  if (ranges.length <= 12)
    return s.rows<EdgeRow>(
      ranges
        .map(
          ([from, to]) =>
            `SELECT ${EDGE_COLUMNS} FROM adjacent WHERE rowid >= ${from} AND rowid < ${to}`,
        )
        .join(' UNION ALL '),
    );
  return s.rows<EdgeRow>(
    `SELECT ${EDGE_COLUMNS} FROM adjacent SEMI JOIN (
       SELECT unnest(range(r.a, r.b)) AS at
       FROM (SELECT unnest(from_json(?, '[{"a":"BIGINT","b":"BIGINT"}]')) AS r)
     ) AS asked ON adjacent.rowid = asked.at`,
    [JSON.stringify(ranges.map(([a, b]) => ({ a, b })))],
  );
}

export async function induced(s: Session, of: readonly EntityRef[]): Promise<Subgraph> {
  const asked = await findNodes(s, of);
  const nodes = new Map(asked.map((node) => [node.n, node]));
  // Read from the lower kind's side: a patient has tens of relationships where a hospital has
  // hundreds of thousands.
  const edges = await s.rows<EdgeRow>(
    `WITH asked AS MATERIALIZED (SELECT unnest(from_json(?, '["INTEGER"]')) AS n)
     SELECT ${EDGE_COLUMNS} FROM adjacent
     WHERE n IN (FROM asked) AND m IN (FROM asked) AND m > n`,
    [JSON.stringify([...nodes.keys()])],
  );
  return { nodes: asked.map(toNode), edges: toEdges(edges, nodes), omitted: [] };
}

export async function search(
  s: Session,
  text: string,
  kinds: readonly EntityKind[],
  limit: number,
): Promise<SearchHit[]> {
  const wanted = text.trim().toLowerCase();
  if (!wanted || kinds.length === 0 || limit < 1) return [];
  const codes = [...new Set(kinds)].map(kindCode);
  const rows = await s.rows<{ k: number; id: string; label: string; class: number }>(
    `SELECT k, id, label, class FROM (
       SELECT k, id, label, CASE
         WHEN code = $text THEN 0
         WHEN starts_with(code, $text) THEN 1
         WHEN contains(name, $text) THEN 2
         WHEN contains(initials, $text) THEN 3 END AS class
       FROM nodes WHERE k IN (${codes.join(', ')}))
     WHERE class IS NOT NULL
     ORDER BY class, list_position([${codes.join(', ')}], k), id LIMIT ${Math.floor(limit)}`.replaceAll(
      '$text',
      '?1',
    ),
    [wanted],
  );
  const matches = ['code', 'code', 'name', 'pinyin'] as const;
  return rows.map((row) => ({
    kind: kindOf(row.k),
    id: row.id,
    label: row.label,
    match: matches[row.class] as SearchHit['match'],
  }));
}
