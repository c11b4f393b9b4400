import { request } from 'node:http';
import { inject } from 'vitest';
import type { Answer, Kind } from './shared.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the run's shared servers are asked for; set in tests/setup.ts. */
    services: string;
  }
}

export interface Shared {
  /** Why there is no such server; undefined where there is one. */
  readonly missing: string | undefined;
  /** Of the form that the program's environment takes; empty where missing. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/**
 * The run's shared Neo4j, with nothing in it: no nodes, constraints or indexes. At a test file's top:
 *
 *     const neo4j = await needNeo4j();
 *     describe.skipIf(neo4j.missing)('…', () => …neo4j.url, neo4j.user, neo4j.password…)
 *
 * With REQUIRE_SERVICES=1 a missing server throws instead. Files of the system project run one after
 * another, so it is theirs alone meanwhile. A test that stops or kills servers starts its own.
 */
export function needNeo4j(): Promise<Shared> {
  return need('neo4j');
}

/** The run's shared Redis with an empty database; see `needNeo4j`. */
export function needRedis(): Promise<Shared> {
  return need('redis');
}

/** A new database on the run's shared PostgreSQL; see `needNeo4j`. */
export function needPostgres(): Promise<Shared> {
  return need('postgres');
}

async function need(kind: Kind): Promise<Shared> {
  const answer = await ask(kind);
  if (!('missing' in answer)) return { missing: undefined, ...answer };
  if (process.env.REQUIRE_SERVICES === '1') throw new Error(answer.missing);
  process.stderr.write(`skipped: ${answer.missing}\n`);
  return { ...answer, url: '', user: '', password: '' };
}

/** Not `fetch`, which gives up after five minutes. */
function ask(kind: Kind): Promise<Answer> {
  return new Promise((done, fail) => {
    const asked = request(`${inject('services')}/${kind}`, { agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => done(JSON.parse(body) as Answer));
    });
    asked.on('error', fail);
    asked.end();
  });
}
