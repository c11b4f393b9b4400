/**
 * Kernels in worker threads. Each task is a pure function of its input and results come back in the
 * order of the inputs, so nothing depends on the number of threads.
 */
import { RingfenceError, throwIfAborted } from '../model/errors.js';
import { compiled } from '../model/resources.js';
import type { KernelInput, KernelName, KernelOutput } from './kernels.js';

export interface KernelPool {
  run<K extends KernelName>(
    kernel: K,
    input: KernelInput<K>,
    signal?: AbortSignal,
  ): Promise<KernelOutput<K>>;
  /** Runs the kernel over all inputs; results in their order. Aborting ends the busy threads. */
  map<K extends KernelName>(
    kernel: K,
    inputs: ReadonlyArray<KernelInput<K>>,
    signal?: AbortSignal,
  ): Promise<Array<KernelOutput<K>>>;
  close(): Promise<void>;
}

/** A pool of so many threads, started when first needed. Close it, or the process stays. */
export async function createPool(threads: number): Promise<KernelPool> {
  const { Piscina } = await import('piscina');
  const pool = new Piscina({
    filename: compiled('analytics/algorithms/kernels.worker.js'),
    minThreads: 0,
    maxThreads: Math.max(1, threads),
    idleTimeout: 10_000,
  });
  const run: KernelPool['run'] = async (kernel, input, signal) => {
    throwIfAborted(signal);
    try {
      return await pool.run({ kernel, input }, { signal: signal ?? null });
    } catch (error) {
      if (signal?.aborted) throw new RingfenceError('cancelled', 'Cancelled');
      throw error;
    }
  };
  return {
    run,
    map: (kernel, inputs, signal) => Promise.all(inputs.map((i) => run(kernel, i, signal))),
    close: () => pool.destroy(),
  };
}
