import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type ImportResult, importDirectory } from '../../../analytics/ingest/import.js';
import { type Landing, openLanding } from '../../../analytics/landing/landing.js';
import { createLedger, type Ledger } from '../../../analytics/landing/ledger.js';
import type { TableName } from '../../../analytics/model/tables.js';
import { openRecords } from '../../../api/records/open.js';

export type Row = Readonly<Record<string, string | number | null>>;

export interface TestWorld {
  readonly dir: string;
  readonly landing: Landing;
  readonly ledger: Ledger;
  /** A new input directory with these files. */
  input(files: Readonly<Record<string, string | Buffer | readonly Row[]>>): string;
  load(
    files: Readonly<Record<string, string | Buffer | readonly Row[]>>,
    options?: { dialect?: string; replacePeriod?: boolean; careful?: boolean },
  ): Promise<ImportResult>;
  /** Closes landing and opens it again, as a new start of the program does. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** Objects as CSV; the columns are those of all, in the order met. */
export function csv(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((r) => Object.keys(r)))];
  const field = (v: string | number | null | undefined) => {
    const text = v === null || v === undefined ? '' : String(v);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows.map((r) => columns.map((c) => r[c]))]
    .map((r) => `${r.map(field).join(',')}\n`)
    .join('');
}

let made = 0;

/** The world of a file's tests: each finds it without the imports of the others. */
export function worldOfFile() {
  let opened: TestWorld;
  beforeAll(async () => {
    opened = await openWorld();
  });
  afterEach(() => forget(opened));
  afterAll(() => opened.close());
  return {
    get world() {
      return opened;
    },
    current: (table: TableName, columns: string, order?: string) =>
      current(opened, table, columns, order),
  };
}

/** A data directory with real records; every test may use its own ledger entries of it. */
export async function openWorld(): Promise<TestWorld> {
  const root = mkdtempSync(join(tmpdir(), 'ringfence-ingest-'));
  const dir = join(root, 'data');
  mkdirSync(dir);
  const records = await openRecords(dir);
  const ledger = createLedger(records.db);
  const open = () => openLanding({ dir, ledger, exclusive: true, memoryLimit: '1GB', threads: 2 });
  let landing = await open();
  const world: TestWorld = {
    dir,
    ledger,
    get landing() {
      return landing;
    },
    input(files) {
      const folder = join(root, `input-${made++}`);
      mkdirSync(folder);
      for (const [name, content] of Object.entries(files))
        writeFileSync(
          join(folder, name),
          typeof content === 'string' || Buffer.isBuffer(content)
            ? content
            : csv(content as readonly Row[]),
        );
      return folder;
    },
    load: (files, options = {}) =>
      importDirectory({
        landing,
        dir: world.input(files),
        rejectDir: join(dir, 'rejects'),
        ...options,
      }),
    async reopen() {
      await landing.close();
      landing = await open();
    },
    async close() {
      await landing.close();
      await records.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return world;
}

/** Withdraws whatever counts, so that a test begins with nothing. */
export async function forget(world: TestWorld): Promise<void> {
  for (const i of await world.landing.imports())
    if (i.state === 'committed' || i.state === 'replaced') await world.landing.withdraw(i.id);
}

/** A settlement whose visit bears its number. */
export const settlement = (id: string, more: Row = {}): Row => ({
  setl_id: id,
  mdtrt_id: `M${id}`,
  psn_no: 'A1',
  fixmedins_code: 'H1',
  setl_time: '2025-03-04 10:20:30',
  medfee_sumamt: '10.00',
  fund_pay_sumamt: '7.00',
  ...more,
});

/** What counts of a table, as lists of values. */
export async function current(
  { landing }: TestWorld,
  table: TableName,
  columns: string,
  order = '1',
): Promise<unknown[][]> {
  const reader = await landing.reader();
  try {
    const rows = await reader.rows(`SELECT ${columns} FROM ${reader.sql(table)} ORDER BY ${order}`);
    return rows.map((r) => Object.values(r));
  } finally {
    await reader.close();
  }
}

/** The lines of a reject file. */
export const rejected = (file: string | null) =>
  file === null ? [] : readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);
