import type { Kysely } from 'kysely';
import type { RunLog } from '../../analytics/jobs/rebuild.js';
import type { InboxMemory, ScheduleMemory } from '../../analytics/jobs/week.js';
import type { RecordTables } from './schema.js';

/** The history of rebuilds: the index of runs, those that found nothing new included. */
export function createRunLog(db: Kysely<RecordTables>): RunLog {
  return {
    async record(job, result, code) {
      await db
        .insertInto('ringfence.run_log')
        .values({
          id: result.run,
          job,
          state: result.state,
          ledger_version: result.ledgerVersion,
          period_from: result.period.from,
          period_to: result.period.to,
          seed: result.seed,
          code,
          finished_at: new Date().toISOString(),
        })
        .onConflict((c) => c.column('job').doNothing())
        .execute();
    },
  };
}

export function createInboxMemory(db: Kysely<RecordTables>): InboxMemory {
  return {
    async known() {
      const rows = await db.selectFrom('ringfence.inbox').select('entry').execute();
      return new Set(rows.map((row) => row.entry));
    },
    async remember(entry, importId) {
      await db
        .insertInto('ringfence.inbox')
        .values({ entry, import_id: importId, taken_at: new Date().toISOString() })
        .onConflict((c) => c.column('entry').doNothing())
        .execute();
    },
  };
}

export function createScheduleMemory(db: Kysely<RecordTables>): ScheduleMemory {
  return {
    async due() {
      const row = await db.selectFrom('ringfence.schedule').selectAll().executeTakeFirst();
      return row && { pattern: row.pattern, at: Number(row.due_ms) };
    },
    async remember(pattern, at) {
      const next = { pattern, due_ms: String(at) };
      await db
        .insertInto('ringfence.schedule')
        .values({ id: 1, ...next })
        .onConflict((c) => c.column('id').doUpdateSet(next))
        .execute();
    },
  };
}
