import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resource } from '../../analytics/model/resources.js';
import { readEnv } from '../../api/env.js';
import { start, temporary } from '../cli/run.js';
import { type ComposeService, neo4jSettings, readCompose } from './compose.js';
import { freePort, startDaemon } from './daemon.js';
import {
  needNeo4j,
  needPostgres,
  needRedis,
  REDIS_FLAGS,
  startNeo4j,
  startPostgres,
  withRedis,
} from './index.js';
import { findPostgres, NEO4J_VERSION } from './install.mjs';

// There is no container engine here, so docker-compose.yml is held against the schema of its format
// and against our own rules, and what it tells the containers to run is run: the same commands,
// settings, environment and health checks, with only addresses and paths replaced.

const compose = readCompose();
const services = Object.entries(compose.services);
const [api, worker, neo4j, redis, postgres] = ['api', 'worker', 'neo4j', 'redis', 'postgres'].map(
  (name) => compose.services[name],
) as [ComposeService, ComposeService, ComposeService, ComposeService, ComposeService];

describe('docker-compose.yml', () => {
  it('follows the schema of its format', () => {
    const text = readFileSync(resource('tests/fixtures/compose/compose_spec.json'), 'utf8');
    // Its durations are Go's (`15s`), not those of JSON schema.
    const schema = JSON.parse(text, (key, value) => (key === 'format' ? undefined : value));
    // It keeps its definitions where draft 7 had them.
    schema.$schema = 'http://json-schema.org/draft-07/schema#';
    const checked = z.fromJSONSchema(schema);
    // Younger than this schema.
    const { name, ...document } = compose as typeof compose & { name?: string };
    expect(name).toBe('ringfence');
    expect(checked.safeParse(document).error?.issues).toBeUndefined();
    const broken = { ...document, services: { api: { ...api, memory: '1g' } } };
    expect(checked.safeParse(broken).success).toBe(false);
  });

  it.each(services)('keeps %s small, watched and without rights', (_name, service) => {
    expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    expect(service.restart).toBe('unless-stopped');
    expect(service.deploy.resources.limits.memory).toMatch(/^\d+[mg]$/);
    expect(service.healthcheck.test[0]).toBe('CMD');
    // Neo4j's image writes its own configuration at every start.
    expect(service.read_only ?? false).toBe(service !== neo4j);
  });

  it.each(services)('gives %s its secrets as files only', (_name, service) => {
    for (const secret of service.secrets ?? [])
      expect(compose.secrets[secret]?.file).toBe(`./secrets/${secret}`);
    for (const [name, value] of Object.entries(service.environment ?? {})) {
      if (/PASSWORD|TOKEN|AUTH|SECRET/.test(name)) {
        if (name !== 'POSTGRES_INITDB_ARGS')
          expect([name, value]).toEqual([
            expect.stringMatching(/_FILE$/),
            expect.stringMatching(/^\/run\/secrets\/\w+$/),
          ]);
      }
      if (value.startsWith('/run/secrets/'))
        expect(service.secrets).toContain(value.slice('/run/secrets/'.length));
      expect(value).not.toMatch(/:\/\/[^/]*:[^/]*@/);
    }
  });

  it('shows the network one port, on this machine only', () => {
    expect(services.filter(([, s]) => s.ports).map(([name]) => name)).toEqual(['api']);
    expect(api.ports).toEqual(['127.0.0.1:8080:8080']);
    expect(compose.networks.servers).toEqual({ internal: true });
    for (const [name, service] of services)
      expect(service.networks).toEqual(name === 'api' ? ['servers', 'edge'] : ['servers']);
  });

  it('names every volume that it uses, and shares the data among its processes', () => {
    const used = services.flatMap(([, s]) => s.volumes.map((v) => v.split(':')[0] as string));
    const named = used.filter((volume) => !/^[./]/.test(volume));
    expect([...new Set(named)].sort()).toEqual(Object.keys(compose.volumes).sort());
    expect(api.volumes).toContain('data:/data');
    expect(worker.volumes).toEqual(api.volumes);
    expect(worker.deploy.replicas).toBe(2);
  });

  it('speaks of variables that the program reads', () => {
    const known = readFileSync(resource('api/env.ts'), 'utf8');
    for (const process of [api, worker]) {
      for (const name of Object.keys(process.environment ?? {}))
        expect(known).toContain(` ${name}:`);
      expect(readEnv({ ...process.environment })).toMatchObject({ HOST: '0.0.0.0' });
    }
  });

  it('runs the Neo4j that is tested', () => {
    const minor = NEO4J_VERSION.split('.').slice(0, 2).join('.');
    expect(neo4j.image).toBe(`neo4j:${minor}-community`);
  });

  it('has an image without root, whose entry is the command line', () => {
    const last = readFileSync(resource('Dockerfile'), 'utf8').split('\nFROM ').at(-1) ?? '';
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^ENTRYPOINT \["node", "bin\/ringfence.cjs"\]$/m);
    expect([api.command, worker.command]).toEqual([['api'], ['worker']]);
  });
});

const [sharedNeo4j, sharedRedis, sharedPostgres] = await Promise.all([
  needNeo4j(),
  needRedis(),
  needPostgres(),
]);
const missing = sharedNeo4j.missing ?? sharedRedis.missing ?? sharedPostgres.missing;

describe.skipIf(missing)('what docker-compose.yml runs', () => {
  const at = temporary('compose');
  const secrets = join(at.dir, 'secrets');
  mkdirSync(secrets);
  afterAll(at.remove);

  const secret = (name: string, value: string) => writeFileSync(join(secrets, name), `${value}\n`);
  /** The text of a command with paths and ports of this test. */
  const here = (text: string, ports: Record<number, number> = {}) =>
    Object.entries(ports).reduce(
      (so, [theirs, ours]) => so.replaceAll(theirs, `${ours}`),
      text.replaceAll('/run/secrets', secrets),
    );

  /** Whether a health check of the file is content. */
  function healthy(service: ComposeService, change: (words: string[]) => string[]) {
    const [command = '', ...args] = change([...service.healthcheck.test.slice(1)]);
    return new Promise<boolean>((done) => {
      execFile(command, args, { timeout: 15_000 }, (error) => done(!error));
    });
  }

  it('Redis, with its flags, password and health check', async () => {
    const port = await freePort();
    secret('redis_password', 'the-password-of-redis');
    const url = `redis://:the-password-of-redis@127.0.0.1:${port}`;
    const [shell = '', flag = '', script = ''] = redis.command;
    for (const word of REDIS_FLAGS) expect(script).toContain(` ${word}`);
    const ours = here(script)
      .replace('redis-server -', `redis-server - --port ${port} --bind 127.0.0.1`)
      .replace('--dir /data', `--dir ${at.dir}`);
    const server = await startDaemon({
      ...{ name: 'Redis', command: shell, args: [flag, ours] },
      ready: async () => void (await withRedis(url, (db) => db.ping())),
    });
    const check = (words: string[]) =>
      words.map((word) => here(word).replace('redis-cli', `redis-cli -p ${port}`));
    try {
      const kept = await withRedis(url, (db) => db.config('GET', 'append*'));
      expect(kept).toEqual(
        expect.arrayContaining(['appendonly', 'yes', 'appendfsync', 'everysec']),
      );
      expect(await healthy(redis, check)).toBe(true);
    } finally {
      await server.stop();
    }
    expect(await healthy(redis, check)).toBe(false);
  });

  it('PostgreSQL, with its settings and health check', async () => {
    const [server, ...words] = postgres.command;
    expect(server).toBe('postgres');
    const settings = words.filter((word) => word !== '-c').map((word) => word.split('='));
    const service = await startPostgres({ settings: Object.fromEntries(settings) });
    const check = (test: string[]) => [
      join(findPostgres() ?? '', test[0] ?? ''),
      ...test.slice(1),
      ...['-p', new URL(service.url).port],
    ];
    try {
      expect(await healthy(postgres, check)).toBe(true);
      await service.stop();
      expect(await healthy(postgres, check)).toBe(false);
    } finally {
      await service.dispose();
    }
  });

  it('Neo4j, with its settings, first password and health check', async () => {
    const settings = neo4jSettings(neo4j.environment ?? {});
    expect(settings).toHaveProperty(['db.tx_log.rotation.retention_policy']);
    const { 'server.memory.pagecache.size': _, ...others } = settings;
    // Neo4j refuses to start with a setting that it does not know.
    const service = await startNeo4j({ heap: '384m', pageCache: '64m', settings: others });
    const check = (words: string[]) =>
      words.map((w) => here(w, { 7687: +new URL(service.url).port }));
    try {
      expect(await healthy(neo4j, check)).toBe(true);
      await service.kill9();
      expect(await healthy(neo4j, check)).toBe(false);
    } finally {
      await service.dispose();
    }
    secret('neo4j_password', 'first-password');
    const script = here(neo4j.command[0] ?? '')
      .replaceAll('/tmp/auth', join(at.dir, 'auth'))
      .replace(/^exec .*/m, 'cat "$NEO4J_AUTH_PATH"; stat -c %a "$NEO4J_AUTH_PATH"');
    expect(neo4j.entrypoint?.slice(-2)).toEqual(['bash', '-c']);
    const said = await new Promise((done, fail) => {
      execFile('bash', ['-c', script], (error, stdout) => (error ? fail(error) : done(stdout)));
    });
    expect(said).toBe('neo4j/first-password600\n');
  });

  it('api and worker, on servers, with their health checks', async () => {
    for (const [name, { password }] of Object.entries({
      neo4j_password: sharedNeo4j,
      redis_password: sharedRedis,
      postgres_password: sharedPostgres,
      ringfence_token: { password: 'a-token-of-this-test' },
      ringfence_admin_token: { password: 'an-admin-token-of-this-test' },
    }))
      secret(name, password);
    mkdirSync(join(at.dir, 'inbox'));
    const ports = { 8080: await freePort(), 8081: await freePort() };
    const bare = (url: string) => url.replace(/:[^:@/]*@/, '@').replace('//@', '//');
    const environment = (service: ComposeService) => ({
      ...Object.fromEntries(
        Object.entries(service.environment ?? {}).map(([k, v]) => [k, here(v, ports)]),
      ),
      ...{ RINGFENCE_DATA: join(at.dir, 'data'), HOST: '127.0.0.1' },
      ...{ NEO4J_URL: bare(sharedNeo4j.url).replace('neo4j@', '') },
      ...{ REDIS_URL: bare(sharedRedis.url), DATABASE_URL: bare(sharedPostgres.url) },
      ...(service === worker ? { RINGFENCE_INBOX: join(at.dir, 'inbox') } : {}),
    });
    const check = (words: string[]) =>
      words.map((word) => (word === 'node' ? process.execPath : here(word, ports)));
    const running = [api, worker].map((service) => ({
      service,
      ...start(service.command, { cwd: at.dir, env: environment(service) }),
    }));
    try {
      for (const one of running) {
        let ended = false;
        void one.outcome.then(() => {
          ended = true;
        });
        while (!ended && !(await healthy(one.service, check))) await sleep(200);
        if (ended) throw new Error((await one.outcome).stderr);
      }
    } finally {
      for (const one of running) one.process.kill('SIGTERM');
    }
    for (const one of running) {
      expect(await one.outcome).toMatchObject({ code: 0 });
      expect(await healthy(one.service, check)).toBe(false);
    }
  });
});
