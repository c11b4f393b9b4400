import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../analytics/model/resources.js';

/** Counties screened side by side at most: each holds its own columns in memory. */
export const THREADS_MAX = 4;

export function programVersion(): string {
  const file = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
