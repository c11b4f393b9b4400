import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Outcome,
  type Running,
  ringfence,
  type Serving,
  start,
  startServing,
  succeed,
} from '../cli/run.js';

/** Addresses of real servers, with user and password in them. */
export interface Urls {
  readonly neo4j: string;
  readonly postgres: string;
  readonly redis?: string;
}

/** Processes on one volume and one set of servers. */
export interface Park {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  api(more?: Readonly<Record<string, string>>): Promise<Serving>;
  worker(more?: Readonly<Record<string, string>>): Promise<Serving>;
  start(...args: string[]): Running;
  run(...args: string[]): Promise<Outcome>;
  succeed(...args: string[]): Promise<Outcome>;
  /** Ends what is left of them. */
  close(): Promise<void>;
}

/** The passwords go the way they go in production: through files. */
export function openPark(
  cwd: string,
  urls: Urls,
  more: Readonly<Record<string, string>> = {},
): Park {
  const env: Record<string, string> = {
    ...more,
    RINGFENCE_DATA: join(cwd, 'volume'),
    RINGFENCE_START_WAIT: '60',
    RINGFENCE_THREADS: '1',
  };
  for (const [name, variable] of [
    ['neo4j', 'NEO4J'],
    ['postgres', 'DATABASE'],
    ['redis', 'REDIS'],
  ] as const) {
    const given = urls[name];
    if (!given) continue;
    const url = new URL(given);
    const secret = join(cwd, `${name}.secret`);
    writeFileSync(secret, `${decodeURIComponent(url.password)}\n`, { mode: 0o600 });
    env[`${variable}_PASSWORD_FILE`] = secret;
    url.password = '';
    if (name === 'neo4j') env.NEO4J_USER = decodeURIComponent(url.username);
    if (name === 'neo4j') url.username = '';
    env[`${variable}_URL`] = url.href;
  }
  const running = new Set<Serving>();
  const where = (more?: Readonly<Record<string, string>>) => ({ cwd, env: { ...env, ...more } });
  async function keep(starting: Promise<Serving>): Promise<Serving> {
    const serving = await starting;
    running.add(serving);
    void serving.outcome.then(() => running.delete(serving));
    return serving;
  }
  return {
    cwd,
    env,
    api: (more) => keep(startServing(['api'], where(more))),
    worker: (more) =>
      keep(startServing(['worker'], where({ RINGFENCE_WORKER_PORT: '0', ...more }))),
    start: (...args) => start(args, where()),
    run: (...args) => ringfence(args, where()),
    succeed: (...args) => succeed(args, where()),
    async close() {
      const left = [...running];
      for (const one of left) one.process.kill('SIGKILL');
      await Promise.all(left.map((one) => one.outcome));
      rmSync(join(cwd, 'volume'), { recursive: true, force: true });
    },
  };
}

export interface JobLine {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly error: { readonly message: string } | null;
  readonly progress: { readonly phase: string } | null;
}

/** An answer in JSON, with its status. */
export async function ask<T>(
  url: string,
  init?: RequestInit,
): Promise<{ status: number; body: T }> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : undefined) as T };
}

export function post<T>(url: string, body: unknown): Promise<{ status: number; body: T }> {
  const headers = { 'content-type': 'application/json' };
  return ask<T>(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Looks again and again until there is something; errors of a server that is away are no end. */
export async function until<T>(
  look: () => Promise<T | undefined | false>,
  seconds = 120,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (let last: unknown; ; ) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${String(last ?? 'not seen')}`);
    await sleep(100);
  }
}

const FINAL = ['completed', 'failed', 'cancelled'];

/** The job when it is over. */
export function over(api: Serving, id: string, seconds?: number): Promise<JobLine> {
  return until(async () => {
    const { body } = await ask<JobLine>(`${api.url}/api/jobs/${id}`);
    return FINAL.includes(body.state) && body;
  }, seconds);
}
