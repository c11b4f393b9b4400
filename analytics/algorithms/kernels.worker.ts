import { type KernelName, kernels } from './kernels.js';

/** One task of `pool.ts`: the kernel's name and its input. */
export default function runKernel(task: { kernel: KernelName; input: never }): unknown {
  return kernels[task.kernel](task.input);
}
