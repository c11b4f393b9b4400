import type { GraphEdge, GraphNode, RingDetail } from '../contract/index.js';

/** A ring with everything a file says of it; the same names and omissions as on the page. */
export interface RingDocument {
  readonly ring: RingDetail;
  /** Settlement ids behind each reason, in the order of `ring.reasons`. */
  readonly settlements: ReadonlyArray<readonly string[]>;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** What a file says of the ring as a whole, flat. */
export function ringFacts({ ring }: RingDocument): Record<string, string | number> {
  return {
    ring: ring.ring,
    finding: ring.id,
    run: ring.run,
    detector: ring.detector,
    status: ring.status,
    score: ring.score,
    ...(ring.q === null ? {} : { q: ring.q }),
    change: ring.change,
    period_from: ring.period.from,
    period_to: ring.period.to,
    fund_at_risk: ring.fundAtRisk,
    reasons: JSON.stringify(ring.reasons),
    innocent: JSON.stringify(ring.innocent),
  };
}

/** A node's columns. The core nodes bear the reasons, for readers that drop what is not on a node. */
export function nodeFacts(node: GraphNode, of: RingDocument): Record<string, string | number> {
  const facts: Record<string, string | number> = {
    label: node.label,
    kind: node.kind,
    code: node.id,
    role: node.role ?? '',
  };
  for (const [name, value] of Object.entries(node.attributes)) facts[`attr_${name}`] = value;
  for (const [kind, degree] of Object.entries(node.degrees)) facts[`degree_${kind}`] = degree;
  if (node.role === 'core') facts.reasons = JSON.stringify(of.ring.reasons);
  return facts;
}

/** An edge's columns; `weight` is the number of settlements, `fen` the exact money. */
export function edgeFacts(edge: GraphEdge): Record<string, string | number> {
  return {
    weight: edge.count,
    settlements: edge.count,
    fen: Number(edge.money.replace('.', '')),
    money: edge.money,
    first: edge.first,
    last: edge.last,
  };
}
