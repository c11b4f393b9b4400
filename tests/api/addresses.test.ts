import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bareAddress, readAddresses } from '../../api/addresses.js';
import { readEnv } from '../../api/env.js';

const dir = mkdtempSync(join(tmpdir(), 'ringfence-addresses-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
function file(name: string, text: string): string {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}
const read = (env: Record<string, string>) => readAddresses(readEnv(env));

describe('addresses', () => {
  const secrets = {
    NEO4J_PASSWORD_FILE: file('n', 'graph/pass\n'),
    DATABASE_PASSWORD_FILE: file('p', 'p@ss:w/rd\n'),
    REDIS_PASSWORD_FILE: file('r', 'r#1\n'),
  };
  const urls = {
    NEO4J_URL: 'neo4j+s://graph:7687',
    DATABASE_URL: 'postgres://ringfence@db:5432/ringfence?sslmode=require',
    REDIS_URL: 'rediss://queue:6380/2',
  };

  it('get their passwords from files', () => {
    const { neo4j, postgres, redis } = read({ ...urls, ...secrets });
    expect(neo4j).toEqual({ url: urls.NEO4J_URL, user: 'neo4j', password: 'graph/pass' });
    expect(postgres).toBe('postgres://ringfence:p%40ss%3Aw%2Frd@db:5432/ringfence?sslmode=require');
    expect(decodeURIComponent(new URL(postgres).password)).toBe('p@ss:w/rd');
    expect(redis).toBe('rediss://:r%231@queue:6380/2');
  });

  it('may hold them, and show them to nobody', () => {
    const { neo4j, postgres, redis } = read({
      NEO4J_URL: 'bolt://reader:a%2Fb@graph:7687',
      DATABASE_URL: 'postgresql://u:secret@db/x?password=secret',
    });
    expect(neo4j).toEqual({ url: 'bolt://graph:7687', user: 'reader', password: 'a/b' });
    expect(redis).toBeUndefined();
    expect(bareAddress(postgres)).toBe('postgresql://db/x');
  });

  it('refuse an empty file', () => {
    const empty = { ...urls, ...secrets, REDIS_PASSWORD_FILE: file('e', '\n') };
    expect(() => read(empty)).toThrow(/REDIS_PASSWORD_FILE .* is empty/);
  });
});
