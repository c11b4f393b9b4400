import type { JobService } from '../analytics/jobs/types.js';
import type { SettlementDetail } from '../analytics/landing/settlements.js';
import type { ImportRecord, LandingReader, LedgerVersion } from '../analytics/landing/types.js';
import type { GraphStore } from '../analytics/store/port.js';
import type { Env } from './env.js';

/** What the edges may ask of landing and its ledger. */
export interface LandingAccess {
  /** One consistent view of what is committed now; close it after use. */
  reader(): Promise<LandingReader>;
  version(): Promise<LedgerVersion>;
  /** Newest first, every state. */
  imports(): Promise<readonly ImportRecord[]>;
  /** In the order of the ids; those that are not there are left out. */
  settlements(ids: readonly string[]): Promise<readonly SettlementDetail[]>;
}

/** The parts of the program, picked once from the environment; routes and commands get them. */
export interface Services {
  readonly env: Env;
  /** Absolute. */
  readonly dataDir: string;
  /** True for the sample district: real data is refused. */
  readonly demo: boolean;
  readonly landing: LandingAccess;
  readonly graph: GraphStore;
  readonly jobs: JobService;
  /** Absolute path of RINGFENCE_INBOX, where set. */
  readonly inbox: string | undefined;
  close(): Promise<void>;
}
