import { drugSchemes } from './drugSchemes.js';
import { houseSchemes } from './houseSchemes.js';
import { peopleSchemes } from './peopleSchemes.js';
import type { Scheme } from './rings.js';

/** Types of DETECTORS.md §2 beside the three headline ones, from its descriptions and the published cases alone. */
export const SCHEMES: Readonly<Record<string, Scheme>> = {
  ...drugSchemes,
  ...peopleSchemes,
  ...houseSchemes,
};

export const ALL_TYPES: readonly string[] = [
  'patient-brokering-ring',
  'card-farming-pharmacy',
  'impersonated-dialysis',
  ...Object.keys(SCHEMES),
];
