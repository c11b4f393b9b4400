import type { Kysely } from 'kysely';
import type { SelfTests } from '../../analytics/jobs/selfTest.js';
import type { SelfTest } from '../../analytics/planting/shadow/judge.js';
import type { RecordTables } from './schema.js';

export interface KeptSelfTest {
  /** The job that made it. */
  readonly job: string;
  readonly finishedAt: Date;
  readonly result: SelfTest;
}

export interface SelfTestRecords extends SelfTests {
  /** The last one of each of the runs that have one, by run. */
  of(runs: readonly string[]): Promise<ReadonlyMap<string, KeptSelfTest>>;
}

/**
 * Self-tests stand with the index of runs and not with the runs: a run is published whole and stays as it
 * is, its self-test comes minutes later and may be made again.
 */
export function createSelfTests(db: Kysely<RecordTables>): SelfTestRecords {
  return {
    async record(job, result) {
      const row = { job, finished_at: new Date().toISOString(), result: JSON.stringify(result) };
      await db
        .insertInto('ringfence.self_tests')
        .values({ run: result.run, ...row })
        .onConflict((c) => c.column('run').doUpdateSet(row))
        .execute();
    },
    async keep(runs) {
      const all = db.deleteFrom('ringfence.self_tests');
      await (runs.length > 0 ? all.where('run', 'not in', [...runs]) : all).execute();
    },
    async of(runs) {
      if (runs.length === 0) return new Map();
      const rows = await db
        .selectFrom('ringfence.self_tests')
        .selectAll()
        .where('run', 'in', [...runs])
        .execute();
      return new Map(
        rows.map((row) => [
          row.run,
          {
            job: row.job,
            finishedAt: new Date(row.finished_at),
            result: JSON.parse(row.result) as SelfTest,
          },
        ]),
      );
    },
  };
}
