import type { z } from 'zod';
import type { PairScreen } from '../algorithms/pairSums.js';
import type { Finding } from '../model/finding.js';
import type { WorkContext } from '../model/progress.js';
import type { TableName } from '../model/tables.js';
import type { CountyWorld, World } from '../projection/world.js';

export interface DetectorContext extends WorkContext {
  /** Seed of the run; a detector derives its own streams from it by name. */
  readonly seed: number;
  /** Told the best score of each redrawn world of a search, for whoever checks the tails fitted to them. */
  readonly redrawn?: (search: string, best: Float64Array) => void;
}

/** How much likelier than of another type a ring of the three headline types is held to be. */
export const HEADLINE_WEIGHT = 3;

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
  /**
   * What it weighs in the correction over detectors, 1 unless told. A prior, the same for every data set:
   * the mission's three weigh HEADLINE_WEIGHT, so that what others look at besides costs them little.
   */
  readonly weight?: number;
  /** Tables that it reads besides where they are there. */
  readonly uses?: readonly TableName[];
  /**
   * Pair statistics of one county's institutions, the observed world first, then its redrawn
   * worlds: they add over counties, so the counties of a rebuild are screened apart.
   */
  screen?(
    county: CountyWorld,
    parameters: z.output<Schema>,
    context: DetectorContext,
  ): readonly PairScreen[];
  /** `screened` is the sum over counties of what `screen` gave. */
  detect(
    world: World,
    parameters: z.output<Schema>,
    context: DetectorContext,
    screened: readonly PairScreen[],
  ): Promise<readonly Finding[]>;
}
