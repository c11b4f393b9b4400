import type { Ring, Subject } from '../analytics/model/finding.js';
import { entityKey } from '../analytics/model/ids.js';
import type { GraphStore } from '../analytics/store/port.js';
import type { RingSubgraph, Role } from './contract/index.js';
import { presentSubgraph } from './present.js';

/**
 * The subjects of a ring as drawn, at most `limit`: institutions, doctors and items before patients,
 * whom a large ring has most of. A subject that the graph no longer has is still drawn, alone.
 */
export async function drawRing(
  graph: GraphStore,
  ring: Ring,
  limit: number,
): Promise<RingSubgraph> {
  const members = (s: Subject) => s.role === 'member';
  const ordered = [...ring.subjects.filter((s) => !members(s)), ...ring.subjects.filter(members)];
  const unique = [...new Map(ordered.map((s) => [entityKey(s), s])).values()];
  const shown = unique.slice(0, limit);
  const roles = new Map<string, Role>(shown.map((s) => [entityKey(s), s.role]));
  const drawn = presentSubgraph(await graph.induced(shown), roles);
  const found = new Set(drawn.nodes.map((n) => n.key));
  const lost = shown
    .filter((s) => !found.has(entityKey(s)))
    .map((s) => ({
      key: entityKey(s),
      kind: s.kind,
      id: s.id,
      label: s.id,
      role: s.role,
      attributes: {},
      degrees: {},
    }));
  return {
    ...drawn,
    nodes: [...drawn.nodes, ...lost],
    shown: shown.length,
    total: unique.length,
  };
}
