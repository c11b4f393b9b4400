import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ringfence, temporary } from './run.js';

const COMMANDS = [
  'seed',
  'import',
  'imports list',
  'imports withdraw',
  'rebuild',
  'findings',
  'profiles',
  'evaluate',
  'export',
  'prune',
  'serve',
];

describe('usage', () => {
  const at = temporary('usage');
  afterAll(at.remove);

  it.each(COMMANDS)('%s explains itself and touches nothing', async (command) => {
    const args = [...command.split(' '), '--help'];
    const { code, stdout, stderr } = await ringfence(args, { cwd: at.dir });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: ringfence ${command}`);
    expect(readdirSync(at.dir)).toEqual([]);
  });

  it.each([
    [[]],
    [['frobnicate']],
    [['imports']],
    [['import']],
    [['import', 'a', 'b']],
    [['seed', '--out', 'x']],
    [['seed', '--out', 'x', '--settlements', 'many']],
    [['seed', '--out', 'x', '--settlements', '5000', '--camouflage', '5']],
    [['imports', 'withdraw', 'one']],
    [['rebuild', '--from', '2025-02-30']],
    [['rebuild', '--seed', '-1']],
    [['findings', '--format', 'xml']],
    [['findings', '--limit', '1.5']],
    [['findings', '--frob']],
    [['profiles']],
    [['profiles', '--kind', 'hospital']],
    [['evaluate']],
    [['export', 'R-1', '--out', 'f']],
    [['prune']],
    [['prune', '--before', 'yesterday']],
  ])('%j is wrong usage', async (args) => {
    const { code, stdout, stderr } = await ringfence(args, { cwd: at.dir });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
    expect(readdirSync(at.dir)).toEqual([]);
  });

  it('names what is wrong with the environment', async () => {
    const env = { PORT: 'eighty' };
    const { code, stderr } = await ringfence(['findings'], { cwd: at.dir, env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/PORT/);
    expect(existsSync(join(at.dir, 'data'))).toBe(false);
  });

  it('refuses servers, which this version does not use', async () => {
    const env = { DATABASE_URL: 'postgres://localhost/x' };
    const { code, stderr } = await ringfence(['findings'], { cwd: at.dir, env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/DATABASE_URL.*embedded/);
    expect(existsSync(join(at.dir, 'data'))).toBe(false);
  });

  it('demands a token where other machines can reach it', async () => {
    const { code, stderr } = await ringfence(['serve'], {
      cwd: at.dir,
      env: { HOST: '0.0.0.0' },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/RINGFENCE_TOKEN_FILE/);
  });
});
