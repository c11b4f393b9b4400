import { edgeFacts, nodeFacts, type RingDocument, ringFacts } from './document.js';
import { xmlText } from './xml.js';

type Facts = Readonly<Record<string, string | number>>;
type Type = 'long' | 'double' | 'string';

/** Every column has one type over all elements: `long` only where each value is a whole number. */
function typesOf(all: readonly Facts[]): Map<string, Type> {
  const types = new Map<string, Type>();
  for (const facts of all)
    for (const [name, value] of Object.entries(facts)) {
      const own =
        typeof value === 'string' ? 'string' : Number.isInteger(value) ? 'long' : 'double';
      const before = types.get(name) ?? own;
      types.set(
        name,
        before === own ? own : before === 'string' || own === 'string' ? 'string' : 'double',
      );
    }
  return types;
}

/**
 * GraphML with typed keys (http://graphml.graphdrawing.org): undirected, since a relationship is one
 * of shared settlements; the ring's own facts and reasons are data of the graph.
 */
export function writeGraphml(of: RingDocument): string {
  const graph: Facts = ringFacts(of);
  const nodes = of.nodes.map((n) => ({ key: n.key, facts: nodeFacts(n, of) as Facts }));
  const edges = of.edges.map((e) => ({ ...e, facts: edgeFacts(e) as Facts }));
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"',
    '  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    '  xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">',
  ];
  const data = (facts: Facts, prefix: string, indent: string) => {
    for (const [name, value] of Object.entries(facts))
      lines.push(`${indent}<data key="${xmlText(prefix + name)}">${xmlText(String(value))}</data>`);
  };
  const keys = (all: readonly Facts[], element: string, prefix: string) => {
    for (const [name, type] of typesOf(all))
      lines.push(
        `  <key id="${xmlText(prefix + name)}" for="${element}" attr.name="${xmlText(name)}" attr.type="${type}"/>`,
      );
  };
  keys([graph], 'graph', 'g_');
  keys(
    nodes.map((n) => n.facts),
    'node',
    'n_',
  );
  keys(
    edges.map((e) => e.facts),
    'edge',
    'e_',
  );
  lines.push(`  <graph id="${xmlText(of.ring.ring)}" edgedefault="undirected">`);
  data(graph, 'g_', '    ');
  for (const node of nodes) {
    lines.push(`    <node id="${xmlText(node.key)}">`);
    data(node.facts, 'n_', '      ');
    lines.push('    </node>');
  }
  for (const edge of edges) {
    lines.push(
      `    <edge id="${xmlText(edge.key)}" source="${xmlText(edge.source)}" target="${xmlText(edge.target)}">`,
    );
    data(edge.facts, 'e_', '      ');
    lines.push('    </edge>');
  }
  lines.push('  </graph>', '</graphml>', '');
  return lines.join('\n');
}
