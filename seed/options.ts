import { readdirSync } from 'node:fs';
import { invalid, RingfenceError } from '../analytics/model/errors.js';
import type { WorkContext } from '../analytics/model/progress.js';
import { TABLE_NAMES } from '../analytics/model/tables.js';
import { CAMOUFLAGES, type Camouflage, type PlantedType } from '../analytics/planting/context.js';
import { checkHardships, type Hardships } from './hardships.js';

export interface SeedOptions extends WorkContext, Hardships {
  /** Made when missing. Its ten tables are replaced; any other file in it is refused. */
  readonly outDir: string;
  /** Rows of setl_d, exactly: refunds and voids included, and what is lost. At least 1,000. */
  readonly settlements: number;
  readonly seed: number;
  /** Without it the rings spread evenly over the levels 0–4 (`analytics/planting/camouflage.ts`). */
  readonly camouflage?: Camouflage;
  /** No rings; look-alikes live all the same. */
  readonly clean?: boolean;
  /** What is planted, with the honest life that resembles it; default the three headline types. */
  readonly types?: readonly PlantedType[];
  /**
   * Rings of each type; default four for each 200,000 settlements, at least two, and fewer of each when
   * there are more than six types.
   */
  readonly rings?: number;
  /** A fifth of all visits goes to one hospital: about 3,000 a day in a prefecture. */
  readonly crowded?: boolean;
  /** Mean fee lines a settlement, 2–8; default 2. */
  readonly feeLines?: number;
}

/** Throws RingfenceError `invalid` for options out of range, `conflict` when the directory holds other files. */
export function checkOptions(o: SeedOptions): void {
  if (!Number.isInteger(o.settlements) || o.settlements < 1000 || o.settlements > 20_000_000)
    throw invalid(
      `--settlements ${o.settlements}: out of range`,
      'Give a whole number from 1000 to 20000000.',
    );
  if (!Number.isInteger(o.seed) || o.seed < 0)
    throw invalid(`--seed ${o.seed}: not a whole number`, 'Give a whole number of at least 0.');
  if (o.camouflage !== undefined && !CAMOUFLAGES.includes(o.camouflage))
    throw invalid(
      `--camouflage ${o.camouflage}: no such level`,
      'Give a level from 0 to 4, or leave it out for a mix.',
    );
  if (o.feeLines !== undefined && !(o.feeLines >= 2 && o.feeLines <= 8))
    throw invalid(`${o.feeLines} fee lines a settlement: out of range`, 'Give 2 to 8.');
  checkHardships(o);
  if (o.rings !== undefined && !(Number.isInteger(o.rings) && o.rings >= 0))
    throw invalid(`--rings ${o.rings}: not a whole number`, 'Give a whole number of at least 0.');
  const mine = new Set(TABLE_NAMES.flatMap((t) => [`${t}.csv`, `${t}.csv.part`]));
  let there: string[] = [];
  try {
    there = readdirSync(o.outDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw invalid(`${o.outDir}: not a directory`, 'Name another directory with --out.');
  }
  const other = there.find((f) => !mine.has(f));
  if (other !== undefined)
    throw new RingfenceError(
      'conflict',
      `${o.outDir} holds other files (${other})`,
      'Name an empty or a new directory with --out.',
    );
}
