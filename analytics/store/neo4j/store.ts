import type { GraphStore } from '../port.js';
import { induced, neighbourhood, search } from './ask.js';
import { connect, type Neo4jOptions, publicUrl } from './connect.js';
import { loadGraph } from './load.js';
import { paths } from './paths.js';
import { runReader } from './read.js';
import { readGraph } from './reading.js';
import { pruneRuns, publishRun } from './runs.js';
import { prepareSchema } from './schema.js';
import { graphState } from './state.js';

const NOTHING = { nodes: [], edges: [], omitted: [] };

/**
 * The graph store in Neo4j 5. Any number of processes may open it at once: writers take turns by a
 * lease in the database, readers never wait. Errors: `unavailable` when the server is away or refuses
 * the login, `conflict` when its constraints cannot be made.
 */
export async function openNeo4jStore(options: Neo4jOptions): Promise<GraphStore> {
  const server = await connect(options);
  try {
    await prepareSchema(server, publicUrl(options.url));
  } catch (error) {
    await server.close();
    throw error;
  }
  return {
    load: (from, to, rows, work = {}) => loadGraph(server, options.scratch, from, to, rows, work),
    version: async () => (await server.read(graphState)).version,
    neighbourhood: (of, limit) => readGraph(server, NOTHING, (r) => neighbourhood(r, of, limit)),
    induced: (nodes) => readGraph(server, NOTHING, (r) => induced(r, nodes)),
    paths: (from, to, limit) => readGraph(server, [], (r) => paths(r, from, to, limit)),
    search: (text, kinds, limit) => readGraph(server, [], (r) => search(r, text, kinds, limit)),
    publish: (run, work = {}) => publishRun(server, run, work),
    pruneRuns: (keep, pinned) => pruneRuns(server, keep, pinned),
    read: runReader(server),
    close: () => server.close(),
  };
}
