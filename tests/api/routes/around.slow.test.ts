import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { DETECTORS } from '../../../analytics/detectors/index.js';
import { endpoints, JOB_EVENT, Job, urlOf } from '../../../api/contract/index.js';
import { listen, SECRETS } from '../services.js';
import { asking } from './asking.js';

const { fixture, server, fetchText, call, refused, keepsSecrets } = asking();

describe('jobs', () => {
  const params = (job: { id: string }) => ({ params: { id: job.id } });

  /** Reads the stream to its end. */
  async function events(id: string): Promise<Job[]> {
    const [response, text] = await fetchText(urlOf(endpoints.jobEvents, { params: { id } }));
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    return text
      .split('\n\n')
      .filter((block) => block.startsWith(`event: ${JOB_EVENT}\n`))
      .map((block) => Job.parse(JSON.parse(block.slice(block.indexOf('data: ') + 6))));
  }

  it('a rebuild tells its progress until it is done', async () => {
    const job = await call(endpoints.startRebuild, {}, { seed: 5 });
    const told = await events(job.id);
    expect(told.at(-1)).toMatchObject({ state: 'completed', result: { run: 'r1' } });
    expect(told.some((j) => j.progress?.phase === 'screen')).toBe(true);
    expect((await call(endpoints.job, params(job))).state).toBe('completed');
    expect((await call(endpoints.jobs, {})).jobs.map((j) => j.id)).toContain(job.id);
  });

  it('a failure says why and can be retried', async () => {
    const job = await call(endpoints.startRebuild, {}, { seed: 13 });
    expect((await events(job.id)).at(-1)).toMatchObject({
      state: 'failed',
      error: { message: 'There are no settlements', remedy: 'Import some first.' },
    });
    await call(endpoints.retryJob, params(job));
    expect((await events(job.id)).at(-1)?.state).toBe('completed');
    const again = await refused(`/api/jobs/${job.id}/retry`, { method: 'POST' });
    expect(again.status).toBe(409);
  });

  it('a running job is cancelled, and others answer meanwhile', async () => {
    const job = await call(endpoints.startRebuild, {}, { seed: 99 });
    const told = events(job.id);
    while ((await call(endpoints.job, params(job))).state !== 'active')
      await new Promise((r) => setTimeout(r, 50));
    await call(endpoints.cancelJob, params(job));
    expect((await told).at(-1)?.state).toBe('cancelled');
  });

  it('what is no job is not found', async () => {
    for (const path of ['', '/events'])
      expect((await refused(`/api/jobs/none${path}`)).status).toBe(404);
    for (const path of ['/cancel', '/retry'])
      expect((await refused(`/api/jobs/none${path}`, { method: 'POST' })).status).toBe(404);
  });

  it('imports come from the inbox and from nowhere else', async () => {
    const list = await call(endpoints.imports, {});
    expect(list.imports[0]).toMatchObject({ source: '2025', state: 'committed' });
    expect(list.inbox).toEqual([{ name: 'week1', done: true }]);
    const job = await call(endpoints.startImport, {}, { name: 'week1' });
    expect(job.title).toBe('week1');
    expect((await events(job.id)).at(-1)?.state).toBe('completed');
    for (const name of ['..', '.', 'none', 'link', '../outside', 'week1/..']) {
      const problem = await refused('/api/imports', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name }),
      });
      expect([400, 404]).toContain(problem.status);
    }
  });
});

describe('wrong requests', () => {
  const post = (body: string, headers: Record<string, string> = {}) => ({
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

  it('name what is wrong', async () => {
    const problem = await refused('/api/rings?limit=0&statuses=guilty&minMoney=-1');
    expect(problem.status).toBe(400);
    expect(problem.issues?.map((i) => i.path).sort()).toEqual([
      'query.limit',
      'query.minMoney',
      'query.statuses.0',
    ]);
    expect((await refused('/api/rings?detector=x')).detail).toContain('detector');
    expect((await refused('/api/rings?limit=1&limit=2')).status).toBe(400);
    expect((await refused('/api/entities/person/1')).status).toBe(400);
    expect((await refused('/api/search?q=%20')).status).toBe(400);
  });

  it('are refused whatever their body is', async () => {
    expect((await refused('/api/rebuilds', post('{'))).status).toBe(400);
    expect((await refused('/api/rebuilds', post('{"from":"2025-13"}'))).status).toBe(400);
    expect((await refused('/api/graph/induced', post('[]'))).status).toBe(400);
    expect((await refused('/api/graph/induced', post('"x".repeat(9)'))).status).toBe(400);
    expect((await refused('/api/graph/induced', post(`"${'x'.repeat(300_000)}"`))).status).toBe(
      413,
    );
    const form = post('seed=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect((await refused('/api/rebuilds', form)).status).toBe(415);
  });

  it('to other addresses and by other methods are not found', async () => {
    expect((await refused('/api/nothing')).status).toBe(404);
    expect((await refused('/api/rings', { method: 'DELETE' })).status).toBe(404);
    expect((await refused('/api/%E0%A4%A')).status).toBe(404);
    expect((await refused('/api/rings/%E0%A4%A')).status).toBe(400);
  });

  it('from other sites and other names are refused', async () => {
    const foreign = post('{}', { origin: 'http://evil.example' });
    expect((await refused('/api/rebuilds', foreign)).status).toBe(403);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: 'evil.example' };
      request(`${server().origin}/api/rings`, { headers }, (res) => {
        res.resume();
        resolve(res.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(421);
  });
});

describe('around the API', () => {
  it('the document describes every request, and its page needs no other server', async () => {
    const [, text] = await fetchText('/api/openapi.json');
    const document = JSON.parse(text);
    expect(document.openapi).toBe('3.1.0');
    for (const of of Object.values(endpoints)) {
      const path = of.path.replace(/:(\w+)/g, '{$1}');
      expect(document.paths[path]?.[of.method], path).toBeDefined();
    }
    expect(document.components.schemas.RingDetail.properties.subjects).toBeDefined();
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      expect(document.components.schemas[name as string], name).toBeDefined();
    const rings = document.paths['/api/rings'].get;
    expect(rings.parameters.map((p: { name: string }) => p.name)).toContain('minMoney');
    expect(rings.responses['200'].content['application/json'].schema.$ref).toContain('RingPage');
    const [docs, html] = await fetchText('/api/docs/');
    expect(docs.status).toBe(200);
    for (const [, address] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(address).toMatch(/^\.\//);
      expect((await fetch(`${server().origin}/api/docs/${address}`)).status).toBe(200);
    }
  });

  it('the calibration that ships is served, and none where it was taken away', async () => {
    const { calibration } = await call(endpoints.calibration, {});
    const known = DETECTORS.map((d) => d.id);
    expect(calibration?.detectors.length).toBeGreaterThan(0);
    for (const { id, levels } of calibration?.detectors ?? []) {
      expect(known).toContain(id);
      for (const level of levels) expect(level.hits).toBeLessThanOrEqual(level.of);
    }
    const without = await listen(fixture().services, { calibration: 'nowhere.json' });
    try {
      const answer = await fetch(without.origin + urlOf(endpoints.calibration, {}));
      expect(await answer.json()).toEqual({ calibration: null });
    } finally {
      await without.close();
    }
  });

  it('the page answers at all of its own addresses, and nowhere else', async () => {
    for (const path of ['/', '/rings/R-B2', '/entities/drug/X.1', '/..%2f..%2fpackage.json']) {
      const [response, text] = await fetchText(path, { headers: { accept: 'text/html' } });
      expect(response.status).toBe(200);
      expect(text).toContain('<title>page</title>');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    }
    expect((await fetch(`${server().origin}/assets/a.js`)).headers.get('cache-control')).toContain(
      'immutable',
    );
    expect((await refused('/assets/b.js')).status).toBe(404);
    expect((await refused('/..%2f..%2fpackage.json')).status).toBe(404);
    expect((await fetchText('/'))[1]).toContain('<title>page</title>');
  });

  it('too many requests from one address are told to wait', async () => {
    const strict = await listen(fixture().services, { requestsPerMinute: 3 });
    try {
      const statuses = [];
      for (let i = 0; i < 5; i++)
        statuses.push((await fetch(`${strict.origin}/api/health`)).status);
      expect(statuses).toEqual([200, 200, 200, 429, 429]);
    } finally {
      await strict.close();
    }
  });

  it('a defect says nothing of what it met', async () => {
    const { graph } = fixture().services;
    const broken = {
      ...fixture().services,
      graph: { ...graph, version: () => Promise.reject(new Error(SECRETS.certificate)) },
    };
    const other = await listen(broken);
    try {
      const response = await fetch(`${other.origin}/api/meta`);
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain(SECRETS.certificate);
      expect(other.log.join('')).toContain('a defect');
      expect(other.log.join('')).not.toContain(SECRETS.certificate);
    } finally {
      await other.close();
    }
  });
});

keepsSecrets(20_000);
