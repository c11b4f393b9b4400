import { type Kysely, type Migration, sql } from 'kysely';
import { notFound, RingfenceError } from '../model/errors.js';
import { TABLE_NAMES, type TableName } from '../model/tables.js';
import type { Period } from '../model/time.js';
import type { ImportRecord, LedgerVersion, TableCounts } from './types.js';

/** What landing holds of one table of one import. */
export interface LandedTable {
  readonly rows: number;
  /** Smallest and greatest value of each key column, to tell disjoint imports apart without reading. */
  readonly ranges: ReadonlyArray<readonly [min: string, max: string]>;
  /** Ids of earlier imports that have some of the same keys. */
  readonly overlaps: readonly number[];
}
export type LandedTables = Readonly<Partial<Record<TableName, LandedTable>>>;

/** One row of the ledger, with what readers need besides what people see. */
export interface LedgerRow extends ImportRecord {
  /** Directory under landing; null when nothing is left of it. */
  readonly dir: string | null;
  readonly landed: LandedTables;
  /** Earlier settlements of these local days do not count. */
  readonly replaces: Period | null;
  /** Ledger version that this import made, and the one that took it back. */
  readonly version: LedgerVersion;
  readonly ended: LedgerVersion | null;
  /** The work that made it, so that the same work done again finds it done. */
  readonly job: string | null;
}

export interface NewImport {
  readonly source: string;
  readonly dialect: string;
  readonly digest: string;
  readonly dir: string;
  readonly landed: LandedTables;
  readonly period: Period | null;
  readonly replaces: Period | null;
  readonly tables: Readonly<Partial<Record<TableName, TableCounts>>>;
  readonly warnings: readonly string[];
  readonly job?: string;
}

/** How pruning leaves one import: another directory with fewer rows, or none. */
export interface PrunedImport {
  readonly id: number;
  readonly dir: string | null;
  readonly landed: LandedTables;
  readonly period: Period | null;
  readonly state: 'committed' | 'pruned' | 'withdrawn';
}

/**
 * The import ledger: one row an import, whose insertion is the commit. Every change is one
 * transaction and counts the version up by one.
 */
export interface Ledger {
  version(): Promise<LedgerVersion>;
  /** Every import ever, oldest first. */
  rows(): Promise<{ version: LedgerVersion; floor: LedgerVersion; rows: LedgerRow[] }>;
  /** Fails with `conflict` when the ledger is no longer at `expected`: what was compared is stale. */
  commit(entry: NewImport, expected: LedgerVersion): Promise<LedgerRow>;
  withdraw(id: number): Promise<LedgerRow>;
  /** Versions before this one can no longer be read. */
  prune(changes: readonly PrunedImport[], expected: LedgerVersion): Promise<LedgerVersion>;
}

interface LedgerTables {
  'ringfence.ledger': { id: number; version: number; floor: number };
  'ringfence.imports': {
    id: number;
    version: number;
    ended: number | null;
    source: string;
    dialect: string;
    digest: string;
    state: string;
    committed_at: string;
    dir: string | null;
    period_from: string | null;
    period_to: string | null;
    replaces_from: string | null;
    replaces_to: string | null;
    tables: string;
    landed: string;
    warnings: string;
    job: string | null;
  };
}

/** To be run with those of the other records; names sort into their order. */
export const ledgerMigrations: Record<string, Migration> = {
  '0010_import_ledger': {
    async up(db: Kysely<unknown>) {
      await sql`CREATE SCHEMA IF NOT EXISTS ringfence`.execute(db);
      await sql`CREATE TABLE ringfence.ledger (
        id integer PRIMARY KEY CHECK (id = 1),
        version integer NOT NULL,
        floor integer NOT NULL)`.execute(db);
      await sql`INSERT INTO ringfence.ledger VALUES (1, 0, 0)`.execute(db);
      await sql`CREATE TABLE ringfence.imports (
        id integer PRIMARY KEY,
        version integer NOT NULL UNIQUE,
        ended integer,
        source text NOT NULL,
        dialect text NOT NULL,
        digest text NOT NULL,
        state text NOT NULL,
        committed_at text NOT NULL,
        dir text UNIQUE,
        period_from text,
        period_to text,
        replaces_from text,
        replaces_to text,
        tables text NOT NULL,
        landed text NOT NULL,
        warnings text NOT NULL)`.execute(db);
    },
  },
  '0050_import_job': {
    async up(db: Kysely<unknown>) {
      await sql`ALTER TABLE ringfence.imports ADD COLUMN job text`.execute(db);
    },
  },
};

/** `db` is the records' database, migrated, of any table type. */
export function createLedger<DB>(records: Kysely<DB>): Ledger {
  const db = records as unknown as Kysely<LedgerTables>;

  /** Counts up under the row's lock, so that changes of several processes come one after another. */
  async function change<T>(
    expected: LedgerVersion | undefined,
    work: (tx: Kysely<LedgerTables>, version: LedgerVersion) => Promise<T>,
  ): Promise<T> {
    return db.transaction().execute(async (tx) => {
      const { version } = await tx
        .updateTable('ringfence.ledger')
        .set((eb) => ({ version: eb('version', '+', 1) }))
        .returning('version')
        .executeTakeFirstOrThrow();
      if (expected !== undefined && version !== expected + 1)
        throw new RingfenceError('conflict', 'The import ledger changed meanwhile', 'Try again');
      return work(tx, version);
    });
  }

  return {
    async version() {
      const row = await db
        .selectFrom('ringfence.ledger')
        .select('version')
        .executeTakeFirstOrThrow();
      return row.version;
    },

    async rows() {
      // One statement, so that version and rows belong together.
      const found = await db
        .selectFrom('ringfence.ledger as l')
        .leftJoin('ringfence.imports as i', (join) => join.onTrue())
        .select(['l.version as now', 'l.floor'])
        .selectAll('i')
        .orderBy('i.id')
        .execute();
      const first = found[0];
      return {
        version: first?.now ?? 0,
        floor: first?.floor ?? 0,
        rows: withReplaced(
          found
            .filter((r) => r.id !== null)
            .map((r) => parse(r as LedgerTables['ringfence.imports'])),
        ),
      };
    },

    commit: (entry, expected) =>
      change(expected, async (tx, version) => {
        const { last } = await tx
          .selectFrom('ringfence.imports')
          .select((eb) => eb.fn.max('id').as('last'))
          .executeTakeFirstOrThrow();
        const row = {
          id: (last ?? 0) + 1,
          version,
          ended: null,
          source: entry.source,
          dialect: entry.dialect,
          digest: entry.digest,
          state: 'committed',
          committed_at: new Date().toISOString(),
          dir: entry.dir,
          period_from: entry.period?.from ?? null,
          period_to: entry.period?.to ?? null,
          replaces_from: entry.replaces?.from ?? null,
          replaces_to: entry.replaces?.to ?? null,
          tables: JSON.stringify(entry.tables),
          landed: JSON.stringify(entry.landed),
          warnings: JSON.stringify(entry.warnings),
          job: entry.job ?? null,
        };
        await tx.insertInto('ringfence.imports').values(row).execute();
        return parse(row);
      }),

    withdraw: (id) =>
      change(undefined, async (tx, version) => {
        const row = await tx
          .selectFrom('ringfence.imports')
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirst();
        if (!row) throw notFound(`Import ${id}`, 'See `ringfence imports list`');
        if (row.ended !== null)
          throw new RingfenceError(
            'conflict',
            `Import ${id} is ${row.state} already`,
            'See `ringfence imports list`',
          );
        const changed = { state: 'withdrawn', ended: version };
        await tx.updateTable('ringfence.imports').set(changed).where('id', '=', id).execute();
        return parse({ ...row, ...changed });
      }),

    prune: (changes, expected) =>
      change(expected, async (tx, version) => {
        for (const c of changes)
          await tx
            .updateTable('ringfence.imports')
            .set({
              dir: c.dir,
              landed: JSON.stringify(c.landed),
              period_from: c.period?.from ?? null,
              period_to: c.period?.to ?? null,
              state: c.state,
            })
            .where('id', '=', c.id)
            .execute();
        await tx.updateTable('ringfence.ledger').set({ floor: version }).execute();
        return version;
      }),
  };
}

function parse(row: LedgerTables['ringfence.imports']): LedgerRow {
  const period = (from: string | null, to: string | null) => (from && to ? { from, to } : null);
  return {
    id: row.id,
    source: row.source,
    dialect: row.dialect,
    committedAt: row.committed_at,
    state: row.state as ImportRecord['state'],
    digest: row.digest,
    period: period(row.period_from, row.period_to),
    tables: JSON.parse(row.tables) as LedgerRow['tables'],
    warnings: JSON.parse(row.warnings) as string[],
    dir: row.dir,
    landed: JSON.parse(row.landed) as LandedTables,
    replaces: period(row.replaces_from, row.replaces_to),
    version: row.version,
    ended: row.ended,
    job: row.job,
  };
}

/** An import is `replaced` while a later one that counts replaces all the days it has. */
function withReplaced(rows: readonly LedgerRow[]): LedgerRow[] {
  return rows.map((row) => {
    const covered = rows.some(
      (later) =>
        later.id > row.id &&
        later.ended === null &&
        later.replaces !== null &&
        row.period !== null &&
        later.replaces.from <= row.period.from &&
        row.period.to <= later.replaces.to,
    );
    return covered && row.state === 'committed' ? { ...row, state: 'replaced' } : row;
  });
}

/** What people see of a row. */
export function toRecord(row: LedgerRow): ImportRecord {
  const { id, source, dialect, committedAt, state, digest, period, tables, warnings } = row;
  return { id, source, dialect, committedAt, state, digest, period, tables, warnings };
}

/** Tables of which an import has at least one row. */
export function tablesOf(landed: LandedTables): TableName[] {
  return TABLE_NAMES.filter((t) => (landed[t]?.rows ?? 0) > 0);
}
