import { Worker } from 'node:worker_threads';
import { DETECTORS } from '../detectors/index.js';
import { RingfenceError, throwIfAborted } from '../model/errors.js';
import type { WorkContext } from '../model/progress.js';
import { compiled } from '../model/resources.js';
import {
  type CountyArtifact,
  type Detected,
  type DetectTask,
  detectOne,
  type Searched,
} from './detectOne.js';

export type LaneAnswer =
  | { readonly detected: Detected }
  | { readonly failure: string; readonly kind?: RingfenceError['kind']; readonly remedy?: string };

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

/** One detector at a time. */
interface Lane {
  run(task: DetectTask): Promise<Detected>;
  close(): Promise<unknown>;
}

/**
 * What the detectors of `ids` say, by id, on up to `threads` threads; one thread is this one. Those known to take
 * longest begin first, so that the lanes end together. Each is a pure function of the world and the seed, so the
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
  async function work(lane: Lane): Promise<void> {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      throwIfAborted(context.signal);
      context.progress?.({ phase: id, done: found.size, total: ids.length });
      const screens = DETECTORS.find((d) => d.id === id)?.screen !== undefined;
      found.set(id, await lane.run({ detector: id, artifacts: screens ? artifacts : [] }));
    }
  }
  const lanes =
    Math.min(threads, ids.length) > 1
      ? Array.from({ length: Math.min(threads, ids.length) }, () =>
          threadLane(searched, context.signal),
        )
      : [{ run: (task: DetectTask) => detectOne(searched, task, context), close: async () => {} }];
  try {
    await Promise.all(lanes.map(work));
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
  return found;
}

/** A thread of its own, which ends with the signal in the middle of whatever it computes. */
function threadLane(searched: Searched, signal: AbortSignal | undefined): Lane {
  const worker = new Worker(new URL(compiled('analytics/scoring/detect.worker.js')), {
    workerData: searched,
  });
  let settle: ((how: { detected: Detected } | { error: Error }) => void) | undefined;
  let broken: Error | undefined;
  const fail = (error: Error) => {
    broken ??= error;
    settle?.({ error });
  };
  const abort = () => fail(new RingfenceError('cancelled', 'Cancelled'));
  signal?.addEventListener('abort', abort);
  worker.on('message', (answer: LaneAnswer) => {
    if ('detected' in answer) return settle?.(answer);
    const { failure, kind, remedy } = answer;
    fail(kind ? new RingfenceError(kind, failure, remedy) : new Error(failure));
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('The thread of a detector ended by itself')));
  return {
    run: (task) =>
      new Promise((resolve, reject) => {
        settle = (how) => ('detected' in how ? resolve(how.detected) : reject(how.error));
        if (broken) reject(broken);
        else worker.postMessage(task);
      }),
    close() {
      signal?.removeEventListener('abort', abort);
      return worker.terminate();
    },
  };
}
