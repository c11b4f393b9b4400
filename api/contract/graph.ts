import { z } from 'zod';
import {
  EntityId,
  EntityKey,
  EntityKind,
  LabelledEntity,
  listOf,
  Money,
  Role,
  Time,
} from './common.js';

/** A node as it is drawn. `degrees` counts neighbours by kind in the whole graph. */
export const GraphNode = z
  .object({
    key: EntityKey,
    kind: EntityKind,
    id: EntityId,
    label: z.string(),
    /** Only in the graph of a ring. */
    role: Role.optional(),
    attributes: z.record(z.string(), z.union([z.string(), z.number()])),
    degrees: z.partialRecord(EntityKind, z.number().int()),
  })
  .meta({ id: 'GraphNode' });
export type GraphNode = z.infer<typeof GraphNode>;

/** An aggregated relationship: `count` settlements worth `money` between `first` and `last`. */
export const GraphEdge = z
  .object({
    /** `source|target`, unique in the graph. */
    key: z.string(),
    source: EntityKey,
    target: EntityKey,
    count: z.number().int(),
    money: Money,
    first: Time,
    last: Time,
  })
  .meta({ id: 'GraphEdge' });
export type GraphEdge = z.infer<typeof GraphEdge>;

/** `shown` of `total` neighbours of one kind: what the limit left out. */
export const Omitted = z.object({
  of: EntityKey,
  kind: EntityKind,
  shown: z.number().int(),
  total: z.number().int(),
});
export type Omitted = z.infer<typeof Omitted>;

export const Subgraph = z
  .object({
    nodes: z.array(GraphNode),
    edges: z.array(GraphEdge),
    omitted: z.array(Omitted),
  })
  .meta({ id: 'Subgraph' });
export type Subgraph = z.infer<typeof Subgraph>;

/** A ring's subjects and all relationships among them; `shown < total` when it was too large. */
export const RingSubgraph = Subgraph.extend({
  shown: z.number().int(),
  total: z.number().int(),
}).meta({ id: 'RingSubgraph' });
export type RingSubgraph = z.infer<typeof RingSubgraph>;

export const RingSubgraphQuery = z.object({
  run: z.string().max(100).optional(),
  /** Subjects drawn at most; institutions, doctors and items go first. */
  limit: z.coerce.number().int().min(1).max(5000).default(500),
});

export const NEIGHBOURS_PER_KIND_MAX = 500;

export const NeighbourQuery = z.object({
  /** Kinds of neighbours to return; all when absent. */
  kinds: listOf(EntityKind).optional(),
  perKind: z.coerce.number().int().min(1).max(NEIGHBOURS_PER_KIND_MAX).default(25),
});

/** Body of a request for every relationship among the named nodes. */
export const InducedBody = z.object({ nodes: z.array(EntityKey).min(1).max(2000) });

export const PathQuery = z.object({
  from: EntityKey,
  to: EntityKey,
  limit: z.coerce.number().int().min(1).max(50).default(5),
});

/** Shortest paths as node keys, with the nodes and relationships to draw them. */
export const PathAnswer = z
  .object({ paths: z.array(z.array(EntityKey)), graph: Subgraph })
  .meta({ id: 'PathAnswer' });
export type PathAnswer = z.infer<typeof PathAnswer>;

export const SearchQuery = z.object({
  q: z.string().trim().min(1).max(100),
  kinds: listOf(EntityKind).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  /** Where rings are looked for; the newest run without it. */
  run: z.string().max(100).optional(),
});

/** Best first: exact code, code prefix, part of a name, pinyin initials. Rings match by the beginning of their id. */
export const SearchHit = LabelledEntity.extend({
  match: z.enum(['code', 'name', 'pinyin']),
}).meta({ id: 'SearchHit' });
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchAnswer = z.object({
  hits: z.array(SearchHit),
  rings: z.array(z.object({ id: z.string(), ring: z.string() })),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;
