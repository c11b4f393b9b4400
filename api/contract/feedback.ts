import { z } from 'zod';
import { Day, Grade, LabelledEntity } from './common.js';

/** What came back from people: rules that a bureau set, verdicts of rings, and what they did. */

export const RunRules = z
  .object({
    /** Version of the file of rules. */
    hash: z.string(),
    /** The region that the data are of; '' when they are of none. */
    region: z.string(),
    /** Those in force, the last laid over the first. */
    entries: z.array(
      z.object({
        from: Day,
        region: z.string().nullable(),
        detector: z.string().optional(),
        parameters: z.record(z.string(), z.unknown()).optional(),
        codes: z.record(z.string(), z.unknown()).optional(),
        note: z.string(),
      }),
    ),
  })
  .meta({ id: 'RunRules' });
export type RunRules = z.infer<typeof RunRules>;

/** 95 % by Wilson; `precision` is null where nothing was counted. */
const precision = { precision: z.number().nullable(), low: z.number(), high: z.number() };

export const DetectorRecord = z
  .object({
    detector: z.string(),
    confirmed: z.number().int(),
    dismissed: z.number().int(),
    ...precision,
    /** As if the dismissals for other reasons had not been. */
    reasons: z.array(z.object({ reason: z.string(), dismissed: z.number().int(), ...precision })),
  })
  .meta({ id: 'DetectorRecord' });
export type DetectorRecord = z.infer<typeof DetectorRecord>;

export const RunVerdicts = z
  .object({
    hash: z.string(),
    confirmed: z.number().int(),
    dismissed: z.number().int(),
    /** Rings that no run names any more. */
    unknown: z.array(z.string()),
    records: z.array(DetectorRecord),
  })
  .meta({ id: 'RunVerdicts' });
export type RunVerdicts = z.infer<typeof RunVerdicts>;

export const PART_CODES = ['dismissed', 'record', 'confirmed', 'spread'] as const;

/** One thing that moved a profile's score, in the order in which it did. */
export const ProfilePart = z
  .object({
    code: z.enum(PART_CODES),
    /** Change of the score. */
    by: z.number(),
    ring: z.string().optional(),
    reason: z.string().optional(),
    detector: z.string().optional(),
    /**
     * dismissed: share of the ring that was looked at; record: upper end of the detector's precision;
     * spread: closeness beside that of the confirmed themselves.
     */
    measured: z.number().optional(),
    /** spread: the neighbour through whom most of it came. */
    via: LabelledEntity.optional(),
  })
  .meta({ id: 'ProfilePart' });
export type ProfilePart = z.infer<typeof ProfilePart>;

/** What follows from a profile, and how it moved. */
export const profileMoves = {
  /** What verdicts did to the score; empty where they did nothing. */
  parts: z.array(ProfilePart),
  /** The profile in the run published before. */
  previous: z.object({ run: z.string(), score: z.number(), grade: Grade }).nullable(),
  /** Suggested months from one inspection to the next. */
  inspectionMonths: z.number().int().nullable(),
};
