import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { resource } from '../../analytics/model/resources.js';

export interface Growth {
  readonly settlements: number;
  /** Bytes by detector. */
  readonly growth: Readonly<Record<string, number>>;
}

/** How a process grows while detectors run one after another over a data directory that nobody holds. */
export async function memoryOf(data: string, detectors: readonly string[]): Promise<Growth> {
  const script = resource('tests/processes/memoryOf.mjs');
  const args = ['--expose-gc', '--max-old-space-size=8000', script, data, ...detectors];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Growth;
}
