/**
 * Computes layouts off the main thread, a few iterations at a time so that a `stop` is heard and
 * the picture moves. A worker file of our own (not the libraries' blob workers) keeps the page
 * inside a content policy of `'self'`, and gives all three layouts one protocol.
 */
import Graph from 'graphology';
import forceAtlas2 from 'graphology-layout-forceatlas2';
import noverlap from 'graphology-layout-noverlap';
import type { LayoutReply, LayoutRequest } from './layout.js';

const CHUNK = 12;
let stopped = 0;

function build({ nodes, edges }: LayoutRequest): Graph {
  const graph = new Graph({ type: 'undirected' });
  for (const n of nodes) graph.addNode(n.key, { x: n.x, y: n.y, size: n.size, fixed: n.fixed });
  for (const e of edges) graph.mergeEdge(e.source, e.target, { weight: e.weight });
  return graph;
}

const tick = () => new Promise((done) => setTimeout(done, 0));

function send(id: number, graph: Graph, finished: boolean): void {
  const positions = new Float32Array(graph.order * 2);
  let i = 0;
  graph.forEachNode((_, a) => {
    positions[i++] = a.x;
    positions[i++] = a.y;
  });
  const reply: LayoutReply = { id, positions, finished };
  postMessage(reply, { transfer: [positions.buffer] });
}

/** The library moves everything; nodes held by the reader are put back. */
function separate(graph: Graph, iterations: number): void {
  const held = graph
    .filterNodes((_, a) => a.fixed)
    .map(
      (key) => ({ key, ...graph.getNodeAttributes(key) }) as { key: string; x: number; y: number },
    );
  noverlap.assign(graph, {
    maxIterations: iterations,
    settings: { margin: 3, ratio: 1.15, expansion: 1.1, speed: 3 },
  });
  for (const { key, x, y } of held) graph.mergeNodeAttributes(key, { x, y });
}

async function run(request: LayoutRequest): Promise<void> {
  const { id, layout, iterations } = request;
  const graph = build(request);
  const settings = {
    ...forceAtlas2.inferSettings(graph),
    adjustSizes: false,
    edgeWeightInfluence: 0.6,
    gravity: 1.2,
    scalingRatio: 14,
    slowDown: 4,
    barnesHutOptimize: graph.order > 600,
  };
  for (let done = 0; done < iterations && stopped < id; done += CHUNK) {
    if (layout === 'force') forceAtlas2.assign(graph, { iterations: CHUNK, settings });
    else separate(graph, CHUNK);
    send(id, graph, false);
    await tick();
  }
  if (layout === 'force' && stopped < id) separate(graph, 60);
  send(id, graph, true);
}

addEventListener('message', ({ data }: MessageEvent<LayoutRequest | { stop: number }>) => {
  if ('stop' in data) stopped = data.stop;
  else void run(data);
});
