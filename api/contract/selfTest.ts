import { z } from 'zod';
import { Money, Time } from './common.js';

/**
 * `none`: not asked for. `failed`: the last attempt did not come to its end; what an earlier one found is
 * still told. `done`: the result is of the last attempt.
 */
export const SELF_TEST_STATES = ['none', 'waiting', 'active', 'failed', 'done'] as const;
export const SelfTestState = z.enum(SELF_TEST_STATES);
export type SelfTestState = z.infer<typeof SelfTestState>;

/** Rings planted in shadow copies of a run's period, and how many of them its search found. */
export const SelfTestBrief = z
  .object({ state: SelfTestState, planted: z.number().int(), found: z.number().int() })
  .meta({ id: 'SelfTestBrief' });
export type SelfTestBrief = z.infer<typeof SelfTestBrief>;

export const MissedRing = z
  .object({
    type: z.string().meta({ example: 'card-farming-pharmacy' }),
    /** 0 none … 4 knows the defaults and evades them. */
    camouflage: z.number().int(),
    people: z.number().int(),
    institutions: z.number().int(),
    /** What the fund and personal accounts paid for it. */
    fund: Money,
  })
  .meta({ id: 'MissedRing' });
export type MissedRing = z.infer<typeof MissedRing>;

/** Planted results say what of such rings would be found; they are never the precision of findings. */
export const SelfTestResult = z
  .object({
    finishedAt: Time,
    seed: z.number().int(),
    code: z.string(),
    /** Shadow copies searched, each with some of the rings. */
    worlds: z.number().int(),
    patients: z.number().int(),
    settlements: z.number().int(),
    planted: z.number().int(),
    found: z.number().int(),
    cells: z.array(
      z.object({
        type: z.string(),
        camouflage: z.number().int(),
        planted: z.number().int(),
        found: z.number().int(),
      }),
    ),
    /** Evasion floor: the planted ring that was missed and cost most; null where none was missed. */
    floor: MissedRing.nullable(),
    /** Costliest first. */
    missed: z.array(MissedRing),
  })
  .meta({ id: 'SelfTestResult' });
export type SelfTestResult = z.infer<typeof SelfTestResult>;

export const SelfTestReport = z
  .object({
    state: SelfTestState,
    /** The last attempt, to be watched or cancelled. */
    job: z.string().nullable(),
    error: z.object({ message: z.string(), remedy: z.string().optional() }).nullable(),
    result: SelfTestResult.nullable(),
  })
  .meta({ id: 'SelfTestReport' });
export type SelfTestReport = z.infer<typeof SelfTestReport>;

export const SelfTestBody = z.object({
  /** Of what is planted; the default follows from the run. */
  seed: z.number().int().min(0).max(4_294_967_295).optional(),
});
export type SelfTestBody = z.infer<typeof SelfTestBody>;
