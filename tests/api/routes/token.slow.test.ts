import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Endpoint, endpoints, Meta } from '../../../api/contract/index.js';
import { type Fixture, type Listening, listen, openFixture } from '../services.js';

const TOKEN = 'correct-horse-battery-staple';
let fixture: Fixture;
let server: Listening;

beforeAll(async () => {
  fixture = await openFixture();
  const file = join(fixture.dir, 'token');
  await writeFile(file, `${TOKEN}\n`);
  const env = { ...fixture.services.env, HOST: '0.0.0.0', RINGFENCE_TOKEN_FILE: file };
  server = await listen({ ...fixture.services, env });
});
afterAll(async () => {
  await server?.close();
  await fixture?.close();
});

const signIn = (token: string) =>
  fetch(`${server.origin}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });

describe('with a token demanded', () => {
  it('every request but the open ones is refused without it', async () => {
    for (const [name, of] of Object.entries(endpoints) as Array<[string, Endpoint]>) {
      if (of.open) continue;
      const path = of.path.replace(':kind', 'patient').replace(':id', 'x');
      const response = await fetch(server.origin + path, { method: of.method.toUpperCase() });
      expect(response.status, name).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
    }
    for (const path of [
      '/api/openapi.json',
      '/api/docs/',
      '/api/none',
      '/API/rings',
      '/api//rings',
    ])
      expect((await fetch(server.origin + path)).status, path).not.toBe(200);
    expect((await fetch(`${server.origin}/api/health`)).status).toBe(200);
  });

  it('meta says so and tells nothing of the data', async () => {
    const meta = Meta.parse(await (await fetch(`${server.origin}/api/meta`)).json());
    expect(meta).toMatchObject({
      tokenRequired: true,
      signedIn: false,
      run: null,
      ledgerVersion: 0,
    });
  });

  it('the bearer token opens it', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`${server.origin}/api/rings`, { headers })).status).toBe(200);
    const wrong = { authorization: 'Bearer correct-horse-battery-stapl_' };
    expect((await fetch(`${server.origin}/api/rings`, { headers: wrong })).status).toBe(401);
  });

  it('the page exchanges it for a cookie, and gives that up', async () => {
    expect((await signIn('wrong-wrong-wrong-wrong')).status).toBe(401);
    const response = await signIn(TOKEN);
    expect(response.status).toBe(204);
    const cookie = (response.headers.get('set-cookie') as string).split(';')[0] as string;
    const rings = () => fetch(`${server.origin}/api/rings`, { headers: { cookie } });
    expect((await rings()).status).toBe(200);
    const meta = await fetch(`${server.origin}/api/meta`, { headers: { cookie } });
    expect(await meta.json()).toMatchObject({ signedIn: true, ledgerVersion: 1 });
    const out = await fetch(`${server.origin}/api/session`, { method: 'DELETE' });
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
  });

  it('guessing is slowed down', async () => {
    const statuses = new Set<number>();
    for (let i = 0; i < 30; i++) statuses.add((await signIn(`wrong-wrong-wrong-${i}`)).status);
    expect(statuses).toContain(429);
  });

  it('neither token nor cookie is logged', () => {
    expect(server.log.join('')).not.toContain('horse');
    expect(server.log.join('')).not.toContain('ringfence_session');
  });
});
