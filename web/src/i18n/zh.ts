import { zhCalibration } from './calibration';
import { zhSelfTest } from './selfTest';
import { zhFeedback } from './zhFeedback';
import { zhRings } from './zhRings';
import { zhWork } from './zhWork';

export const zh = {
  ...zhRings,
  ...zhWork,
  ...zhFeedback,
  ...zhSelfTest,
  ...zhCalibration,
} as const;

/** The same keys, any words. */
export type Wide<T> = { [K in keyof T]: T[K] extends string ? string : Wide<T[K]> };
