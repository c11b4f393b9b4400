import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AddressOf,
  type BodyOf,
  type Endpoint,
  endpoints,
  JOB_EVENT,
  Job,
  Problem,
  type ResponseOf,
  urlOf,
} from '../../../api/contract/index.js';
import {
  type Fixture,
  type Listening,
  listen,
  openFixture,
  publishedRun,
  SECRETS,
} from '../services.js';

let fixture: Fixture;
let server: Listening;
let scratch: string;
/** Every byte that the API said in this file: searched for secrets at the end. */
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

describe('before the first run', () => {
  it('lists are empty and say so', async () => {
    const page = await call(endpoints.rings, {});
    expect(page).toMatchObject({ run: null, total: 0, rings: [] });
    expect(await call(endpoints.profiles, { query: { kind: 'patient' } })).toMatchObject({
      run: null,
      total: 0,
    });
    expect(await call(endpoints.runs, {})).toEqual({ runs: [] });
    const profile = await call(endpoints.entity, { params: { kind: 'patient', id: 'P1' } });
    expect(profile).toMatchObject({ run: null, score: null, grade: null, peers: null });
    expect((await refused('/api/rings/R-1')).status).toBe(404);
  });
});

describe('with a published run', () => {
  beforeAll(async () => {
    await fixture.services.graph.publish(publishedRun('r0'));
    await fixture.services.graph.publish(publishedRun('r1'));
  });

  it('meta names detectors with their parameters, versions and the run', async () => {
    const meta = await call(endpoints.meta, {});
    expect(meta).toMatchObject({ run: 'r1', demo: false, tokenRequired: false, signedIn: true });
    expect(meta.ledgerVersion).toBe(1);
    expect(meta.graphVersion).toBe(1);
    const farming = meta.detectors.find((d) => d.id === 'card-farming-pharmacy');
    expect(Object.keys(farming?.parameters.properties as object).length).toBeGreaterThan(0);
    expect(farming?.description).toMatch(/unrelated people/);
    expect(farming?.description).not.toContain('##');
  });

  it('rings are ranked and filtered', async () => {
    const ids = async (query: AddressOf<typeof endpoints.rings>['query']) =>
      (await call(endpoints.rings, { query })).rings.map((r) => r.id);
    expect(await ids({})).toEqual(['b2', 'c3']);
    expect(await ids({ statuses: ['finding', 'review'] })).toEqual(['b2', 'a1', 'c3']);
    expect(await ids({ minMoney: '1.01' })).toEqual(['b2']);
    expect(await ids({ minMoney: '1' })).toEqual(['b2', 'c3']);
    expect(await ids({ region: '500101' })).toEqual(['c3']);
    expect(await ids({ text: '人民' })).toEqual(['c3']);
    expect(await ids({ text: SECRETS.doctorName })).toEqual([]);
    expect(await ids({ subject: 'doctor:D1' })).toEqual(['b2']);
    expect(await ids({ detectors: ['patient-brokering-ring'] })).toEqual(['c3']);
    expect(await ids({ limit: 1, offset: 1 })).toEqual(['c3']);
    const page = await call(endpoints.rings, { query: { limit: 1 } });
    expect(page.total).toBe(2);
    expect(page.facets.regions).toEqual({ 500101: 1, 500102: 2 });
    expect(page.rings[0]).toMatchObject({
      ring: 'R-B2',
      fundAtRisk: '123456.78',
      roles: { member: 7, core: 1, doctor: 1 },
      core: [{ kind: 'institution', id: 'Y500102', label: '<康复> & "大药房"' }],
      regions: ['500102'],
    });
  });

  it('a ring comes with subjects, reasons and explanations', async () => {
    const ring = await call(endpoints.ring, { params: { id: 'R-B2' } });
    expect(ring.run).toBe('r1');
    expect(ring.subjects).toHaveLength(9);
    expect(ring.subjects.find((s) => s.key === 'doctor:D1')?.label).toBe('D1');
    expect(ring.reasons.map((r) => r.settlements)).toEqual([4, 2]);
    expect(ring.reasons[1]?.p).toBeNull();
    expect(ring.innocent).toEqual([{ code: 'same-household', q: 0.004, weight: 0.1 }]);
    expect((await call(endpoints.ring, { params: { id: 'b2' }, query: { run: 'r0' } })).run).toBe(
      'r0',
    );
  });

  it('a ring is drawn with roles, and a large one in part', async () => {
    const params = { id: 'b2' };
    const graph = await call(endpoints.ringSubgraph, { params });
    expect(graph).toMatchObject({ shown: 9, total: 9 });
    expect(graph.nodes.map((n) => n.role).sort()).toEqual(
      ['core', 'doctor', ...Array(7).fill('member')].sort(),
    );
    // A subject that the graph lost is still drawn.
    expect(graph.nodes.find((n) => n.key === 'patient:gone')?.degrees).toEqual({});
    const between = graph.edges.find((e) => e.key === 'patient:P0|institution:Y500102');
    expect(between).toMatchObject({ count: 5, first: '2025-01-01T10:53:20+08:00' });
    expect(between?.money).toMatch(/^\d+\.\d\d$/);
    const cut = await call(endpoints.ringSubgraph, { params, query: { limit: 3 } });
    expect(cut).toMatchObject({ shown: 3, total: 9 });
    expect(cut.nodes.map((n) => n.key)).toContain('institution:Y500102');
  });

  it('settlements behind a reason are rows, the strongest first', async () => {
    const params = { id: 'b2' };
    const page = await call(endpoints.ringSettlements, { params, query: { reason: 0 } });
    expect(page.total).toBe(4);
    expect(page.settlements.map((s) => s.id)).toEqual(['S003', 'S000', 'S006']);
    expect(page.settlements[1]).toMatchObject({
      time: '2025-01-01T10:53:20+08:00',
      institution: 'Y500102',
      institutionName: '<康复> & "大药房"',
      patient: 'P0',
      doctor: 'D0',
      medType: '41',
      total: '123.45',
      fund: '100.00',
      account: '23.45',
      cash: '0.00',
      refund: false,
      feeLineCount: 2,
    });
    expect(page.settlements[1]?.medTypeName).toBeTruthy();
    expect(page.settlements[1]?.feeLines[0]).toMatchObject({
      itemName: '阿莫西林0',
      amount: '25.00',
      price: '12.5',
    });
    const all = await call(endpoints.ringSettlements, { params });
    expect(all.total).toBe(5);
    const paged = await call(endpoints.ringSettlements, { params, query: { limit: 1, offset: 1 } });
    expect(paged.settlements.map((s) => s.id)).toEqual(['S000']);
    const of = await call(endpoints.ringSettlements, { params, query: { subject: 'patient:P9' } });
    expect(of).toMatchObject({ total: 1, settlements: [{ id: 'S009' }] });
    expect((await refused('/api/rings/b2/settlements?reason=7')).status).toBe(404);
  });

  it('a node is expanded by kind, with what was left out', async () => {
    const graph = await call(endpoints.neighbours, {
      params: { kind: 'institution', id: 'H500101' },
      query: { kinds: ['patient', 'drug'], perKind: 2 },
    });
    expect(graph.nodes).toHaveLength(5);
    expect(graph.omitted).toEqual([
      { of: 'institution:H500101', kind: 'patient', shown: 2, total: 8 },
      { of: 'institution:H500101', kind: 'drug', shown: 2, total: 5 },
    ]);
    expect((await refused('/api/entities/doctor/nobody/neighbours')).status).toBe(404);
  });

  it('paths and induced graphs can be drawn', async () => {
    const answer = await call(endpoints.paths, {
      query: { from: 'patient:P0', to: 'patient:P1', limit: 2 },
    });
    expect(answer.paths).toHaveLength(2);
    for (const path of answer.paths) {
      expect([path[0], path.at(-1)]).toEqual(['patient:P0', 'patient:P1']);
      for (const key of path) expect(answer.graph.nodes.map((n) => n.key)).toContain(key);
    }
    const nodes = ['patient:P0', 'institution:Y500102', 'drug:none'];
    const graph = await call(endpoints.induced, {}, { nodes });
    expect(graph.nodes).toHaveLength(2);
    expect(graph.edges).toHaveLength(1);
  });

  it('search finds codes, names and initials, but no doctor by name', async () => {
    const found = async (q: string) =>
      (await call(endpoints.search, { query: { q } })).hits.map((h) => `${h.match} ${h.id}`);
    expect(await found('p1')).toEqual(['code P1', 'code P10', 'code P11']);
    expect(await found('人民医院')).toEqual(['name H500101']);
    expect(await found('cqdyrmyy')).toEqual(['pinyin H500101']);
    expect(await found(SECRETS.doctorName)).toEqual([]);
    expect(await found('zgy')).toEqual([]);
    expect(await found('D1')).toEqual(['code D1']);
    expect(await found(SECRETS.patientName)).toEqual([]);
    const rings = await call(endpoints.search, { query: { q: 'r-b2' } });
    expect(rings.rings).toEqual([{ id: 'b2', ring: 'R-B2' }]);
    const elsewhere = await call(endpoints.search, { query: { q: 'r-b2', run: 'none' } });
    expect(elsewhere.rings).toEqual([]);
  });

  it('an entity has its findings and its place among peers', async () => {
    const entity = await call(endpoints.entity, { params: { kind: 'patient', id: 'P3' } });
    expect(entity).toMatchObject({
      run: 'r1',
      score: 0.25,
      grade: 'A',
      peers: { rank: 9, total: 12, grades: { A: 10, E: 2 } },
    });
    expect(entity.findings.map((r) => r.id)).toEqual(['b2', 'a1']);
    expect((await refused('/api/entities/patient/nobody')).status).toBe(404);
    const profiles = await call(endpoints.profiles, { query: { kind: 'patient', limit: 2 } });
    expect(profiles.profiles.map((p) => p.id)).toEqual(['P11', 'P10']);
  });

  it('runs say what made them', async () => {
    const { runs } = await call(endpoints.runs, {});
    expect(runs.map((r) => [r.id, r.current])).toEqual([
      ['r1', true],
      ['r0', false],
    ]);
    const run = await call(endpoints.run, { params: { id: 'r0' } });
    expect(run.detectors[0]).toMatchObject({ status: 'not-run', reason: 'no fee_list_d' });
    expect((await refused('/api/runs/none')).status).toBe(404);
    expect((await refused('/api/rings?run=none')).status).toBe(404);
  });

  it('a ring is a file in four formats', async () => {
    for (const format of ['graphml', 'gexf', 'csv', 'json'] as const) {
      const [response, text] = await fetchText(
        urlOf(endpoints.ringExport, { params: { id: 'b2' }, query: { format } }),
      );
      expect(response.status).toBe(200);
      expect(response.headers.get('content-disposition')).toBe(
        `attachment; filename="R-B2.${format}"`,
      );
      expect(text).toContain('Y500102');
    }
    expect((await refused('/api/rings/b2/export?format=xlsx')).status).toBe(400);
  });
});

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
      request(`${server.origin}/api/rings`, { headers }, (res) => {
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
      expect((await fetch(`${server.origin}/api/docs/${address}`)).status).toBe(200);
    }
  });

  it('the page answers at all of its own addresses, and nowhere else', async () => {
    for (const path of ['/', '/rings/R-B2', '/entities/drug/X.1', '/..%2f..%2fpackage.json']) {
      const [response, text] = await fetchText(path, { headers: { accept: 'text/html' } });
      expect(response.status).toBe(200);
      expect(text).toContain('<title>page</title>');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    }
    expect((await fetch(`${server.origin}/assets/a.js`)).headers.get('cache-control')).toContain(
      'immutable',
    );
    expect((await refused('/assets/b.js')).status).toBe(404);
    expect((await refused('/..%2f..%2fpackage.json')).status).toBe(404);
    expect((await fetchText('/'))[1]).toContain('<title>page</title>');
  });

  it('too many requests from one address are told to wait', async () => {
    const strict = await listen(fixture.services, { requestsPerMinute: 3 });
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
    const { graph } = fixture.services;
    const broken = {
      ...fixture.services,
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

  it('no name, number, telephone or address of a person was said or logged', () => {
    expect(said.length).toBeGreaterThan(20_000);
    for (const secret of Object.values(SECRETS)) {
      expect(said).not.toContain(secret);
      expect(server.log.join('')).not.toContain(secret);
    }
    // Ids of persons are in answers, but not in the log.
    expect(server.log.join('')).not.toMatch(/P3|entities\/patient\/P/);
    expect(server.log.join('')).toContain('/api/entities/:kind/:id');
  });
});
