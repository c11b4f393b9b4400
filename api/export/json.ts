import type { RingDocument } from './document.js';

/** The contract's own shapes, with the settlements behind each reason. */
export function writeJson(of: RingDocument): string {
  const { reasons, ...ring } = of.ring;
  const document = {
    ring: {
      ...ring,
      reasons: reasons.map(({ index, ...reason }) => ({
        ...reason,
        settlements: of.settlements[index] ?? [],
      })),
    },
    nodes: of.nodes,
    edges: of.edges,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
