import { cardFarmingPharmacy } from './cardFarming.js';
import type { Detector } from './detector.js';
import { patientBrokeringRing } from './patientBrokering.js';

/** Every detector, one line each; the order is that of the documentation. */
export const DETECTORS: readonly Detector[] = [
  patientBrokeringRing as unknown as Detector,
  cardFarmingPharmacy as unknown as Detector,
];
