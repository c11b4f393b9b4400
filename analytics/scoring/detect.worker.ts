import { parentPort, workerData } from 'node:worker_threads';
import { RingfenceError } from '../model/errors.js';
import { type DetectTask, detectOne, type Searched } from './detectOne.js';
import type { LaneAnswer } from './lanes.js';

const searched = workerData as Searched;
const answer = (said: LaneAnswer) => parentPort?.postMessage(said);

parentPort?.on('message', (task: DetectTask) => {
  detectOne(searched, task).then(
    (detected) => answer({ detected }),
    (error: unknown) => {
      if (!(error instanceof RingfenceError))
        return answer({ failure: (error instanceof Error && error.stack) || String(error) });
      const { kind, message: failure, remedy } = error;
      answer({ failure, kind, ...(remedy ? { remedy } : {}) });
    },
  );
});
