import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DETECTORS } from '../../analytics/detectors/index.js';
import { resource } from '../../analytics/model/resources.js';
import { succeed, temporary } from '../cli/run.js';
import { memoryOf } from './memoryOf.js';

interface Measured {
  readonly settlements: number;
  readonly detectors: ReadonlyArray<{ readonly id: string; readonly megabytes: number }>;
}

const MB = 2 ** 20;
/** Garbage that a process of any size may hold before it collects. */
const SLACK_MB = 96;

describe('memory of detectors', () => {
  const at = temporary('memory');
  const cwd = at.dir;
  afterAll(() => at.remove());

  it('stays within what docs/memory.json estimates, in proportion to the settlements', async () => {
    const path = resource('docs/memory.json');
    const measured = JSON.parse(readFileSync(path, 'utf8')) as Measured;
    const ids = DETECTORS.map((d) => d.id);
    expect(measured.detectors.map((d) => d.id)).toEqual(ids);
    const world = ['--out', 'world', '--settlements', '50000', '--seed', '9302', '--types', 'all'];
    await succeed(['seed', ...world], { cwd });
    await succeed(['import', 'world'], { cwd });
    const seen = await memoryOf(join(cwd, 'data'), ids);
    expect(seen.settlements).toBeGreaterThan(40_000);
    for (const { id, megabytes } of measured.detectors) {
      const estimate = (megabytes * seen.settlements) / measured.settlements + SLACK_MB;
      expect((seen.growth[id] as number) / MB, id).toBeLessThan(estimate);
    }
  });
});
