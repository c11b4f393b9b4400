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
  'self-test',
  'findings',
  'profiles',
  'evaluate',
  'export',
  'graph export',
  'graph load',
  'verdicts import',
  'verdicts list',
  'rules check',
  'rules diff',
  'prune',
  'serve',
  'api',
  'worker',
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
    [['seed', '--out', 'x', '--settlements', '5000', '--types', 'fraud']],
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

  it.each([
    [{ DATABASE_URL: 'postgres://u:hidden@h/x' }, /DATABASE_URL set, but not NEO4J_URL/],
    [{ REDIS_URL: 'redis://:hidden@h' }, /REDIS_URL set, but not NEO4J_URL and DATABASE_URL/],
    [{ DATABASE_URL: 'mysql://u:hidden@h/x' }, /DATABASE_URL: must be like postgres:/],
    [{ NEO4J_PASSWORD_FILE: 'hidden' }, /NEO4J_PASSWORD_FILE is set, but not NEO4J_URL/],
    [
      { DATABASE_URL: 'postgres://u:hidden@h/x', NEO4J_URL: 'bolt://h' },
      /no password for it\n.*NEO4J_PASSWORD_FILE/,
    ],
    [
      {
        DATABASE_URL: 'postgres://u:hidden@h/x',
        NEO4J_URL: 'bolt://h',
        NEO4J_PASSWORD_FILE: 'none',
      },
      /NEO4J_PASSWORD_FILE .*none cannot be read: ENOENT/,
    ],
  ])('refuses servers that are only half named: %j', async (env, words) => {
    const { code, stderr } = await ringfence(['findings'], { cwd: at.dir, env });
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('hidden@');
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
