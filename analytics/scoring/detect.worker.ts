import { workerData } from 'piscina';
import { RingfenceError } from '../model/errors.js';
import { type DetectTask, detectOne, type LaneAnswer, type Searched } from './detectOne.js';

/** One detector over the columns that the thread was started with. */
export default async function detect(task: DetectTask): Promise<LaneAnswer> {
  try {
    return { detected: await detectOne(workerData as Searched, task) };
  } catch (error) {
    // The kind and the remedy of an error do not survive the way between threads.
    if (!(error instanceof RingfenceError)) throw error;
    const { kind, message, remedy } = error;
    return { failure: { kind, message, ...(remedy ? { remedy } : {}) } };
  }
}
