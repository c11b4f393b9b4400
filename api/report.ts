import { RingfenceError } from '../analytics/model/errors.js';
import { GONE, type Io } from './owner/io.js';

/**
 * Runs a command to its exit code: errors that are for people are printed in two lines, anything
 * else with its stack, since it is a defect. Who went away gets no words and is no failure.
 */
export async function guarded(io: Io, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (io.signal.aborted && io.signal.reason === GONE) return 0;
    if (error instanceof RingfenceError) {
      await io.stderr(`${error.kind === 'cancelled' ? 'cancelled' : `error: ${error.message}`}\n`);
      if (error.remedy) await io.stderr(`${error.remedy}\n`);
    } else {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      await io.stderr(`This is a defect of Ringfence, please report it:\n${text}\n`);
    }
    return 1;
  }
}
