import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSeedWorld } from '../../seed/index.js';
import { readGroups, readTable } from './support.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringfence-seed-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const small = (name: string, more: object = {}) =>
  writeSeedWorld({ outDir: join(dir, name), settlements: 5000, seed: 7, ...more });
const hashes = (name: string) => {
  const files = readdirSync(join(dir, name)).sort();
  return [
    ...files.map((f) => join(name, f)),
    `${name}.truth.jsonl`,
    `${name}.lookalikes.jsonl`,
  ].map((f) =>
    createHash('sha256')
      .update(readFileSync(join(dir, f)))
      .digest('hex'),
  );
};

describe('writeSeedWorld', () => {
  it('writes the same bytes for the same options and others for another seed', async () => {
    await small('a');
    await small('b');
    await small('c', { seed: 8 });
    expect(readdirSync(join(dir, 'a'))).toHaveLength(10);
    expect(hashes('b')).toEqual(hashes('a'));
    expect(hashes('c')).not.toEqual(hashes('a'));
  });

  it('plants nothing in a clean world, whose look-alikes live on', async () => {
    const summary = await small('clean', { clean: true });
    expect(summary.rings).toBe(0);
    expect(summary.prevalence).toBe(0);
    expect(readGroups(summary.truthFile)).toEqual([]);
    expect(readGroups(summary.lookAlikesFile).length).toBeGreaterThan(5);
    expect(readTable(join(dir, 'clean'), 'setl_d')).toHaveLength(5000);
  });

  it('keeps to one level of camouflage and to a number of rings', async () => {
    const summary = await writeSeedWorld({
      outDir: join(dir, 'level'),
      settlements: 20_000,
      seed: 3,
      camouflage: 2,
      rings: 3,
    });
    const truth = readGroups(summary.truthFile);
    expect(truth.map((t) => t.camouflage)).toEqual(truth.map(() => 2));
    expect(truth.filter((t) => t.type === 'card-farming-pharmacy')).toHaveLength(3);
  });

  it('writes more fee lines when asked to', async () => {
    const of = async (lines: number) => {
      const summary = await writeSeedWorld({
        outDir: join(dir, `lines-${lines}`),
        settlements: 20_000,
        seed: 4,
        feeLines: lines,
      });
      return summary.rows.fee_list_d / 20_000;
    };
    expect(Math.abs((await of(2)) - 2)).toBeLessThan(0.35);
    expect(Math.abs((await of(4)) - 4)).toBeLessThan(0.5);
  });

  it('replaces an earlier world and refuses a directory with other files', async () => {
    await small('a');
    const first = hashes('a');
    await small('a', { seed: 9 });
    expect(hashes('a')).not.toEqual(first);
    mkdirSync(join(dir, 'other'));
    writeFileSync(join(dir, 'other', 'setl_d_2024.csv'), 'setl_id\n');
    await expect(small('other')).rejects.toMatchObject({ kind: 'conflict' });
    expect(readdirSync(join(dir, 'other'))).toEqual(['setl_d_2024.csv']);
  });

  it('refuses options out of range by name', async () => {
    await expect(small('x', { settlements: 12 })).rejects.toThrow(/--settlements 12/);
    await expect(small('x', { seed: -1 })).rejects.toThrow(/--seed -1/);
    await expect(small('x', { camouflage: 5 })).rejects.toThrow(/--camouflage 5/);
    expect(existsSync(join(dir, 'x'))).toBe(false);
  });

  it('stops when aborted and leaves the earlier world whole', async () => {
    await small('a');
    const before = hashes('a');
    const stop = new AbortController();
    const phases = new Set<string>();
    await expect(
      small('a', {
        seed: 10,
        signal: stop.signal,
        progress: (p: { phase: string }) => {
          phases.add(p.phase);
          if (p.phase === 'writing') stop.abort();
        },
      }),
    ).rejects.toMatchObject({ kind: 'cancelled' });
    expect(phases).toContain('life');
    expect(hashes('a')).toEqual(before);
  });
});
