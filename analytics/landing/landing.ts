import { existsSync, mkdirSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ledger, LedgerRow } from './ledger.js';
import { toRecord } from './ledger.js';
import { type PruneResult, prune } from './prune.js';
import { openReader, type ReaderOptions, type SnapshotReader } from './reader.js';
import { readSettlements, type SettlementDetail } from './settlements.js';
import { type LandingSnapshot, snapshotOf } from './snapshot.js';
import { beginStaging, type Staging } from './staging.js';
import type { ImportRecord, LedgerVersion } from './types.js';

export interface LandingOptions {
  /** The data directory; rows live in `landing/` under it, spilled sorts in `tmp/`. */
  readonly dir: string;
  readonly ledger: Ledger;
  /** Of each DuckDB that is opened; 2GB without it. */
  readonly memoryLimit?: string;
  readonly threads?: number;
  /**
   * True for who owns the data directory alone: leftovers of a crash are removed at once, else only
   * those older than a day, since another process may be making them.
   */
  readonly exclusive?: boolean;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  readonly memoryLimit?: string;
  readonly threads?: number;
}

/** Every accepted row of every import, and the ledger that says which of them count. */
export interface Landing {
  /** The data directory. */
  readonly dir: string;
  version(): Promise<LedgerVersion>;
  /** Newest first, every state. */
  imports(): Promise<readonly ImportRecord[]>;
  /** Oldest first, with what readers need. */
  ledgerRows(): Promise<readonly LedgerRow[]>;
  /** What is committed now, or was at a version; undefined when that version was pruned away. */
  snapshot(): Promise<LandingSnapshot>;
  snapshotAt(version: LedgerVersion): Promise<LandingSnapshot | undefined>;
  reader(options?: ReadOptions): Promise<SnapshotReader>;
  /** What a worker thread needs besides a snapshot for `openReader`. */
  readerOptions(options?: ReadOptions): ReaderOptions;
  begin(options?: ReadOptions): Promise<Staging>;
  withdraw(id: number): Promise<ImportRecord>;
  /** Deletes days before `before` (`YYYY-MM-DD`) but the settlements in `keep`. No reader may be open. */
  prune(before: string, keep: readonly string[], options?: ReadOptions): Promise<PruneResult>;
  /** In the order of the ids; those that are not there are left out. */
  settlements(ids: readonly string[]): Promise<SettlementDetail[]>;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const LOOKUPS_MAX = 3;

export async function openLanding(options: LandingOptions): Promise<Landing> {
  const landingDir = join(options.dir, 'landing');
  const tempDir = join(options.dir, 'tmp');
  const { ledger } = options;
  mkdirSync(landingDir, { recursive: true });
  mkdirSync(tempDir, { recursive: true });
  await sweep(landingDir, tempDir, ledger, options.exclusive ?? false);

  const readerOptions = (read: ReadOptions = {}): ReaderOptions => {
    const memoryLimit = read.memoryLimit ?? options.memoryLimit ?? '2GB';
    const threads = read.threads ?? options.threads;
    return {
      tempDir,
      memoryLimit,
      ...(threads === undefined ? {} : { threads }),
      ...(read.signal ? { signal: read.signal } : {}),
    };
  };
  const snapshot = async () => {
    const { version, rows } = await ledger.rows();
    return snapshotOf(rows, version, landingDir);
  };

  // Evidence is asked for page by page: the reader of the last version is kept. One question at a
  // time, so that a reader is never closed while another question still uses it.
  let kept: SnapshotReader | undefined;
  let tail: Promise<unknown> = Promise.resolve();
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = tail.then(work, work);
    tail = turn.catch(() => undefined);
    return turn;
  }
  const release = () =>
    alone(async () => {
      await kept?.close();
      kept = undefined;
    });
  async function lookup(): Promise<SnapshotReader> {
    if (kept && kept.version === (await ledger.version())) return kept;
    const before = kept;
    kept = undefined;
    await before?.close();
    kept = await openReader(await snapshot(), readerOptions());
    return kept;
  }
  /**
   * Another process may prune files away, or sweep the scratch of a reader that has been open for
   * days, between any two statements: what fails is asked once more of what is there then.
   */
  async function looked<T>(ask: (reader: SnapshotReader) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask(await lookup());
      } catch (error) {
        const before = kept;
        kept = undefined;
        await before?.close();
        if (attempt === LOOKUPS_MAX) throw error;
      }
    }
  }

  return {
    dir: options.dir,
    version: () => ledger.version(),
    async imports() {
      return (await ledger.rows()).rows.map(toRecord).reverse();
    },
    async ledgerRows() {
      return (await ledger.rows()).rows;
    },
    snapshot,
    async snapshotAt(version) {
      const { version: now, floor, rows } = await ledger.rows();
      if (version > now || version < floor) return undefined;
      return snapshotOf(rows, version, landingDir);
    },
    reader: async (read) => openReader(await snapshot(), readerOptions(read)),
    readerOptions,
    begin: (read) => beginStaging({ ...readerOptions(read), landingDir, ledger, snapshot }),
    withdraw: async (id) => toRecord(await ledger.withdraw(id)),
    async prune(before, keep, read) {
      await release();
      return prune({ ...readerOptions(read), landingDir, ledger, before, keep });
    },
    settlements: (ids) => alone(() => looked((reader) => readSettlements(reader, ids))),
    close: release,
  };
}

/** Removes what a crash left behind: hidden directories, those that no ledger row names, spilled sorts. */
async function sweep(
  landingDir: string,
  tempDir: string,
  ledger: Ledger,
  exclusive: boolean,
): Promise<void> {
  const stale = async (path: string) =>
    exclusive || (existsSync(path) && Date.now() - (await stat(path)).mtimeMs > DAY_MS);
  const named = new Set((await ledger.rows()).rows.map((r) => r.dir));
  for (const name of await readdir(landingDir)) {
    const path = join(landingDir, name);
    if (!named.has(name) && (await stale(path))) await rm(path, { recursive: true, force: true });
  }
  for (const name of await readdir(tempDir)) {
    const path = join(tempDir, name);
    if (await stale(path)) await rm(path, { recursive: true, force: true });
  }
}
