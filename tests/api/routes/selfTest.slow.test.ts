import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SelfTest } from '../../../analytics/planting/shadow/judge.js';
import { Job, Problem, RunDetail, RunList } from '../../../api/contract/index.js';
import { type Fixture, type Listening, listen, openFixture, publishedRun } from '../services.js';

const TEST: SelfTest = {
  ...{ run: 'r1', seed: 7, code: '0', worlds: 2, patients: 900, settlements: 5000 },
  period: { from: '2025-01-01', to: '2026-01-01' },
  plantings: [
    { type: 'card-farming-pharmacy', camouflage: 4, people: 9, institutions: 2, fund: 50_000 },
    { type: 'card-farming-pharmacy', camouflage: 4, people: 5, institutions: 1, fund: 90_000 },
    { type: 'patient-brokering-ring', camouflage: 0, people: 8, institutions: 2, fund: 10_000 },
  ].map((p, i) => ({ ...p, found: i === 2 }) as SelfTest['plantings'][number]),
};

describe('the self-test of a run, asked over HTTP', () => {
  let fixture: Fixture;
  let server: Listening;

  beforeAll(async () => {
    fixture = await openFixture();
    for (const id of ['r0', 'r1']) await fixture.services.graph.publish(publishedRun(id));
    server = await listen(fixture.services);
  });
  afterAll(async () => {
    await server?.close();
    await fixture?.close();
  });

  const get = async (path: string) => (await fetch(server.origin + path)).json();
  const briefs = async () => RunList.parse(await get('/api/runs')).runs.map((r) => r.selfTest);
  const detail = async (id: string) => RunDetail.parse(await get(`/api/runs/${id}`)).selfTest;
  const ask = (id: string, body: object) =>
    fetch(`${server.origin}/api/runs/${id}/self-test`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  /** Asks and waits for the end. */
  async function tested(id: string, body: object): Promise<Job> {
    const response = await ask(id, body);
    expect(response.status).toBe(202);
    const { id: job } = Job.parse(await response.json());
    await (await fetch(`${server.origin}/api/jobs/${job}/events`)).text();
    return Job.parse(await get(`/api/jobs/${job}`));
  }

  it('is not there until somebody asks', async () => {
    expect(await briefs()).toEqual(Array(2).fill({ state: 'none', planted: 0, found: 0 }));
    expect(await detail('r1')).toEqual({ state: 'none', job: null, error: null, result: null });
    const nowhere = await ask('r9', {});
    expect(Problem.parse(await nowhere.json()).status).toBe(404);
    expect((await ask('r1', { seed: -1 })).status).toBe(400);
  });

  it('says what was found by type and camouflage, and the evasion floor', async () => {
    const job = await tested('r1', {});
    expect(job).toMatchObject({ kind: 'self-test', title: 'r1', state: 'completed' });
    await fixture.services.selfTests.record(job.id, TEST);
    expect(await briefs()).toEqual([
      { state: 'done', planted: 3, found: 1 },
      { state: 'none', planted: 0, found: 0 },
    ]);
    const report = await detail('r1');
    expect(report).toMatchObject({ state: 'done', job: job.id, error: null });
    expect(report.result).toMatchObject({
      ...{ seed: 7, worlds: 2, planted: 3, found: 1 },
      cells: [
        { type: 'card-farming-pharmacy', camouflage: 4, planted: 2, found: 0 },
        { type: 'patient-brokering-ring', camouflage: 0, planted: 1, found: 1 },
      ],
      floor: { type: 'card-farming-pharmacy', camouflage: 4, people: 5, fund: '900.00' },
    });
    expect(report.result?.missed.map((m) => m.fund)).toEqual(['900.00', '500.00']);
  });

  it('says why the last one failed, and still what an earlier one found', async () => {
    const job = await tested('r1', { seed: 13 });
    expect(job.state).toBe('failed');
    const report = await detail('r1');
    expect(report).toMatchObject({
      ...{ state: 'failed', job: job.id },
      error: { message: 'Rows were pruned', remedy: 'Rebuild first.' },
    });
    expect(report.result?.planted).toBe(3);
  });

  it('is forgotten with its run', async () => {
    await fixture.services.selfTests.keep(['r0']);
    expect((await detail('r1')).result).toBeNull();
  });
});
