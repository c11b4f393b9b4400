import { ENTITY_KINDS, type EntityKind, type EntityRef } from '../../model/ids.js';
import type { GraphEdge, GraphNode, NeighbourLimit, SearchHit, Subgraph } from '../port.js';
import type { Session } from './pool.js';
import { kindCode, kindOf } from './schema.js';

interface NodeRow {
  readonly n: number;
  readonly kind: EntityKind;
  readonly id: string;
  readonly label: string;
  readonly attributes: GraphNode['attributes'];
  /** By kind: how many neighbours, and where they begin in `adjacent`. */
  readonly counts: readonly number[];
  readonly starts: readonly number[];
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

interface PackedRow {
  n: number;
  k: number;
  id: string;
  body: string;
}

const EDGE_COLUMNS = 'a.n, a.mk, a.m, a.count, a.fen, a."first", a."last"';

function unpack({ n, k, id, body }: PackedRow): NodeRow {
  const [label, attributes, counts, starts] = JSON.parse(body);
  return { n, kind: kindOf(k), id, label, attributes, counts, starts };
}

function toNode(row: NodeRow): GraphNode {
  const degrees: Partial<Record<EntityKind, number>> = {};
  ENTITY_KINDS.forEach((kind, i) => {
    if (row.counts[i]) degrees[kind] = row.counts[i] as number;
  });
  const { kind, id, label, attributes } = row;
  return { kind, id, label, attributes, degrees };
}

/** Edges in the port's order, each once with its lower number first (numbers follow kinds). */
function toEdges(rows: Iterable<EdgeRow>, nodes: ReadonlyMap<number, NodeRow>): GraphEdge[] {
  const unique = new Map<string, EdgeRow>();
  for (const row of rows) {
    const forward = row.n < row.m ? row : { ...row, n: row.m, m: row.n };
    unique.set(`${forward.n} ${forward.m}`, forward);
  }
  const ref = (n: number): EntityRef => {
    const { kind, id } = nodes.get(n)!;
    return { kind, id };
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
  const ids = [...new Set(of.map((ref) => ref.id))];
  const kinds = [...new Set(of.map((ref) => kindCode(ref.kind)))];
  const rows = await s.rows<PackedRow>(
    `SELECT n, k, id, body FROM nodes
     WHERE k IN (${kinds.join(', ')}) AND id IN (${ids.map(() => '?').join(', ')})`,
    ids,
  );
  const byKey = new Map(rows.map((row) => [`${row.k}:${row.id}`, row]));
  const keys = new Set(of.map((ref) => `${kindCode(ref.kind)}:${ref.id}`));
  return [...keys].flatMap((key) => {
    const row = byKey.get(key);
    return row ? unpack(row) : [];
  });
}

async function nodesByNumber(s: Session, numbers: readonly number[]): Promise<NodeRow[]> {
  if (numbers.length === 0) return [];
  const rows = await s.rows<PackedRow>(
    `SELECT n, k, id, body FROM nodes WHERE n IN (${numbers.join(', ')}) ORDER BY n`,
  );
  return rows.map(unpack);
}

/** The neighbours of one node and kind stand in `adjacent` from `from` on; `to` is not read. */
interface Range {
  readonly n: number;
  readonly mk: number;
  readonly from: number;
  readonly to: number;
}

export async function neighbourhood(
  s: Session,
  of: readonly EntityRef[],
  limit: NeighbourLimit,
): Promise<Subgraph> {
  const asked = await findNodes(s, of);
  const kinds = [...new Set(limit.kinds)];
  const omitted: Array<Subgraph['omitted'][number]> = [];
  const ranges: Range[] = [];
  for (const { n, kind: ownKind, id, counts, starts } of asked)
    for (const kind of kinds) {
      const mk = kindCode(kind);
      const total = counts[mk] as number;
      const shown = Math.min(total, limit.perKind);
      const from = starts[mk] as number;
      if (shown > 0) ranges.push({ n, mk, from, to: from + shown });
      if (shown < total) omitted.push({ of: { kind: ownKind, id }, kind, shown, total });
    }
  const edges = await edgesAt(s, ranges);
  const nodes = new Map(asked.map((node) => [node.n, node]));
  const others = [...new Set(edges.map((e) => e.m))].filter((m) => !nodes.has(m));
  const found = await nodesByNumber(s, others);
  for (const node of found) nodes.set(node.n, node);
  return { nodes: [...asked, ...found].map(toNode), edges: toEdges(edges, nodes), omitted };
}

/**
 * Relationships by their positions. The numbers of the nodes stand in the condition as well: by them
 * whole row groups are passed over, which positions alone do not do.
 */
async function edgesAt(s: Session, ranges: readonly Range[]): Promise<EdgeRow[]> {
  if (ranges.length === 0) return [];
  const numbers = [...new Set(ranges.map((r) => r.n))].join(', ');
  if (ranges.length <= ENTITY_KINDS.length) {
    const places = ranges.map((r) => `(a.rowid >= ${r.from} AND a.rowid < ${r.to})`);
    return s.rows<EdgeRow>(
      `SELECT ${EDGE_COLUMNS} FROM adjacent AS a
       WHERE a.n IN (${numbers}) AND (${places.join(' OR ')})`,
    );
  }
  const ends = ranges.map((r) => `(${r.n}, ${r.mk}, ${r.to})`).join(', ');
  return s.rows<EdgeRow>(
    `SELECT ${EDGE_COLUMNS} FROM adjacent AS a
     JOIN (VALUES ${ends}) AS r(n, mk, upto) ON a.n = r.n AND a.mk = r.mk AND a.rowid < r.upto
     WHERE a.n IN (${numbers})`,
  );
}

export async function induced(s: Session, of: readonly EntityRef[]): Promise<Subgraph> {
  const asked = await findNodes(s, of);
  const nodes = new Map(asked.map((node) => [node.n, node]));
  const numbers = [...nodes.keys()].join(', ');
  // Read from the lower kind's side: a patient has tens of relationships where a hospital has
  // hundreds of thousands.
  const edges = numbers
    ? await s.rows<EdgeRow>(
        `SELECT ${EDGE_COLUMNS} FROM adjacent AS a
         WHERE a.n IN (${numbers}) AND a.m IN (${numbers}) AND a.m > a.n`,
      )
    : [];
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
  // Codes are all but sorted: a prefix is a range, found in a few row groups. Names are looked
  // through, which patients do not have.
  const named = codes.filter((k) => k !== kindCode('patient'));
  const byName = `UNION ALL
    SELECT k, id, code, label, CASE WHEN contains(name, $1) THEN 2 ELSE 3 END FROM nodes
    WHERE k IN (${named.join(', ')}) AND (contains(name, $1) OR contains(initials, $1))
      AND NOT starts_with(code, $1)`;
  const rows = await s.rows<{ k: number; id: string; label: string; class: number }>(
    `SELECT * FROM (
       SELECT k, id, code, label, CASE WHEN code = $1 THEN 0 ELSE 1 END AS class FROM nodes
       WHERE k IN (${codes.join(', ')}) AND code >= $1 AND code < $2 AND starts_with(code, $1)
       ${named.length > 0 ? byName : ''})
     ORDER BY class, list_position([${codes.join(', ')}], k), code, id
     LIMIT ${Math.floor(limit)}`,
    [wanted, `${wanted}\u{10ffff}`],
  );
  const matches = ['code', 'code', 'name', 'pinyin'] as const;
  return rows.map((row) => ({
    kind: kindOf(row.k),
    id: row.id,
    label: row.label,
    match: matches[row.class] as SearchHit['match'],
  }));
}
