import { ENTITY_KINDS, type EntityKind, type EntityRef, entityKey } from '../../model/ids.js';
import type { GraphEdge, GraphNode, NeighbourLimit, SearchHit, Subgraph } from '../port.js';
import { HUB_DEGREE } from './plan.js';
import { fromKind, JOINTS, jointOf, kindCode, ofJoint, ofKind } from './queries.js';
import { type Body, type Reading, toNode } from './reading.js';
import { HUB_LISTED } from './write.js';

type Values = [number, number, number, number];

interface NeighbourRow {
  id: string;
  neighbour: string;
  edge: Values;
  body: Body;
}

/** The asked nodes that the graph has, in the order of asking, once each. */
export async function findNodes(r: Reading, of: readonly EntityRef[]): Promise<GraphNode[]> {
  const found = new Map<string, GraphNode>();
  await Promise.all(
    ENTITY_KINDS.map(async (kind) => {
      const ids = [...new Set(of.filter((ref) => ref.kind === kind).map((ref) => ref.id))];
      if (ids.length === 0) return;
      const rows = await r.ask<{ id: string; body: Body }>(ofKind('nodes', kind), {
        ids,
        generation: r.generation,
      });
      for (const { id, body } of rows) {
        const node = toNode(kind, id, body, r.generation);
        if (node) found.set(entityKey(node), node);
      }
    }),
  );
  return [...new Set(of.map(entityKey))].flatMap((key) => found.get(key) ?? []);
}

function byKindAndId(a: EntityRef, b: EntityRef): number {
  return kindCode(a.kind) - kindCode(b.kind) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Edges in the port's order, each once. */
class Edges {
  private readonly unique = new Map<string, GraphEdge>();

  add(a: EntityRef, b: EntityRef, [count, fen, first, last]: Values): void {
    const [source, target] = kindCode(a.kind) < kindCode(b.kind) ? [a, b] : [b, a];
    const edge = { source, target, count, fen, first, last };
    this.unique.set(`${entityKey(source)}|${entityKey(target)}`, edge);
  }

  sorted(): GraphEdge[] {
    return [...this.unique.values()].sort(
      (a, b) => byKindAndId(a.source, b.source) || byKindAndId(a.target, b.target),
    );
  }
}

/** One question: the nodes of one kind and their neighbours of another, by way of `:Hub` or not. */
interface Part {
  readonly kind: EntityKind;
  readonly other: EntityKind;
  readonly hub: boolean;
  readonly ids: string[];
}

export async function neighbourhood(
  r: Reading,
  of: readonly EntityRef[],
  limit: NeighbourLimit,
): Promise<Subgraph> {
  const asked = await findNodes(r, of);
  const perKind = Math.max(0, Math.floor(limit.perKind));
  const omitted: Array<Subgraph['omitted'][number]> = [];
  const parts = new Map<string, Part>();
  for (const { kind, id, degrees } of asked)
    for (const other of new Set(limit.kinds)) {
      const total = degrees[other] ?? 0;
      const shown = Math.min(total, perKind);
      if (shown < total) omitted.push({ of: { kind, id }, kind: other, shown, total });
      if (shown === 0 || !jointOf(kind, other)) continue;
      const hub = total > HUB_DEGREE && perKind <= HUB_LISTED;
      const key = `${kind} ${other} ${hub}`;
      const part = parts.get(key) ?? { kind, other, hub, ids: [] };
      part.ids.push(id);
      parts.set(key, part);
    }
  const nodes = new Map(asked.map((node) => [entityKey(node), node]));
  const others = new Map<string, GraphNode>();
  const edges = new Edges();
  await Promise.all(
    [...parts.values()].map(async ({ kind, other, hub, ids }) => {
      const file = hub ? 'hubNeighbours' : 'neighbours';
      const params = { ids, kind, other, limit: perKind, generation: r.generation };
      for (const row of await r.ask<NeighbourRow>(fromKind(file, kind, other), params)) {
        const ref = { kind: other, id: row.neighbour };
        edges.add({ kind, id: row.id }, ref, row.edge);
        const key = entityKey(ref);
        if (nodes.has(key) || others.has(key)) continue;
        const node = toNode(other, row.neighbour, row.body, r.generation);
        if (node) others.set(key, node);
      }
    }),
  );
  const found = [...others.values()].sort(byKindAndId);
  return { nodes: [...asked, ...found], edges: edges.sorted(), omitted };
}

export async function induced(r: Reading, of: readonly EntityRef[]): Promise<Subgraph> {
  const asked = await findNodes(r, of);
  const ids = (kind: EntityKind) => asked.filter((n) => n.kind === kind).map((n) => n.id);
  const edges = new Edges();
  await Promise.all(
    JOINTS.map(async (joint) => {
      const [sources, targets] = [ids(joint.source), ids(joint.target)];
      if (sources.length === 0 || targets.length === 0) return;
      const rows = await r.ask<{ source: string; target: string; edge: Values }>(
        ofJoint('induced', joint),
        { sources, targets, generation: r.generation },
      );
      for (const { source, target, edge } of rows)
        edges.add({ kind: joint.source, id: source }, { kind: joint.target, id: target }, edge);
    }),
  );
  return { nodes: asked, edges: edges.sorted(), omitted: [] };
}

interface HitRow {
  id: string;
  label: string;
  code: string;
  /** Only of names: whether it is the name that has the text, or its initials. */
  named?: boolean;
}

export async function search(
  r: Reading,
  text: string,
  kinds: readonly EntityKind[],
  limit: number,
): Promise<SearchHit[]> {
  const wanted = text.trim().toLowerCase();
  if (!wanted || limit < 1) return [];
  const params = { text: wanted, limit: Math.floor(limit), generation: r.generation };
  const unique = [...new Set(kinds)];
  const ask = (file: string, kind: EntityKind) => r.ask<HitRow>(ofKind(file, kind), params);
  const [codes, names] = await Promise.all([
    Promise.all(unique.map((kind) => ask('searchCode', kind))),
    Promise.all(unique.map((kind) => (kind === 'patient' ? [] : ask('searchName', kind)))),
  ]);
  const hits = (
    answers: readonly HitRow[][],
    match: SearchHit['match'],
    keep: (row: HitRow) => boolean,
  ) =>
    answers.flatMap((rows, i) =>
      rows.filter(keep).map(({ id, label }) => ({ kind: unique[i]!, id, label, match })),
    );
  return [
    ...hits(codes, 'code', (row) => row.code === wanted),
    ...hits(codes, 'code', (row) => row.code !== wanted),
    ...hits(names, 'name', (row) => Boolean(row.named)),
    ...hits(names, 'pinyin', (row) => !row.named),
  ].slice(0, params.limit);
}
