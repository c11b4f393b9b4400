import type { GraphStore } from '../port.js';
import { induced, neighbourhood, search } from './ask.js';
import { graphVersion, loadGraph } from './load.js';
import { paths } from './paths.js';
import { openPool } from './pool.js';
import { runReader } from './read.js';
import { remembering } from './remember.js';
import { pruneRuns, publishRun } from './runs.js';
import { prepareSchema } from './schema.js';

export interface DuckdbStoreOptions {
  /** The database file; its directory is made. */
  readonly path: string;
  /** As DuckDB writes it; `1GB` when absent. What does not fit spills beside the file. */
  readonly memoryLimit?: string;
  readonly threads?: number;
}

/** The embedded graph store: one DuckDB file, owned by this process. */
export async function openDuckdbStore(options: DuckdbStoreOptions): Promise<GraphStore> {
  const pool = await openPool({ memoryLimit: '1GB', ...options });
  try {
    await pool.write(prepareSchema);
  } catch (error) {
    await pool.close();
    throw error;
  }
  const { read, forget } = remembering(runReader(pool));
  const written = async (writing: Promise<void>) => {
    await writing.finally(forget);
  };
  return {
    // Labels and regions of the graph are part of what runs answer.
    load: (from, to, rows, work = {}) => written(loadGraph(pool, from, to, rows, work)),
    version: () => pool.read(graphVersion),
    neighbourhood: (of, limit) => pool.read((s) => neighbourhood(s, of, limit)),
    induced: (nodes) => pool.read((s) => induced(s, nodes)),
    paths: (from, to, limit) => pool.read((s) => paths(s, from, to, limit)),
    search: (text, kinds, limit) => pool.read((s) => search(s, text, kinds, limit)),
    publish: (run, work = {}) => written(publishRun(pool, run, work)),
    pruneRuns: (keep, pinned) => written(pruneRuns(pool, keep, pinned)),
    read,
    close: () => {
      forget();
      return pool.close();
    },
  };
}
