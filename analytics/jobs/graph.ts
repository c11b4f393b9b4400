import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncTree } from '../landing/files.js';
import type { Landing } from '../landing/landing.js';
import type { LandingReader, LedgerVersion } from '../landing/types.js';
import { throwIfAborted } from '../model/errors.js';
import type { WorkContext } from '../model/progress.js';
import type { GraphStore } from '../store/port.js';
import { graphDelta } from './graphDelta.js';
import { type GraphFiles, graphFiles, writeGraph } from './graphRows.js';

/**
 * Makes the graph show what landing has committed. Safe to do again at any time and by several
 * processes at once: the whole graph of the new version is written beside that of the version shown
 * (`graph/baseline-VERSION/`), the store gets the difference and switches whole, and only then the
 * files of older versions go. Whatever a crash leaves, the next call goes on from there.
 */
export async function loadGraph(
  landing: Landing,
  graph: GraphStore,
  work: WorkContext,
): Promise<void> {
  let from = await graph.version();
  if (from >= (await landing.version())) return;
  const reader = await landing.reader(work.signal ? { signal: work.signal } : {});
  try {
    const after = await keepGraph(landing.dir, reader, work);
    for (;;) {
      try {
        const before = keptGraph(landing.dir, from);
        await graph.load(from, reader.version, graphDelta(reader, { before, after }), work);
        break;
      } catch (error) {
        throwIfAborted(work.signal);
        // Another process may have moved the store on, and taken away what this one compared with.
        const shown = await graph.version();
        if (shown === from) throw error;
        if (shown >= reader.version) break;
        from = shown;
      }
    }
  } finally {
    await reader.close();
  }
  sweepGraphs(landing.dir, await graph.version());
}

/**
 * The files of the whole graph that `reader` sees, made when they are not there. They appear whole
 * and stay until the store has moved past their version.
 */
export async function keepGraph(
  dataDir: string,
  reader: LandingReader,
  work: WorkContext,
): Promise<GraphFiles> {
  const kept = keptGraph(dataDir, reader.version);
  if (kept) return kept;
  work.progress?.({ phase: 'graph: relationships', done: 0 });
  mkdirSync(join(dataDir, 'tmp'), { recursive: true });
  const making = mkdtempSync(join(dataDir, 'tmp', `graph-${reader.version}-`));
  const folder = baseline(dataDir, reader.version);
  try {
    await writeGraph(reader, making, work);
    await syncTree(making);
    mkdirSync(join(dataDir, 'graph'), { recursive: true });
    try {
      renameSync(making, folder);
    } catch (error) {
      // Made by another process in the meantime: the same rows.
      if (!existsSync(folder)) throw error;
    }
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return graphFiles(folder);
}

const BASELINE = /^baseline-(\d+)$/;

function baseline(dataDir: string, version: LedgerVersion): string {
  return join(dataDir, 'graph', `baseline-${version}`);
}

function keptGraph(dataDir: string, version: LedgerVersion): GraphFiles | undefined {
  const folder = baseline(dataDir, version);
  return existsSync(folder) ? graphFiles(folder) : undefined;
}

/** The files of the version shown stay: the next change is told by them. */
function sweepGraphs(dataDir: string, shown: LedgerVersion): void {
  for (const name of readdirSync(join(dataDir, 'graph'))) {
    const version = BASELINE.exec(name)?.[1];
    if (version !== undefined && Number(version) < shown)
      rmSync(join(dataDir, 'graph', name), { recursive: true, force: true });
  }
}
