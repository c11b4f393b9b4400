import type { LedgerVersion } from '../../landing/types.js';
import { RingfenceError, throwIfAborted } from '../../model/errors.js';
import type { WorkContext } from '../../model/progress.js';
import type { GraphDelta } from '../port.js';
import type { Neo4j } from './connect.js';
import { readAll, readNamed } from './existing.js';
import { type Lease, leaseLost, withLease } from './lease.js';
import { makePlan, stageDelta } from './plan.js';
import { openStage, type Stage } from './stage.js';
import { type GraphState, graphState } from './state.js';
import {
  clearStaged,
  clearTraces,
  deleteNodes,
  LANES,
  stagedParts,
  writeEdges,
  writeHubs,
  writeNodes,
} from './write.js';

async function setState(server: Neo4j, lease: Lease, state: GraphState): Promise<void> {
  await lease.held();
  const rows = await server.patientWrite((ask) =>
    ask('setGraphState', { owner: lease.owner, ...state }),
  );
  if (rows.length === 0) throw leaseLost();
}

/**
 * The rows are staged and compared with the graph first; what differs is written beside what readers
 * see, over several connections; one transaction switches; then the staged becomes the plain. Each
 * step can be repeated: a crash before the switch leaves the old graph, a crash after it is tidied
 * by the next load, and readers of both generations get right answers all the while.
 */
export async function loadGraph(
  server: Neo4j,
  scratch: string | undefined,
  from: LedgerVersion,
  to: LedgerVersion,
  rows: GraphDelta,
  work: WorkContext,
): Promise<void> {
  await withLease(
    server,
    'graph',
    async (lease) => {
      const before = await settled(server, lease);
      if (before.version >= to) return;
      if (!rows.full && before.version !== from)
        throw new RingfenceError(
          'conflict',
          `The graph shows ledger version ${before.version}; the change begins at ${from}`,
          'Load again from the version that the graph shows.',
        );
      const stage = await openStage(scratch);
      try {
        await loadStaged({ server, lease, stage, work, before, from, to, rows });
      } catch (error) {
        throwIfAborted(work.signal);
        throw error;
      } finally {
        await stage.close();
      }
    },
    work.signal,
  );
}

/** The state of the graph after finishing what a load that died after its switch had left. */
async function settled(server: Neo4j, lease: Lease): Promise<GraphState> {
  const found = await server.read(graphState);
  if (found.state !== 'settling') return found;
  await clearStaged('settle', server, found.generation, () => lease.check());
  const ready: GraphState = { ...found, state: 'ready', target: null };
  await setState(server, lease, ready);
  return ready;
}

interface Load {
  readonly server: Neo4j;
  readonly lease: Lease;
  readonly stage: Stage;
  readonly work: WorkContext;
  readonly before: GraphState;
  readonly from: LedgerVersion;
  readonly to: LedgerVersion;
  readonly rows: GraphDelta;
}

async function loadStaged(load: Load): Promise<void> {
  const { server, lease, stage, work, before, from, to, rows } = load;
  const direct = before.generation === 0;
  // An empty graph has nothing that a delta could leave out.
  const full = rows.full || direct;
  const target = `${from}-${to}${rows.full ? ' full' : ''}`;
  work.progress?.({ phase: 'graph: compare', done: 0 });
  await stageDelta(stage, rows, work);
  await lease.check();
  const check = () => lease.check();
  if (before.state === 'staging')
    if (!full && before.target !== target)
      await clearStaged('unstage', server, before.generation, check);
    else await clearTraces(server, before.generation, check);
  if (!direct && full) await readAll(server, stage, work.signal);
  else if (before.state === 'staging' && direct) await readAll(server, stage, work.signal);
  else if (!direct) await readNamed(server, stage, work.signal);
  await lease.check();
  await makePlan(stage, full, LANES);
  await setState(server, lease, { ...before, state: 'staging', target });
  const generation = before.generation + 1;
  const fresh = direct && before.state === 'ready';
  const writing = { server, stage, lease, work, generation, direct, fresh };
  await writeNodes(writing);
  await writeEdges(writing);
  await deleteNodes(writing);
  await writeHubs(writing);
  const parts = await stagedParts(writing);
  if (fresh) await clearTraces(server, generation, check);
  work.progress?.({ phase: 'graph: publish', done: 0 });
  await lease.check();
  const after: GraphState = { version: to, generation, state: 'settling', target: null };
  await setState(server, lease, after);
  // From here on the load has happened: an abort no longer takes it back.
  await clearStaged('settle', server, generation, lease.held, parts);
  await setState(server, lease, { ...after, state: 'ready' });
}
