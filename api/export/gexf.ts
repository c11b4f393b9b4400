import { edgeFacts, nodeFacts, type RingDocument, ringFacts } from './document.js';
import { xmlSafe } from './xml.js';

type Facts = Record<string, string | number>;

function safe(facts: Facts): Facts {
  const out: Facts = {};
  for (const [name, value] of Object.entries(facts))
    out[name] = typeof value === 'string' ? attributeText(value) : value;
  return out;
}

/** Values stand in XML attributes, where line breaks and tabs are read as spaces anyway. */
function attributeText(text: string): string {
  return xmlSafe(text).replace(/[\t\n\r]/g, ' ');
}

/**
 * GEXF 1.2, which every reader knows; the ring's facts stand in its description, and the reasons also
 * on the core nodes, since readers drop the description.
 */
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
  const text = write(graph, {
    version: '1.2',
    formatNode: (_key, { label, ...attributes }) => ({ label, attributes }),
    formatEdge: (_key, { weight, ...attributes }) => ({ weight, attributes }),
  });
  // The writer guesses types by value: fen beyond 32 bits would become floating-point.
  return text.replace(/(<attribute id="fen" title="fen" type=")\w+"/, '$1long"');
}
