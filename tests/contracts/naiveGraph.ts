import {
  ENTITY_KINDS,
  type EntityKind,
  type EntityRef,
  entityKey,
} from '../../analytics/model/ids.js';
import type {
  GraphDelta,
  GraphEdgeRow,
  GraphNodeRow,
  NeighbourLimit,
  Path,
  Subgraph,
} from '../../analytics/store/port.js';
import { PATH_STEPS_MAX } from '../../analytics/store/port.js';

/** What the port promises, written the plainest way: the model that stores are compared with. */
export class NaiveGraph {
  readonly nodes = new Map<string, GraphNodeRow>();
  readonly edges = new Map<string, GraphEdgeRow>();

  apply(delta: PlainDelta): void {
    if (delta.full) {
      this.nodes.clear();
      this.edges.clear();
    }
    for (const node of delta.nodes) this.nodes.set(entityKey(node), node);
    for (const edge of delta.edges) this.edges.set(edgeKey(edge), edge);
    for (const edge of delta.removed ?? []) this.edges.delete(edgeKey(edge));
    for (const node of delta.gone ?? []) this.nodes.delete(entityKey(node));
  }

  private adjacent(key: string): Array<{ other: EntityRef; edge: GraphEdgeRow }> {
    const out = [];
    for (const edge of this.edges.values()) {
      if (entityKey(edge.source) === key) out.push({ other: edge.target, edge });
      if (entityKey(edge.target) === key) out.push({ other: edge.source, edge });
    }
    return out;
  }

  private node(key: string) {
    const row = this.nodes.get(key)!;
    const degrees: Partial<Record<EntityKind, number>> = {};
    for (const { other } of this.adjacent(key))
      degrees[other.kind] = (degrees[other.kind] ?? 0) + 1;
    return { ...row, degrees };
  }

  private answer(first: string[], edges: Iterable<GraphEdgeRow>, omitted: Subgraph['omitted']) {
    const unique = new Map([...edges].map((e) => [edgeKey(e), e]));
    const all = new Set(first);
    const others = [...unique.values()]
      .flatMap((e) => [e.source, e.target])
      .sort(byKindAndId)
      .map(entityKey);
    for (const key of others) all.add(key);
    return {
      nodes: [...all].map((key) => this.node(key)),
      edges: [...unique.values()].sort(
        (a, b) => byKindAndId(a.source, b.source) || byKindAndId(a.target, b.target),
      ),
      omitted,
    };
  }

  neighbourhood(of: readonly EntityRef[], limit: NeighbourLimit): Subgraph {
    const asked = this.known(of);
    const kept: GraphEdgeRow[] = [];
    const omitted: Array<Subgraph['omitted'][number]> = [];
    for (const key of asked)
      for (const kind of new Set(limit.kinds)) {
        const all = this.adjacent(key)
          .filter((a) => a.other.kind === kind)
          .sort((a, b) => b.edge.count - a.edge.count || compare(a.other.id, b.other.id));
        kept.push(...all.slice(0, limit.perKind).map((a) => a.edge));
        const { kind: k, id } = this.nodes.get(key)!;
        if (all.length > limit.perKind)
          omitted.push({ of: { kind: k, id }, kind, shown: limit.perKind, total: all.length });
      }
    return this.answer(asked, kept, omitted);
  }

  induced(of: readonly EntityRef[]): Subgraph {
    const asked = this.known(of);
    const inside = new Set(asked);
    const kept = [...this.edges.values()].filter(
      (e) => inside.has(entityKey(e.source)) && inside.has(entityKey(e.target)),
    );
    return this.answer(asked, kept, []);
  }

  paths(from: EntityRef, to: EntityRef, limit: number): Path[] {
    if (this.known([from]).length === 0 || this.known([to]).length === 0) return [];
    let found: EntityRef[][] = [[from]];
    for (let steps = 0; steps <= PATH_STEPS_MAX; steps++) {
      const done = found.filter((p) => entityKey(p.at(-1)!) === entityKey(to));
      if (done.length > 0)
        return done
          .sort((a, b) => compareKeys(a, b))
          .slice(0, limit)
          .map((nodes) => ({ nodes }));
      found = found.flatMap((p) =>
        this.adjacent(entityKey(p.at(-1)!))
          .filter((a) => !p.some((q) => entityKey(q) === entityKey(a.other)))
          .map((a) => [...p, a.other]),
      );
    }
    return [];
  }

  private known(of: readonly EntityRef[]): string[] {
    return [...new Set(of.map(entityKey))].filter((key) => this.nodes.has(key));
  }
}

export interface PlainDelta {
  readonly full: boolean;
  readonly nodes: readonly GraphNodeRow[];
  readonly edges: readonly GraphEdgeRow[];
  readonly removed?: ReadonlyArray<Pick<GraphEdgeRow, 'source' | 'target'>>;
  /** Nodes whose edges are all in `removed`. */
  readonly gone?: readonly EntityRef[];
}

export function toDelta(plain: PlainDelta): GraphDelta {
  async function* batches<T>(rows: readonly T[]) {
    for (let i = 0; i < rows.length; i += 7) yield rows.slice(i, i + 7);
  }
  return {
    full: plain.full,
    nodes: () => batches(plain.nodes),
    edges: () => batches(plain.edges),
    removedEdges: () => batches(plain.removed ?? []),
    removedNodes: () => batches(plain.gone ?? []),
  };
}

export function edgeKey(edge: Pick<GraphEdgeRow, 'source' | 'target'>): string {
  return `${entityKey(edge.source)}|${entityKey(edge.target)}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byKindAndId(a: EntityRef, b: EntityRef): number {
  return ENTITY_KINDS.indexOf(a.kind) - ENTITY_KINDS.indexOf(b.kind) || compare(a.id, b.id);
}

function compareKeys(a: readonly EntityRef[], b: readonly EntityRef[]): number {
  for (let i = 0; i < a.length; i++) {
    const c = compare(entityKey(a[i]!), entityKey(b[i]!));
    if (c) return c;
  }
  return 0;
}
