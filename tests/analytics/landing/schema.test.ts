import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DATA_SCHEMA, openDataSchema } from '../../../analytics/landing/schema.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ringfence-schema-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('schema of the data directory', () => {
  it('marks a new one and opens it again', async () => {
    const dir = join(root, 'new');
    expect(await openDataSchema(dir)).toBeUndefined();
    expect(JSON.parse(readFileSync(join(dir, 'schema.json'), 'utf8'))).toEqual({
      schema: DATA_SCHEMA,
    });
    expect(await openDataSchema(dir)).toBeUndefined();
  });

  it('migrates an older one step by step, after a copy', async () => {
    await openDataSchema(root, 1);
    mkdirSync(join(root, 'landing'));
    mkdirSync(join(root, 'tmp'));
    writeFileSync(join(root, 'landing', 'rows'), 'old');
    const steps: number[] = [];
    const step = (n: number) => (dir: string) => {
      steps.push(n);
      writeFileSync(join(dir, 'landing', 'rows'), `made by ${n}`);
    };
    const copy = await openDataSchema(root, 3, { 2: step(2), 3: step(3) });
    expect(steps).toEqual([2, 3]);
    expect(readFileSync(join(root, 'landing', 'rows'), 'utf8')).toBe('made by 3');
    expect(readFileSync(join(copy as string, 'landing', 'rows'), 'utf8')).toBe('old');
    expect(existsSync(join(copy as string, 'tmp'))).toBe(false);
    expect(await openDataSchema(root, 3)).toBeUndefined();
  });

  it('goes on where a migration was cut short, and keeps the first copy', async () => {
    await openDataSchema(root, 1);
    writeFileSync(join(root, 'rows'), 'old');
    const broken = () => {
      writeFileSync(join(root, 'rows'), 'half');
      throw new Error('power is gone');
    };
    await expect(openDataSchema(root, 2, { 2: broken })).rejects.toThrow('power is gone');
    const copy = await openDataSchema(root, 2, {
      2: () => writeFileSync(join(root, 'rows'), 'new'),
    });
    expect(readFileSync(join(copy as string, 'rows'), 'utf8')).toBe('old');
    expect(readFileSync(join(root, 'rows'), 'utf8')).toBe('new');
  });

  it('refuses a newer one and one that says nothing', async () => {
    await openDataSchema(root, 7);
    await expect(openDataSchema(root, 6)).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('newer program (schema 7, this one knows 6)'),
    });
    writeFileSync(join(root, 'schema.json'), '{}');
    await expect(openDataSchema(root)).rejects.toMatchObject({ kind: 'conflict' });
  });
});
