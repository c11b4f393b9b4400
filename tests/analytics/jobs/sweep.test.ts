import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sweepWork } from '../../../analytics/jobs/rebuild.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringfence-sweep-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const left = () => readdirSync(join(dir, 'work')).sort();

it('removes what jobs that are over left, never what another process begins meanwhile', async () => {
  for (const job of ['3', '4']) mkdirSync(join(dir, 'work', job, 'plan'), { recursive: true });
  await sweepWork(dir, async () => {
    mkdirSync(join(dir, 'work', '5'));
    return new Set(['4']);
  });
  expect(left()).toEqual(['4', '5']);
});

it('makes the folder where there is none', async () => {
  await sweepWork(dir, async () => new Set());
  expect(left()).toEqual([]);
});
