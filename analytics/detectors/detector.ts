import type { z } from 'zod';
import type { Finding } from '../model/finding.js';
import type { WorkContext } from '../model/progress.js';
import type { TableName } from '../model/tables.js';
import type { World } from '../projection/world.js';

/** Runs independent pieces of a detector on worker threads; the order of results is that of the tasks. */
export interface DetectorContext extends WorkContext {
  /** Seed of the run; a detector derives its own streams from it by name. */
  readonly seed: number;
  /** Worker threads that the detector may use. */
  readonly threads: number;
}

/**
 * One pattern of collusion. Parameters are stated once, as a zod object with ranges and
 * descriptions: the page's form, the table in the docs and the run's record come from it.
 * No detector does I/O or reads the clock.
 */
export interface Detector<Schema extends z.ZodObject = z.ZodObject> {
  readonly id: string;
  /** Moves when scores may change. */
  readonly version: number;
  readonly parameters: Schema;
  /** Tables without which it says "not run: no …". */
  readonly needs: readonly TableName[];
  detect(
    world: World,
    parameters: z.output<Schema>,
    context: DetectorContext,
  ): Promise<readonly Finding[]>;
}
