import { edgeFacts, nodeFacts, type RingDocument, ringFacts } from './document.js';
import { xmlSafe } from './xml.js';

type Facts = Record<string, string | number>;

function safe(facts: Facts): Facts {
  const out: Facts = {};
  for (const [name, value] of Object.entries(facts))
    out[name] = typeof value === 'string' ? xmlSafe(value) : value;
  return out;
}

/** GEXF 1.3 for Gephi; the ring's facts and reasons stand in its description. */
export async function writeGexf(of: RingDocument): Promise<string> {
  const [{ UndirectedGraph }, { write }] = await Promise.all([
    import('graphology'),
    import('graphology-gexf'),
  ]);
  const graph = new UndirectedGraph();
  graph.replaceAttributes({
    creator: 'Ringfence',
    title: xmlSafe(of.ring.ring),
    description: xmlSafe(JSON.stringify(ringFacts(of))),
  });
  for (const node of of.nodes) graph.addNode(xmlSafe(node.key), safe(nodeFacts(node, of)));
  for (const edge of of.edges)
    graph.addUndirectedEdgeWithKey(
      xmlSafe(edge.key),
      xmlSafe(edge.source),
      xmlSafe(edge.target),
      safe(edgeFacts(edge)),
    );
  return write(graph, {
    version: '1.3',
    formatNode: (_key, { label, ...attributes }) => ({ label, attributes }),
    formatEdge: (_key, { weight, ...attributes }) => ({ weight, attributes }),
  });
}
