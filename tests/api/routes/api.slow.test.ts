import { beforeAll, describe, expect, it } from 'vitest';
import { type AddressOf, endpoints, urlOf } from '../../../api/contract/index.js';
import { publishedRun, SECRETS } from '../services.js';
import { asking } from './asking.js';

const { fixture, server, fetchText, call, refused, keepsSecrets } = asking();

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
    await fixture().services.graph.publish(publishedRun('r0'));
    await fixture().services.graph.publish(publishedRun('r1'));
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
    for (const q of ['r-b', 'B2'])
      expect((await call(endpoints.search, { query: { q } })).rings).toEqual(rings.rings);
    const several = await call(endpoints.search, { query: { q: 'R-' } });
    expect(several.rings.map((r) => r.ring).sort()).toEqual(['R-A1', 'R-B2', 'R-C3']);
    expect((await call(endpoints.search, { query: { q: 'b' } })).rings).toEqual([]);
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
it('addresses are logged by their route', () => {
  expect(server().log.join('')).toContain('/api/entities/:kind/:id');
});

keepsSecrets(20_000);
