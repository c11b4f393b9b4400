import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type AddressOf,
  type BodyOf,
  type Endpoint,
  Problem,
  type ResponseOf,
  urlOf,
} from '../../../api/contract/index.js';
import { type Fixture, type Listening, listen, openFixture, SECRETS } from '../services.js';

/** An API on real services, and ways to ask it; only to be used inside tests. */
export interface Asking {
  fixture(): Fixture;
  server(): Listening;
  fetchText(path: string, init?: RequestInit): Promise<[Response, string]>;
  /** One request by the contract; the answer must be exactly as the contract says. */
  call<E extends Endpoint>(of: E, address: AddressOf<E>, body?: BodyOf<E>): Promise<ResponseOf<E>>;
  refused(path: string, init?: RequestInit): Promise<Problem>;
  /** The last test of a file: of all that was said in it (at least so many characters) nothing is a secret. */
  keepsSecrets(least: number): void;
}

/** Opens the services before the tests of a file, with an inbox and a page, and closes them after. */
export function asking(): Asking {
  let fixture: Fixture;
  let server: Listening;
  let scratch: string;
  /** Every byte that the API said in this file. */
  let said = '';

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'ringfence-inbox-'));
    await mkdir(join(scratch, 'inbox', 'week1'), { recursive: true });
    await mkdir(join(scratch, 'outside'));
    await writeFile(join(scratch, 'inbox', 'week1', '_DONE'), '');
    await symlink(join(scratch, 'outside'), join(scratch, 'inbox', 'link'));
    const web = join(scratch, 'web');
    await mkdir(join(web, 'assets'), { recursive: true });
    await writeFile(join(web, 'index.html'), '<!doctype html><title>page</title>');
    await writeFile(join(web, 'assets', 'a.js'), 'export {}');
    fixture = await openFixture(join(scratch, 'inbox'));
    server = await listen(fixture.services, { webRoot: web });
  });
  afterAll(async () => {
    await server?.close();
    await fixture?.close();
    await rm(scratch, { recursive: true, force: true });
  });

  async function fetchText(path: string, init?: RequestInit): Promise<[Response, string]> {
    const response = await fetch(server.origin + path, init);
    const text = await response.text();
    said += text;
    return [response, text];
  }

  /** One request by the contract; the answer must be exactly as the contract says. */
  async function call<E extends Endpoint>(of: E, address: AddressOf<E>, body?: BodyOf<E>) {
    const [response, text] = await fetchText(urlOf(of, address), {
      method: of.method.toUpperCase(),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    expect(response.status, text).toBe(of.status ?? 200);
    const json = JSON.parse(text);
    const parsed = (of.response as NonNullable<E['response']>).parse(json);
    // Nothing beyond the contract, which would be cut off by parsing.
    expect(json).toEqual(parsed);
    return parsed as ResponseOf<E>;
  }

  async function refused(path: string, init?: RequestInit) {
    const [response, text] = await fetchText(path, init);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = Problem.parse(JSON.parse(text));
    expect(problem.status).toBe(response.status);
    return problem;
  }

  const keepsSecrets = (least: number) =>
    it('no name, number, telephone or address of a person was said or logged', () => {
      expect(said.length).toBeGreaterThan(least);
      for (const secret of Object.values(SECRETS)) {
        expect(said).not.toContain(secret);
        expect(server.log.join('')).not.toContain(secret);
      }
      // Ids of persons are in answers, but not in the log.
      expect(server.log.join('')).not.toMatch(/P3|entities\/patient\/P/);
    });

  return {
    fixture: () => fixture,
    server: () => server,
    fetchText,
    call,
    refused,
    keepsSecrets,
  };
}
