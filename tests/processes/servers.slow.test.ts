import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ringfence, type Serving, succeed, temporary } from '../cli/run.js';
import { needNeo4j, needPostgres, needRedis } from '../services/index.js';
import { ask, type JobLine, openPark, over, type Park, post, until } from './park.js';

const neo4j = await needNeo4j();
const postgres = await needPostgres();
const redis = await needRedis();
const missing = neo4j.missing ?? postgres.missing ?? redis.missing;

const ADMIN = 'administrators-only-0123456789';
const SLOWLY_MS = 900_000;

interface LogLine {
  readonly msg: string;
  readonly kind?: string;
  readonly job?: string;
  readonly step?: string;
}

/** What a process has written to its log so far. */
function logOf(serving: Serving): { text(): string; lines(): LogLine[] } {
  let text = '';
  serving.process.stderr?.on('data', (more: string) => {
    text += more;
  });
  return {
    text: () => text,
    lines: () =>
      text
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as LogLine),
  };
}

interface Ring {
  readonly ring: string;
  readonly subjects: ReadonlyArray<{ readonly kind: string; readonly id: string }>;
}

interface Import {
  readonly id: number;
  readonly state: string;
  readonly tables: Readonly<Record<string, { readonly accepted: number }>>;
}

interface Health {
  readonly status: string;
  readonly parts: Record<string, { status: string; reason?: string }>;
}

describe.skipIf(missing)('processes on servers', { timeout: SLOWLY_MS }, () => {
  const at = temporary('processes');
  const cwd = at.dir;
  const inbox = join(cwd, 'inbox');
  let park: Park;
  /** What the embedded default says of the same tables. */
  const embedded = { rebuild: '', findings: '', profiles: '', graphml: '' };
  let ring = '';
  let api: Serving;
  let apiLog: ReturnType<typeof logOf>;
  const workers: Serving[] = [];

  async function newest(): Promise<JobLine> {
    const { body } = await ask<{ jobs: JobLine[] }>(`${api.url}/api/jobs`);
    return body.jobs[0] as JobLine;
  }

  async function results() {
    const findings = (await park.succeed('findings', '--all')).stdout;
    const profiles = (await park.succeed('profiles', '--kind', 'institution')).stdout;
    await park.succeed('export', ring, '--format', 'graphml', '--out', 'there.graphml');
    return { findings, profiles };
  }

  beforeAll(async () => {
    for (const [name, seed] of [
      ['world', '1'],
      ['second', '2'],
      ['third', '3'],
    ] as const)
      await succeed(['seed', '--out', name, '--settlements', '10000', '--seed', seed], { cwd });
    mkdirSync(inbox);
    cpSync(join(cwd, 'world'), join(inbox, 'world'), { recursive: true });
    writeFileSync(join(cwd, 'admin.token'), `${ADMIN}\n`);
    const data = ['--data', 'embedded'];
    await succeed(['import', 'world', ...data], { cwd });
    embedded.rebuild = (await succeed(['rebuild', ...data], { cwd })).stdout;
    embedded.findings = (await succeed(['findings', '--all', ...data], { cwd })).stdout;
    const profiles = ['profiles', '--kind', 'institution', ...data];
    embedded.profiles = (await succeed(profiles, { cwd })).stdout;
    ring = (JSON.parse(embedded.findings.split('\n')[0] ?? '') as Ring).ring;
    await succeed(['export', ring, '--format', 'graphml', '--out', 'here.graphml', ...data], {
      cwd,
    });
    park = openPark(
      cwd,
      { neo4j: neo4j.url, postgres: postgres.url, redis: redis.url },
      { RINGFENCE_ADMIN_TOKEN_FILE: 'admin.token' },
    );
  }, SLOWLY_MS);
  afterAll(async () => {
    await park?.close();
    at.remove();
  });

  it('are refused without servers, with the way out', async () => {
    for (const command of ['api', 'worker']) {
      const { code, stderr } = await ringfence([command, '--data', 'none'], { cwd });
      expect(code).toBe(1);
      expect(stderr).toMatch(/NEO4J_URL and DATABASE_URL are not set\n.*serve.*does both/);
    }
  });

  it('give the embedded default’s answers, two workers sharing one rebuild', async () => {
    api = await park.api({ RINGFENCE_INBOX: inbox, LOG_LEVEL: 'debug' });
    workers.push(...(await Promise.all([park.worker(), park.worker()])));
    apiLog = logOf(api);
    const logs = workers.map(logOf);
    const imported = await post<JobLine>(`${api.url}/api/imports`, { name: 'world' });
    expect(imported.status).toBe(202);
    expect(await over(api, imported.body.id)).toMatchObject({ state: 'completed', error: null });
    const rebuild = await park.succeed('rebuild');
    expect(rebuild.stdout).toBe(embedded.rebuild);
    const { findings, profiles } = await results();
    expect(findings).toBe(embedded.findings);
    expect(profiles).toBe(embedded.profiles);
    const there = readFileSync(join(cwd, 'there.graphml'), 'utf8');
    expect(there).toBe(readFileSync(join(cwd, 'here.graphml'), 'utf8'));
    const parts = logs.map((log) =>
      log.lines().filter((line) => line.kind === 'rebuild' && line.step === 'part'),
    );
    expect(parts.map((p) => p.length > 0)).toEqual([true, true]);
    expect(new Set(parts.flat().map((line) => line.job))).toEqual(new Set(['2']));
  });

  it('say how they are, and tell their numbers to who has the token', async () => {
    for (const one of [api, ...workers]) {
      expect(await ask(`${one.url}/healthz`)).toEqual({ status: 200, body: { status: 'ok' } });
      const ready = await ask<Health>(`${one.url}/readyz`);
      expect(ready).toMatchObject({ status: 200, body: { status: 'ok' } });
      expect(Object.keys(ready.body.parts)).toEqual(['graph', 'queue', 'records', 'landing']);
      expect((await fetch(`${one.url}/metrics`)).status).toBe(401);
    }
    const bearer = { headers: { authorization: `Bearer ${ADMIN}` } };
    const numbers = async (of: Serving) => (await fetch(`${of.url}/metrics`, bearer)).text();
    const worked = (await Promise.all(workers.map(numbers))).join('\n');
    expect(worked).toContain(
      'ringfence_import_rows_total{table="setl_d",outcome="accepted"} 10000',
    );
    expect(worked).toContain('ringfence_rebuild_seconds_count 1');
    expect(worked).toContain('ringfence_jobs_finished_total{kind="rebuild",outcome="done"} 1');
    const served = await numbers(api);
    expect(served).toContain('ringfence_graph_lag_versions 0');
    expect(served).toContain('ringfence_queue_depth{queue="ringfence-parts"} 0');
    expect(served).toContain('ringfence_part_up{part="graph"} 1');
    expect(served).toMatch(/ringfence_http_seconds_count\{.*route="\/api\/jobs\/:id"/);
    expect(await ask(`${workers[0]?.url}/api/rings`)).toMatchObject({ status: 404 });
  });

  it('show the queues to who has the token, from this machine alone', async () => {
    const board = `${api.url}/admin/queues`;
    const refused = await fetch(board);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="Ringfence", charset="UTF-8"',
    ]);
    const basic = `Basic ${Buffer.from(`anybody:${ADMIN}`).toString('base64')}`;
    const as = { headers: { authorization: basic } };
    const page = await fetch(board, as);
    const html = await page.text();
    expect(page.status).toBe(200);
    expect(html).not.toMatch(/(src|href)="https?:/);
    expect(page.headers.get('content-security-policy')).toMatch(
      /default-src 'self';base-uri 'self'/,
    );
    const files = [...html.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map((m) => m[1]);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect((await fetch(`${board}/${file}`, as)).status).toBe(200);
    const listed = await ask<{ queues: Array<{ name: string; readOnlyMode: boolean }> }>(
      `${board}/api/queues`,
      as,
    );
    expect(listed.body.queues.map((q) => [q.name, q.readOnlyMode])).toEqual([
      ['ringfence', true],
      ['ringfence-parts', true],
    ]);
  });

  it('log routes, and nothing of persons or secrets', async () => {
    const patient = (JSON.parse(embedded.findings.split('\n')[0] ?? '') as Ring).subjects.find(
      (s) => s.kind === 'patient',
    )?.id as string;
    const path = `/api/entities/patient/${patient}`;
    expect((await fetch(`${api.url}${path}?token=${ADMIN}`)).status).toBe(400);
    expect((await fetch(`${api.url}${path}`)).status).toBe(200);
    expect((await fetch(`${api.url}/api/search?q=${patient}`)).status).toBe(200);
    expect((await fetch(`${api.url}/nowhere/${patient}`)).status).toBe(404);
    const log = apiLog.text();
    expect(log).toContain('"route":"/api/entities/:kind/:id"');
    const secrets = ['neo4j', 'redis', 'postgres'].map((name) =>
      readFileSync(join(cwd, `${name}.secret`), 'utf8').trim(),
    );
    for (const word of [patient, ADMIN, ...secrets]) expect(log).not.toContain(word);
  });

  it('do two imports and a rebuild at once, without error or duplicate', async () => {
    const all = [['import', 'second'], ['import', 'third'], ['rebuild']];
    const outcomes = await Promise.all(all.map((words) => park.run(...words)));
    expect(outcomes.map((o) => [o.code, /error|defect/i.test(o.stderr)])).toEqual(
      all.map(() => [0, false]),
    );
    const { stdout } = await park.succeed('imports', 'list', '--format', 'jsonl');
    const imports = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Import);
    expect(imports.map((i) => [i.id, i.state, i.tables.setl_d?.accepted])).toEqual(
      [3, 2, 1].map((id) => [id, 'committed', 10_000]),
    );
    const meta = await ask<{ ledgerVersion: number; graphVersion: number }>(`${api.url}/api/meta`);
    expect(meta.body).toMatchObject({ ledgerVersion: 3, graphVersion: 3 });
    const { body } = await ask<{ jobs: JobLine[] }>(`${api.url}/api/jobs`);
    expect(body.jobs.map((job) => job.state)).toEqual(body.jobs.map(() => 'completed'));
    expect(new Set(body.jobs.map((job) => job.id)).size).toBe(5);
  });

  it('stop a job whose caller says so', async () => {
    const stopping = park.start('rebuild', '--seed', '5');
    await until(async () => (await newest()).state === 'active' && (await newest()).id === '6');
    stopping.process.kill('SIGINT');
    const outcome = await stopping.outcome;
    expect(outcome).toEqual({ code: 1, stdout: '', stderr: 'cancelled\n' });
    expect(await newest()).toMatchObject({ kind: 'rebuild', state: 'cancelled' });
  });

  it('hand a job on when they are told to stop, and end with 0', async () => {
    const asked = await post<JobLine>(`${api.url}/api/rebuilds`, { seed: 7 });
    await until(async () => {
      const { body } = await ask<JobLine>(`${api.url}/api/jobs/${asked.body.id}`);
      return body.state === 'active';
    });
    const [first, second] = workers.splice(0) as [Serving, Serving];
    first.process.kill('SIGTERM');
    const began = Date.now();
    expect((await first.outcome).code).toBe(0);
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(await over(api, asked.body.id)).toMatchObject({ state: 'completed' });
    const waiting = await post<JobLine>(`${api.url}/api/rebuilds`, { seed: 8 });
    const events = await fetch(`${api.url}/api/jobs/${waiting.body.id}/events`);
    second.process.kill('SIGTERM');
    api.process.kill('SIGTERM');
    expect((await second.outcome).code).toBe(0);
    // A stream is ended in order: its reader sees the end, not a broken line.
    expect(await events.text()).toContain('event: job');
    expect((await api.outcome).code).toBe(0);
  });

  it('are not needed by a command, which does then itself what it asks for', async () => {
    const { stdout } = await park.succeed('rebuild', '--seed', '8');
    expect(stdout).toContain('seed 8');
    expect((await park.run('findings', '--limit', '1')).code).toBe(0);
  });

  it('say that the tables must be where the worker sees them', async () => {
    const alone = await park.api({ RINGFENCE_INBOX: inbox });
    await until(async () => {
      const { body } = await ask<Health>(`${alone.url}/readyz`);
      return body.parts.queue?.reason === 'no-worker';
    });
    const { body } = await post<JobLine>(`${alone.url}/api/imports`, { name: 'world' });
    rmSync(join(inbox, 'world'), { recursive: true });
    const worker = await park.worker();
    const job = await over(alone, body.id);
    expect(job.state).toBe('failed');
    expect(job.error?.message).toMatch(/world is not there for the worker on/);
    expect((await worker.stop()).code).toBe(0);
    expect((await alone.stop()).code).toBe(0);
  });

  it('refuse a volume that is not the one of the records', async () => {
    const env = { ...park.env, RINGFENCE_DATA: join(cwd, 'other') };
    const other = await ringfence(['imports', 'list'], { cwd, env });
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toMatch(/is not the volume that this database speaks of/);
    const filled = { ...park.env, RINGFENCE_DATA: join(cwd, 'embedded') };
    const embeddedOne = await ringfence(['imports', 'list'], { cwd, env: filled });
    expect(embeddedOne.stderr).toMatch(/was filled without servers/);
    const without = await ringfence(['imports', 'list', '--data', 'volume'], { cwd });
    expect(without).toMatchObject({ code: 1, stdout: '' });
    expect(without.stderr).toMatch(/is the volume of a program on servers/);
  });

  it('wait for their servers, and say for which', async () => {
    const env = { ...park.env, NEO4J_URL: 'bolt://127.0.0.1:1', RINGFENCE_START_WAIT: '4' };
    const { code, stderr } = await ringfence(['api'], { cwd, env });
    expect(code).toBe(1);
    expect(stderr).toContain('waiting for Neo4j at bolt://127.0.0.1:1');
    expect(stderr).toMatch(/Neo4j at bolt:\/\/127.0.0.1:1 did not answer within 4 s/);
  });
});
