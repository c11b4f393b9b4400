import Graph from 'graphology';
import type { EntityKind, GraphEdge, GraphNode, Role, Subgraph } from '../api/types';
import type { GraphView } from './view';

/** What the picture is made of: data only. Hover, selection and colours come from reducers. */
export interface NodeData {
  readonly kind: EntityKind;
  readonly id: string;
  readonly label: string;
  /** Undefined for neighbours that were expanded and do not belong to the ring. */
  readonly role: Role | undefined;
  readonly size: number;
  x: number;
  y: number;
  /** Held by the reader. */
  pinned?: boolean;
  /** Under the reader's pointer now, so that a running layout leaves it alone. */
  dragged?: boolean;
}

export interface EdgeData {
  readonly count: number;
  /** Yuan as text. */
  readonly money: string;
  readonly first: string;
  readonly last: string;
  readonly size: number;
  readonly curvature: number;
}

export type RingGraph = Graph<NodeData, EdgeData>;

/** The ring and what was expanded, hidden nodes left out. */
export interface Wanted {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: ReadonlyMap<string, GraphEdge>;
  /** Key of the node from whose expansion a neighbour came. */
  readonly parents: ReadonlyMap<string, string>;
}

export interface Expanded {
  readonly of: string;
  readonly graph: Subgraph;
}

export function wanted(
  ring: Subgraph | undefined,
  expansions: readonly Expanded[],
  view: GraphView,
): Wanted {
  const hidden = new Set(view.hidden);
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const parents = new Map<string, string>();
  const add = (graph: Subgraph, parent: string | undefined) => {
    for (const n of graph.nodes) {
      if (hidden.has(n.key) || nodes.has(n.key)) continue;
      nodes.set(n.key, n);
      if (parent !== undefined && parent !== n.key) parents.set(n.key, parent);
    }
    for (const e of graph.edges) edges.set(e.key, e);
  };
  if (ring) add(ring, undefined);
  for (const { of, graph } of expansions) if (nodes.has(of)) add(graph, of);
  for (const [key, e] of edges) if (!nodes.has(e.source) || !nodes.has(e.target)) edges.delete(key);
  return { nodes, edges, parents };
}

const ROLE_SIZE: Readonly<Record<Role, number>> = {
  core: 17,
  organiser: 11,
  recruiter: 10,
  doctor: 10,
  member: 8,
  item: 8,
};
const CONTEXT_SIZE: Readonly<Record<EntityKind, number>> = {
  institution: 8,
  doctor: 6,
  drug: 5.5,
  patient: 5,
};

export function nodeSize(node: Pick<GraphNode, 'role' | 'kind'>): number {
  return node.role ? ROLE_SIZE[node.role] : CONTEXT_SIZE[node.kind];
}

/** Width grows with the logarithm: one settlement stays visible, a thousand do not hide the rest. */
export function edgeWidth(count: number): number {
  return Math.min(7, 1 + 0.85 * Math.log2(Math.max(1, count)));
}

const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/** A place for a new node: the core near the middle, members on a spiral, neighbours by their parent. */
function place(graph: RingGraph, node: GraphNode, i: number, parent: string | undefined) {
  if (parent !== undefined && graph.hasNode(parent)) {
    const { x, y } = graph.getNodeAttributes(parent);
    const outward = Math.atan2(y, x) + (((i % 9) - 4) * Math.PI) / 9;
    const r = 60 + 12 * Math.floor(i / 9);
    return { x: x + r * Math.cos(outward), y: y + r * Math.sin(outward) };
  }
  const r = node.role === 'core' ? 20 + 10 * i : 80 + 9 * Math.sqrt(i) * 4;
  return { x: r * Math.cos(i * GOLDEN), y: r * Math.sin(i * GOLDEN) };
}

/** Makes `graph` show what is wanted with the fewest changes; returns the keys of new nodes. */
export function sync(graph: RingGraph, want: Wanted, view: GraphView): string[] {
  const pins = new Map(view.pinned.map((p) => [p.key, p]));
  for (const edge of graph.edges()) if (!want.edges.has(edge)) graph.dropEdge(edge);
  for (const node of graph.nodes()) if (!want.nodes.has(node)) graph.dropNode(node);
  const added: string[] = [];
  let i = 0;
  for (const [key, node] of want.nodes) {
    const pin = pins.get(key);
    if (!graph.hasNode(key)) {
      graph.addNode(key, {
        kind: node.kind,
        id: node.id,
        label: node.label,
        role: node.role,
        size: nodeSize(node),
        ...place(graph, node, i, want.parents.get(key)),
      });
      added.push(key);
    }
    i += 1;
    const had = graph.getNodeAttribute(key, 'pinned') ?? false;
    if (pin && !had) graph.mergeNodeAttributes(key, { x: pin.x, y: pin.y, pinned: true });
    else if (!pin && had) graph.mergeNodeAttributes(key, { pinned: false });
  }
  for (const [key, e] of want.edges) {
    if (graph.hasEdge(key) || graph.hasEdge(e.source, e.target)) continue;
    graph.addEdgeWithKey(key, e.source, e.target, {
      count: e.count,
      money: e.money,
      first: e.first,
      last: e.last,
      size: edgeWidth(e.count),
      curvature: 0.12,
    });
  }
  return added;
}

export const newGraph = (): RingGraph => new Graph<NodeData, EdgeData>({ type: 'undirected' });

/** How much of a node's neighbours of one kind is on screen, for “N of M”. */
export function shownByKind(want: Wanted, key: string): ReadonlyMap<EntityKind, number> {
  const shown = new Map<EntityKind, number>();
  for (const e of want.edges.values()) {
    const other = e.source === key ? e.target : e.target === key ? e.source : undefined;
    const kind = other === undefined ? undefined : want.nodes.get(other)?.kind;
    if (kind) shown.set(kind, (shown.get(kind) ?? 0) + 1);
  }
  return shown;
}
