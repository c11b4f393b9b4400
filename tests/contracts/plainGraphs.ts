import fc from 'fast-check';
import { ENTITY_KINDS, type EntityKind, type EntityRef } from '../../analytics/model/ids.js';
import type { GraphEdgeRow, GraphNodeRow } from '../../analytics/store/port.js';
import { edgeKey, type PlainDelta } from './naiveGraph.js';

export const node = (kind: EntityKind, id: string, label = id): GraphNodeRow => ({
  kind,
  id,
  label,
  attributes: kind === 'institution' ? { region: '500101', level: 3 } : {},
});
const bare = ({ kind, id }: EntityRef): EntityRef => ({ kind, id });
export const edge = (source: EntityRef, target: EntityRef, count: number, fen = count * 100) => ({
  source: bare(source),
  target: bare(target),
  count,
  fen,
  first: 1_700_000_000,
  last: 1_700_000_000 + count,
});

export const H1 = node('institution', 'H1', '重庆市第一人民医院');
export const H2 = node('institution', 'H2', '康复大药房');
const D1 = node('doctor', 'D1', '单雄');
export const X1 = node('drug', 'X1', '阿莫西林胶囊 0.25g');
export const P = Array.from({ length: 5 }, (_, i) => node('patient', `P${i}`));
/** A graph that can be looked over. */
export const SMALL: PlainDelta = {
  full: true,
  nodes: [X1, ...P, H2, D1, H1],
  edges: [
    edge(P[0]!, H1, 3),
    edge(P[1]!, H1, 5),
    edge(P[2]!, H1, 3),
    edge(P[2]!, H2, 1),
    edge(P[3]!, H2, 9, 9_007_199_254_740_991),
    edge(P[0]!, D1, 2),
    edge(D1, H1, 2),
    edge(H2, X1, 4),
  ],
};

const entity = fc.record({
  kind: fc.constantFrom(...ENTITY_KINDS),
  id: fc.constantFrom('1', '10', '2', 'a', 'B', "q'", '人'),
});

/** Edges over few ids with few counts, so that ties, hubs and missing nodes are common. */
const plainEdges = fc.uniqueArray(
  fc
    .record({ a: entity, b: entity, count: fc.integer({ min: 1, max: 3 }) })
    .filter(({ a, b }) => ENTITY_KINDS.indexOf(a.kind) < ENTITY_KINDS.indexOf(b.kind))
    .map(({ a, b, count }) => edge(a, b, count)),
  { selector: edgeKey, maxLength: 40 },
);

/** A graph and a change of it, with what is asked of both. */
export const worlds = fc
  .record({
    before: plainEdges,
    after: plainEdges,
    lone: fc.array(entity, { maxLength: 3 }),
    asked: fc.array(entity, { maxLength: 6 }),
    perKind: fc.integer({ min: 0, max: 4 }),
    kinds: fc.shuffledSubarray([...ENTITY_KINDS]),
    pair: fc.tuple(entity, entity),
    full: fc.boolean(),
    drop: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ before, after, lone, drop, full, ...rest }) => {
    const nodesOf = (edges: readonly GraphEdgeRow[]) => {
      const all = [...edges.flatMap((e) => [e.source, e.target]), ...lone];
      return [...new Map(all.map((r) => [`${r.kind}:${r.id}`, node(r.kind, r.id)])).values()];
    };
    const set = new Set(after.map(edgeKey));
    return {
      ...rest,
      first: { full: true, nodes: nodesOf(before), edges: before } as PlainDelta,
      second: {
        full,
        nodes: nodesOf(after),
        edges: after,
        removed: full ? [] : before.slice(0, drop).filter((e) => !set.has(edgeKey(e))),
      } as PlainDelta,
    };
  });
