import { type Kysely, type Migration, type MigrationProvider, sql } from 'kysely';
import { intentMigrations } from '../../analytics/jobs/intents.js';
import { ledgerMigrations } from '../../analytics/landing/ledger.js';

/** One line of the history of rebuilds: what a week found to do, published or not. */
export interface RunLogRow {
  id: string;
  job: string;
  state: 'published' | 'unchanged';
  ledger_version: number;
  period_from: string;
  period_to: string;
  seed: number;
  code: string;
  finished_at: string;
}

export interface RecordTables {
  'ringfence.run_log': RunLogRow;
  /** Subdirectories of the inbox that were imported, by path and moment of their `_DONE`. */
  'ringfence.inbox': { entry: string; import_id: number | null; taken_at: string };
  /** One row: when the week is due next. */
  'ringfence.schedule': { id: number; pattern: string; due_ms: string };
  /** The last self-test of each run, as JSON. */
  'ringfence.self_tests': { run: string; job: string; finished_at: string; result: string };
}

const own: Record<string, Migration> = {
  '0020_run_log': {
    async up(db: Kysely<unknown>) {
      await sql`CREATE TABLE ringfence.run_log (
        id text NOT NULL,
        job text PRIMARY KEY,
        state text NOT NULL,
        ledger_version integer NOT NULL,
        period_from text NOT NULL,
        period_to text NOT NULL,
        seed bigint NOT NULL,
        code text NOT NULL,
        finished_at text NOT NULL)`.execute(db);
      await sql`CREATE TABLE ringfence.inbox (
        entry text PRIMARY KEY,
        import_id integer,
        taken_at text NOT NULL)`.execute(db);
    },
  },
  '0040_schedule': {
    async up(db: Kysely<unknown>) {
      await sql`CREATE TABLE ringfence.schedule (
        id integer PRIMARY KEY CHECK (id = 1),
        pattern text NOT NULL,
        due_ms bigint NOT NULL)`.execute(db);
    },
  },
  '0050_workers': {
    async up(db: Kysely<unknown>) {
      await sql`CREATE TABLE ringfence.workers (
        id text PRIMARY KEY,
        seen_at timestamptz NOT NULL DEFAULT now())`.execute(db);
      await sql`CREATE TABLE ringfence.volume (
        id integer PRIMARY KEY CHECK (id = 1),
        mark text NOT NULL)`.execute(db);
    },
  },
  '0060_self_tests': {
    async up(db: Kysely<unknown>) {
      await sql`CREATE TABLE ringfence.self_tests (
        run text PRIMARY KEY,
        job text NOT NULL,
        finished_at text NOT NULL,
        result text NOT NULL)`.execute(db);
    },
  },
};

/** All records in one order; a name is never changed or given to another step. */
export const migrations: Readonly<Record<string, Migration>> = {
  ...ledgerMigrations,
  ...own,
  ...intentMigrations,
};

export const migrationProvider: MigrationProvider = {
  getMigrations: async () => ({ ...migrations }),
};
