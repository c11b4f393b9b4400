import { RingfenceError } from '../model/errors.js';
import type { Claims } from './claims.js';
import type { WorkQueue } from './engine.js';
import type { Intents } from './intents.js';
import type { Leases } from './leases.js';
import type { Reconciler } from './reconcile.js';
import type { Handlers } from './types.js';

/** What the work on jobs needs of the engine. */
export interface Needs {
  readonly handlers: Handlers;
  readonly queue: WorkQueue;
  readonly parts: WorkQueue;
  readonly intents: Intents;
  readonly leases: Leases;
  readonly reconciler: Reconciler;
  readonly claims: Claims;
  /** Aborts when this process is to end. */
  readonly ending: AbortSignal;
  readonly leaseMs: number;
  readonly bull: typeof import('bullmq');
}

/** Something that the work needs is away, or taken: it is done again when that is back or free. */
export const isOutage = (error: unknown) =>
  error instanceof RingfenceError && (error.kind === 'unavailable' || error.kind === 'busy');
