import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Request } from 'express';
import { afterAll, describe, expect, it } from 'vitest';
import { RingfenceError } from '../../analytics/model/errors.js';
import { toProblem } from '../../api/errors.js';
import { createAdminGuard, createGuard } from '../../api/guard.js';

const dir = mkdtempSync(join(tmpdir(), 'ringfence-guard-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const TOKEN = 'correct-horse-battery-staple';
function tokenFile(text: string): string {
  const path = join(dir, `token-${Math.random()}`);
  writeFileSync(path, text);
  return path;
}
const asking = (headers: Record<string, string>) => ({ headers }) as unknown as Request;

describe('guard', () => {
  it('lets this machine in without a token, and no other', () => {
    expect(createGuard({ HOST: '127.0.0.1' }).admits(asking({}))).toBe(true);
    for (const HOST of ['0.0.0.0', '::', '192.168.1.5', 'bureau.example'])
      expect(() => createGuard({ HOST })).toThrow(/needs a token/);
  });

  it('refuses a token file that is absent, empty, short or several words', () => {
    const from = (RINGFENCE_TOKEN_FILE: string) =>
      createGuard({ HOST: '127.0.0.1', RINGFENCE_TOKEN_FILE });
    expect(() => from(join(dir, 'none'))).toThrow(/ENOENT/);
    for (const text of ['', '\n', 'short', 'two words that are long'])
      expect(() => from(tokenFile(text))).toThrow(/at least 16/);
    expect(from(tokenFile(`${TOKEN}\n`)).required).toBe(true);
  });

  it('admits the token and the cookie made of it, and nothing near them', () => {
    const guard = createGuard({ HOST: '0.0.0.0', RINGFENCE_TOKEN_FILE: tokenFile(TOKEN) });
    const bearer = (token: string) => guard.admits(asking({ authorization: `Bearer ${token}` }));
    expect(bearer(TOKEN)).toBe(true);
    for (const wrong of ['', TOKEN.slice(1), `${TOKEN}x`, TOKEN.toUpperCase()])
      expect(bearer(wrong)).toBe(false);
    const cookie = guard.cookie.split(';')[0] as string;
    expect(cookie).not.toContain(TOKEN);
    expect(guard.cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(guard.admits(asking({ cookie: `a=b; ${cookie}` }))).toBe(true);
    expect(guard.admits(asking({ cookie: `${cookie}0` }))).toBe(false);
    expect(guard.admits(asking({ cookie: `ringfence_session=${TOKEN}` }))).toBe(false);
    expect(guard.admits(asking({}))).toBe(false);
    // A wrong token is not helped by a right cookie.
    expect(guard.admits(asking({ cookie, authorization: 'Bearer no' }))).toBe(false);
  });
});

describe('admin guard', () => {
  it('without a token lets this machine see, and no other', () => {
    expect(createAdminGuard({ HOST: '127.0.0.1' }).admits(asking({}))).toBe(true);
    const open = createAdminGuard({ HOST: '0.0.0.0' });
    expect([open.required, open.admits(asking({}))]).toEqual([false, false]);
  });

  it('with one demands it everywhere, as Bearer or as a password', () => {
    const RINGFENCE_ADMIN_TOKEN_FILE = tokenFile(TOKEN);
    const guard = createAdminGuard({ HOST: '127.0.0.1', RINGFENCE_ADMIN_TOKEN_FILE });
    const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
    const admits = (authorization: string) => guard.admits(asking({ authorization }));
    expect([`Bearer ${TOKEN}`, basic(`any:${TOKEN}`), basic(`:${TOKEN}`)].map(admits)).toEqual([
      true,
      true,
      true,
    ]);
    const wrong = ['', 'Bearer x', basic(TOKEN.slice(1)), basic(`${TOKEN}:x`), 'Basic', 'Basic %'];
    expect(wrong.map(admits)).toEqual(wrong.map(() => false));
  });
});

describe('errors', () => {
  it('of the domain keep their words and get a status', () => {
    expect(toProblem(new RingfenceError('busy', 'Later', 'Wait.'))).toEqual({
      type: 'about:blank',
      title: 'Not available now',
      status: 503,
      detail: 'Later',
      remedy: 'Wait.',
    });
    expect(toProblem(new RingfenceError('conflict', 'x')).status).toBe(409);
  });

  it('that nobody expected say nothing', () => {
    for (const error of [new Error('secret'), 'secret', null, undefined, { message: 'secret' }]) {
      const problem = toProblem(error);
      expect(problem.status).toBe(500);
      expect(JSON.stringify(problem)).not.toContain('secret');
    }
  });
});
