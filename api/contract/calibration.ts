import { z } from 'zod';

/** How often p ≤ `nominal` came, of `of`, with Wilson's 95 % interval of the share. */
export const Realised = z
  .object({
    nominal: z.number().meta({ example: 0.05 }),
    hits: z.number().int(),
    of: z.number().int(),
    low: z.number(),
    high: z.number(),
  })
  .meta({ id: 'Realised' });
export type Realised = z.infer<typeof Realised>;

/** A redrawn world's best score: how many of its like reach it, and what the fitted tails say. */
export const TailPoint = z
  .object({
    score: z.number(),
    empirical: z.number(),
    used: z
      .number()
      .describe('what a p is taken from: the heavier of Gumbel and the largest values'),
    gumbel: z.number(),
    pareto: z.number().nullable().describe('null below the threshold of its fit'),
  })
  .meta({ id: 'TailPoint' });
export type TailPoint = z.infer<typeof TailPoint>;

export const CalibratedDetector = z
  .object({
    id: z.string().meta({ example: 'card-farming-pharmacy' }),
    /** That was measured; scores of another may differ. */
    version: z.number().int(),
    /** Of clean worlds, those in which its surest candidate reaches a level. */
    levels: z.array(Realised),
  })
  .meta({ id: 'CalibratedDetector' });
export type CalibratedDetector = z.infer<typeof CalibratedDetector>;

/** The tails of one search against redrawn worlds, each judged by the tail fitted to the others. */
export const CalibratedTail = z
  .object({
    detector: z.string(),
    search: z.string().meta({ example: 'pharmacy meetings' }),
    /** Clean worlds whose redrawn worlds were looked at. */
    tables: z.number().int(),
    used: z.array(Realised),
    gumbel: z.array(Realised),
    pareto: z.array(Realised),
    /** Of one clean world, the highest score first. */
    points: z.array(TailPoint),
  })
  .meta({ id: 'CalibratedTail' });
export type CalibratedTail = z.infer<typeof CalibratedTail>;

/** What `npm run bench -- calibration` measured: synthetic worlds without a ring, never a bureau's data. */
export const Calibration = z
  .object({
    measuredAt: z.iso.date(),
    version: z.string(),
    /** Of the code, where it is known. */
    revision: z.string().nullable(),
    worlds: z.number().int(),
    /** Of each world. */
    settlements: z.number().int(),
    seeds: z.array(z.number().int()),
    /** False findings of the list, after the correction over detectors. */
    list: z.object({
      findings: z.number().int(),
      per100k: z.number(),
      /** Worlds with any. */
      worlds: z.number().int(),
    }),
    detectors: z.array(CalibratedDetector),
    tails: z.array(CalibratedTail),
  })
  .meta({ id: 'Calibration' });
export type Calibration = z.infer<typeof Calibration>;

export const CalibrationAnswer = z
  .object({ calibration: Calibration.nullable().describe('null where none was measured') })
  .meta({ id: 'CalibrationAnswer' });
export type CalibrationAnswer = z.infer<typeof CalibrationAnswer>;
