import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../analytics/model/rng.js';
import { type Serving, succeed, temporary } from '../cli/run.js';
import { graphDigest } from '../contracts/graphDigest.js';
import { ask, type JobLine, openPark, over, type Park, post, until } from '../processes/park.js';
import {
  needNeo4j,
  needPostgres,
  needRedis,
  type Service,
  startNeo4j,
  startPostgres,
  startRedis,
  withRedis,
} from '../services/index.js';

// Takes the processes and servers of a production away at seeded moments. FAULT_POINTS says how many
// moments (one where it is not set, half of them here), FAULT_SEED which.
const POINTS = Math.ceil(Number(process.env.FAULT_POINTS ?? 1) / 2);
const SEED = Number(process.env.FAULT_SEED ?? 20_261_122);
const SLOWLY_MS = 3_600_000;

const missing =
  (await needNeo4j()).missing ?? (await needPostgres()).missing ?? (await needRedis()).missing;

interface Answer {
  readonly path: string;
  readonly status: number;
  readonly detail: string | undefined;
  readonly run: string | undefined;
}

interface Health {
  readonly status: string;
  readonly parts: Record<string, { status: string }>;
}

describe.skipIf(missing)('a production that loses', { timeout: SLOWLY_MS }, () => {
  const at = temporary('production');
  const cwd = at.dir;
  const rng = createRng(SEED);
  let neo4j: Awaited<ReturnType<typeof startNeo4j>>;
  let postgres: Service;
  let redis: Service;
  let park: Park;
  let api: Serving;
  const workers: Serving[] = [];
  const left: Array<() => Promise<unknown>> = [];
  /** What a run that nobody disturbed gives, and how long its steps took. */
  const whole = { findings: '', rebuildMs: 0, loadMs: 0, empty: '', loaded: '' };

  /** Readers that ask all the time; what they were told. */
  function readers() {
    const answers: Answer[] = [];
    let on = true;
    const paths = ['/healthz', '/api/rings?limit=1', '/api/imports', '/api/runs'];
    const done = Promise.all(
      paths.map(async (path) => {
        while (on) {
          const { status, body } = await ask<Record<string, unknown>>(`${api.url}${path}`);
          answers.push({
            ...{ path, status },
            detail: body.detail as string | undefined,
            run: body.run as string | undefined,
          });
          await sleep(50);
        }
      }),
    );
    // A test that failed before it asks for them leaves them to the end of the api.
    done.catch(() => {});
    const stop = async () => {
      on = false;
      await done;
      return answers;
    };
    left.push(stop);
    return stop;
  }

  /** All that readers may be told: what is there, or by name what is away. */
  function expectCivil(answers: readonly Answer[], away: RegExp): void {
    for (const { path, status, detail } of answers) {
      if (path === '/healthz') expect(status).toBe(200);
      else if (status !== 200)
        expect({ status, detail }).toEqual({ status: 503, detail: expect.stringMatching(away) });
    }
  }

  const findings = async () => (await park.succeed('findings', '--all')).stdout;
  const ready = async () => (await ask<Health>(`${api.url}/readyz`)).body;
  const fine = () => until(async () => (await ready()).status === 'ok');
  const runs = async () =>
    (await ask<{ runs: Array<{ id: string }> }>(`${api.url}/api/runs`)).body.runs.map((r) => r.id);
  const digest = async () =>
    (await graphDigest({ ...neo4j, url: `bolt://${new URL(neo4j.url).host}` })).digest;
  /** When the newest job, an import, has begun to load the graph. */
  const loading = () =>
    until(async () => {
      const { body } = await ask<{ jobs: JobLine[] }>(`${api.url}/api/jobs`);
      const [newest] = body.jobs;
      const begun = newest?.progress?.phase.startsWith('graph') || newest?.state === 'completed';
      return newest?.kind === 'import' && begun;
    });

  async function rebuild(): Promise<string> {
    return (await post<JobLine>(`${api.url}/api/rebuilds`, { selfTest: false })).body.id;
  }

  /** A rebuild in whose middle `fault` strikes: it ends once, and readers saw the old run or the new. */
  async function disturbed(fraction: number, away: RegExp, fault: () => Promise<void>) {
    const before = await runs();
    const stop = readers();
    const id = await rebuild();
    await sleep(fraction * whole.rebuildMs);
    await fault();
    expect(await over(api, id, 300)).toMatchObject({ state: 'completed', error: null });
    await fine();
    const answers = await stop();
    expectCivil(answers, away);
    const [old, made] = [before[0], `run-${id}`];
    const seen = new Set(answers.flatMap((a) => (a.run ? [a.run] : [])));
    expect([...seen].filter((run) => run !== old && run !== made)).toEqual([]);
    expect(await runs()).toEqual([made, ...before]);
    expect(await findings()).toBe(whole.findings);
    return answers;
  }

  beforeAll(async () => {
    await succeed(['seed', '--out', 'world', '--settlements', '10000'], { cwd });
    await succeed(['seed', '--out', 'extra', '--settlements', '5000', '--seed', '9'], { cwd });
    [neo4j, postgres, redis] = await Promise.all([startNeo4j(), startPostgres(), startRedis()]);
    park = openPark(cwd, { neo4j: neo4j.url, postgres: postgres.url, redis: redis.url });
    api = await park.api();
    workers.push(...(await Promise.all([park.worker(), park.worker()])));
    await park.succeed('import', 'world');
    const began = performance.now();
    await over(api, await rebuild(), 600);
    whole.rebuildMs = performance.now() - began;
    whole.findings = await findings();
    expect(whole.findings).not.toBe('');
    whole.empty = await digest();
    const importing = park.succeed('import', 'extra');
    await loading();
    const middle = performance.now();
    await importing;
    whole.loadMs = performance.now() - middle;
    whole.loaded = await digest();
    expect(whole.loaded).not.toBe(whole.empty);
    await park.succeed('imports', 'withdraw', '2');
  }, SLOWLY_MS);
  afterEach(async () => {
    await Promise.allSettled(left.splice(0).map((stop) => stop()));
  });
  afterAll(async () => {
    await park?.close();
    await Promise.all([neo4j, postgres, redis].map((one) => one?.dispose()));
    at.remove();
  });

  for (let point = 0; point < POINTS; point++) {
    const [when, which] = [rng.next(), rng.int(2)];
    it(`a worker at ${when.toFixed(3)} of a rebuild: another does it`, async () => {
      await disturbed(when, /^$/, async () => {
        const [lost] = workers.splice(which, 1);
        lost?.process.kill('SIGKILL');
        await lost?.outcome;
        workers.push(await park.worker());
      });
    });
  }

  for (let point = 0; point < POINTS; point++) {
    const when = rng.next();
    it(`Redis and all in it at ${when.toFixed(3)} of a rebuild: it is put in again`, async () => {
      await disturbed(when, /^$/, async () => {
        await redis.kill9();
        await until(async () => (await ready()).parts.queue?.status === 'away');
        await redis.restart();
        await withRedis(redis.url, (client) => client.flushall());
      });
    });
  }

  for (let point = 0; point < POINTS; point++) {
    const when = rng.next();
    it(`PostgreSQL at ${when.toFixed(3)} of a rebuild: it goes on`, async () => {
      await disturbed(when, /^The records \(PostgreSQL\) does not answer/, () =>
        postgres.restart(),
      );
    });
  }

  for (let point = 0; point < POINTS; point++) {
    const when = rng.next();
    it(`Neo4j at ${when.toFixed(3)} of a load: it is loaded once it is back`, async () => {
      const stop = readers();
      const importing = park.start('import', 'extra');
      await loading();
      await sleep(when * whole.loadMs);
      await neo4j.stop();
      await until(async () => (await ready()).parts.graph?.status === 'away');
      const refused = await ask<{ detail: string; remedy: string }>(`${api.url}/api/rings`);
      expect(refused).toMatchObject({
        status: 503,
        body: { detail: 'The graph (Neo4j) does not answer', remedy: expect.any(String) },
      });
      expect((await ask(`${api.url}/api/imports`)).status).toBe(200);
      expect((await ask(`${api.url}/readyz`)).status).toBe(200);
      await neo4j.restart();
      const outcome = await importing.outcome;
      expect(outcome).toMatchObject({ code: 0, stdout: expect.stringMatching(/^setl_d/m) });
      await fine();
      expectCivil(await stop(), /^The graph \(Neo4j\) does not answer/);
      expect(await digest()).toBe(whole.loaded);
      const list = await park.succeed('imports', 'list', '--format', 'jsonl');
      const newest = JSON.parse(list.stdout.split('\n')[0] ?? '') as { id: number; state: string };
      expect(newest.state).toBe('committed');
      await park.succeed('imports', 'withdraw', `${newest.id}`);
      expect(await digest()).toBe(whole.empty);
    });
  }
});
