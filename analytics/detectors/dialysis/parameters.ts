import { z } from 'zod';

/** Defaults are DETECTORS.md's where it names one; the rest is explained in docs/detectors. */
export const PARAMETERS = z.object({
  q: z
    .number()
    .min(0.0001)
    .max(0.5)
    .default(0.05)
    .describe('A centre is a finding up to this false-discovery rate over all centres'),
  patients: z
    .int()
    .min(2)
    .max(50)
    .default(2)
    .describe('Fewest patients whose own evidence stands; with fewer the centre is for review'),
  sessionsAWeek: z
    .int()
    .min(3)
    .max(7)
    .default(5)
    .describe('Days with dialysis in a week (Monday to Sunday) that a guideline still allows'),
  shifts: z.int().min(1).max(5).default(3).describe('Sessions that one machine can serve in a day'),
  graceDays: z
    .int()
    .min(0)
    .max(60)
    .default(3)
    .describe('Days after a death during which a late settlement is no conflict'),
  supportDays: z
    .int()
    .min(0)
    .max(30)
    .default(3)
    .describe('Days around a session in which supports billed elsewhere count as its own'),
  recordError: z
    .number()
    .min(0.0001)
    .max(0.2)
    .default(0.01)
    .describe('Least share of records taken to have a wrong date, whatever the data show'),
  memberQ: z
    .number()
    .min(0.0001)
    .max(0.5)
    .default(0.02)
    .describe('A patient of a found centre is named up to this false-discovery rate in the centre'),
});

export type Parameters = z.output<typeof PARAMETERS>;
