import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectPostgres, connectRedis } from '../../analytics/jobs/connection.js';
import { createJobRecords, type Jobs, openJobs } from '../../analytics/jobs/engine.js';
import { createRng } from '../../analytics/model/rng.js';
import { openServerRecords, type Records } from '../../api/records/open.js';
import { idle, untilOver } from '../analytics/jobs/support.js';
import {
  needPostgres,
  needRedis,
  type Service,
  startPostgres,
  startRedis,
  withRedis,
} from '../services/index.js';

// Two worker processes and what can end under them, at seeded moments of a rebuild and two imports.
// FAULT_POINTS says how many moments of each kind; FAULT_SEED which.
const POINTS = Number(process.env.FAULT_POINTS ?? 1);
const SEED = Number(process.env.FAULT_SEED ?? 20_261_122);
const WORK_MS = 2_500;
const TAKE_OVER_MS = 4_000;
const SLOWLY_MS = 120_000;

// Asked for here only to know that they can be had; what is killed is a test's own.
const missing = (await needPostgres()).missing ?? (await needRedis()).missing;

interface Line {
  pid: number;
  job: string;
  step: string;
  at: 'begin' | 'end' | 'stopped';
}

describe.skipIf(missing).each(['Redis', 'PostgreSQL'] as const)(
  'jobs in two processes, queued in %s',
  (kind) => {
    const rng = createRng(SEED);
    const dir = mkdtempSync(join(tmpdir(), 'ringfence-job-faults-'));
    const log = join(dir, 'log');
    const workers: ChildProcess[] = [];
    let postgres: Service;
    let redis: Service | undefined;
    let records: Records;
    let asking: Jobs;

    async function startWorker(): Promise<void> {
      const child = spawn(
        process.execPath,
        [fileURLToPath(new URL('jobsWorker.mjs', import.meta.url))],
        {
          env: {
            ...process.env,
            DATABASE_URL: postgres.url,
            ...(redis ? { REDIS_URL: redis.url } : {}),
            FAULT_LOG: log,
            TAKE_OVER_MS: String(TAKE_OVER_MS),
          },
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      workers.push(child);
      const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
      expect(String(said)).toBe('ready\n');
    }

    const alive = () => workers.filter((child) => child.exitCode === null && !child.signalCode);

    beforeAll(async () => {
      writeFileSync(log, '');
      postgres = await startPostgres();
      // One that forgets everything when it is restarted.
      if (kind === 'Redis')
        redis = await startRedis({ args: ['--appendonly', 'no', '--save', ''] });
      records = await openServerRecords(postgres.url);
      asking = await openJobs({
        connection: redis ? await connectRedis(redis.url) : await connectPostgres(records.pool),
        records: createJobRecords(records.db),
        handlers: idle,
        ...{ parts: 1, alone: false, takeOverMs: TAKE_OVER_MS },
      });
    }, SLOWLY_MS);

    afterEach(() => writeFileSync(log, ''));

    afterAll(async () => {
      for (const child of alive()) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await asking?.close();
      await records?.close();
      await redis?.dispose();
      await postgres?.dispose();
      rmSync(dir, { recursive: true, force: true });
    });

    /** Asks for two imports and a rebuild, has `fault` happen, and looks at what was done. */
    async function around(fault: () => Promise<unknown>, seed: number): Promise<void> {
      while (alive().length < 2) await startWorker();
      const at = rng.next() * WORK_MS;
      const asked = [
        await asking.enqueueImport({ dir: `one-${seed}` }),
        await asking.enqueueRebuild({ seed }),
        await asking.enqueueImport({ dir: `two-${seed}` }),
      ];
      await sleep(at);
      const killed = await fault();
      const over = [];
      for (const { id } of asked) over.push(await untilOver(asking, id));
      expect(over.map(({ state, result, error }) => result ?? { state, error })).toEqual([
        `one-${seed}`,
        `ABCDEF${seed}`,
        `two-${seed}`,
      ]);
      const lines = readFileSync(log, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line)
        .filter((line) => asked.some((job) => job.id === line.job));
      // Whole jobs never beside each other, but for what a killed process can no longer end.
      let running: Line | undefined;
      for (const line of lines.filter(({ step }) => !step.startsWith('part'))) {
        if (line.at !== 'begin') {
          expect(running).toMatchObject({ pid: line.pid, step: line.step });
          running = undefined;
          continue;
        }
        if (running?.pid !== killed) expect(running).toBeUndefined();
        running = line;
      }
      // Each is brought to its end once.
      const ended = lines.filter(({ step, at }) => at === 'end' && !step.startsWith('part'));
      const finals = ended.filter(({ step }) => step !== 'plan').map(({ job }) => job);
      expect(finals.sort()).toEqual(asked.map((job) => job.id).sort());
    }

    for (let point = 0; point < POINTS; point++) {
      it(`finish when one is killed (${point})`, { timeout: SLOWLY_MS }, () =>
        around(async () => {
          const [victim] = alive();
          victim?.kill('SIGKILL');
          return victim?.pid;
        }, 100 + point),
      );

      it(`finish when PostgreSQL is restarted (${point})`, { timeout: SLOWLY_MS }, () =>
        around(() => postgres.restart(), 200 + point),
      );

      if (kind === 'PostgreSQL') continue;

      it(`finish when Redis is flushed (${point})`, { timeout: SLOWLY_MS }, () =>
        around(() => withRedis(redis?.url ?? '', (client) => client.flushall()), 300 + point),
      );

      it(
        `finish when Redis is restarted and has forgotten all (${point})`,
        {
          timeout: SLOWLY_MS,
        },
        () => around(() => redis?.restart() ?? Promise.reject(), 400 + point),
      );
    }
  },
);
