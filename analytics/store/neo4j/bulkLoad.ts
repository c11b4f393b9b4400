import { spawn } from 'node:child_process';
import { RingfenceError, throwIfAborted } from '../../model/errors.js';
import { type BulkPlan, bulkCommand, readPlan } from './bulkPlan.js';

export interface BulkLoad {
  /** The program; `neo4j-admin` on PATH when absent. */
  readonly tool?: string;
  readonly signal?: AbortSignal;
  /** Gets what the tool says, as it says it. */
  readonly said?: (text: string) => void;
}

const KEPT = 4000;

/**
 * Loads what `exportBulk` wrote into `dir` through `neo4j-admin database import full`, on the machine
 * of the server and with the database stopped: everything in it, published runs too, is replaced.
 * Constraints and indexes are made, and verified, when the store is next opened. Errors:
 * `unavailable` without the tool, `conflict` where the database is in use or the tool refuses.
 */
export async function loadBulk(dir: string, options: BulkLoad = {}): Promise<BulkPlan> {
  throwIfAborted(options.signal);
  const plan = readPlan(dir);
  const [tool, ...args] = bulkCommand(dir, plan, options.tool) as [string, ...string[]];
  const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => child.kill();
  options.signal?.addEventListener('abort', stop);
  let kept = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      kept = (kept + text).slice(-KEPT);
      options.said?.(text);
    });
  try {
    const code = await new Promise<number | null>((done, fail) => {
      child.on('close', done);
      child.on('error', fail);
    });
    throwIfAborted(options.signal);
    if (code !== 0) throw refused(plan, kept);
    return plan;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new RingfenceError(
      'unavailable',
      `${tool} is not on this machine`,
      'Name it with --neo4j-admin, or run the command that `graph export` printed where Neo4j is.',
    );
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}

function refused(plan: BulkPlan, said: string): RingfenceError {
  if (/in use|is locked|FileLockException|running/i.test(said))
    return new RingfenceError(
      'conflict',
      `The database ${plan.database} is in use`,
      'Stop Neo4j (Community) or the database (STOP DATABASE), then try again.',
    );
  const lines = said.trim().split('\n');
  return new RingfenceError(
    'conflict',
    `neo4j-admin did not load the graph: ${lines.at(-1) ?? 'it said nothing'}`,
    'See what it said above and import.report beside the files; the database is not usable as it is.',
  );
}
