import { z } from 'zod';

/** Parameters that several detectors have in common, each stated once. */

export const listLevel = z
  .number()
  .min(0.0001)
  .max(0.2)
  .default(0.05)
  .describe('Level of the list');

export const redrawnWorlds = z
  .number()
  .int()
  .min(50)
  .max(1000)
  .default(60)
  .describe('Redrawn worlds that groups are compared with (N2)');

export const unrelatedUnits = z
  .number()
  .int()
  .min(3)
  .max(20)
  .default(3)
  .describe('Unrelated people (households count once) that a ring has at least');
