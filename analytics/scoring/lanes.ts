import { DETECTORS } from '../detectors/index.js';
import { RingfenceError, throwIfAborted } from '../model/errors.js';
import type { WorkContext } from '../model/progress.js';
import { compiled } from '../model/resources.js';
import {
  type CountyArtifact,
  type Detected,
  type DetectTask,
  detectOne,
  type LaneAnswer,
  type Searched,
} from './detectOne.js';

/** These take longest of a million settlements, in this order. */
const LONGEST = [
  'sudden-change',
  'card-agent-hub',
  'card-farming-pharmacy',
  'rent-a-patient-core',
  'drug-resale-ring',
  'unknown-pattern',
  'patient-brokering-ring',
];

function rank(id: string): number {
  const at = LONGEST.indexOf(id);
  return at < 0 ? LONGEST.length : at;
}

/** Says what a detector finds; here, or in another thread. */
type Search = (task: DetectTask) => Promise<Detected>;

/**
 * What the detectors of `ids` say, by id, on up to `threads` threads; one thread is this one. Those known to take
 * longest begin first, so that the threads end together. Each is a pure function of the world and the seed, so the
 * findings are the same on any number of threads.
 */
export async function detectAll(
  searched: Searched,
  ids: readonly string[],
  artifacts: readonly CountyArtifact[],
  threads: number,
  context: WorkContext,
): Promise<ReadonlyMap<string, Detected>> {
  const found = new Map<string, Detected>();
  const waiting = [...ids].sort((x, y) => rank(x) - rank(y));
  async function lane(search: Search): Promise<void> {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      throwIfAborted(context.signal);
      context.progress?.({ phase: id, done: found.size, total: ids.length });
      const screens = DETECTORS.find((d) => d.id === id)?.screen !== undefined;
      found.set(id, await search({ detector: id, artifacts: screens ? artifacts : [] }));
    }
  }
  const width = Math.min(threads, ids.length);
  if (width <= 1) await lane((task) => detectOne(searched, task, context));
  else
    await inThreads(searched, width, context.signal, (search) =>
      Promise.all(Array.from({ length: width }, () => lane(search))),
    );
  return found;
}

/** Threads that hold the world, and end with the signal in the middle of whatever they compute. */
async function inThreads(
  searched: Searched,
  threads: number,
  signal: AbortSignal | undefined,
  work: (search: Search) => Promise<unknown>,
): Promise<void> {
  const { Piscina } = await import('piscina');
  const pool = new Piscina<DetectTask, LaneAnswer>({
    filename: compiled('analytics/scoring/detect.worker.js'),
    ...{ workerData: searched, minThreads: threads, maxThreads: threads },
    // A thread that is stopped while Piscina requires a module takes the process with it; imported, it does not.
    execArgv: [...process.execArgv, '--no-experimental-require-module'],
  });
  try {
    await work(async (task) => {
      const answer = await pool.run(task, { signal: signal ?? null });
      if ('detected' in answer) return answer.detected;
      const { kind, message, remedy } = answer.failure;
      throw new RingfenceError(kind, message, remedy);
    });
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    await pool.destroy();
  }
}
