import { bedHanging } from './bedHanging.js';
import { cardAgentHub } from './cardAgentHub.js';
import { cardFarmingPharmacy } from './cardFarming.js';
import { cloneRecords } from './cloneRecords.js';
import type { Detector } from './detector.js';
import { drugResaleRing } from './drugResaleRing.js';
import { duplicatePrescribing } from './duplicatePrescribing.js';
import { impersonatedDialysis } from './impersonatedDialysis.js';
import { impossibleDoctor } from './impossibleDoctor.js';
import { inventoryGap } from './inventoryGap.js';
import { multiSiteConvoy } from './multiSiteConvoy.js';
import { patientBrokeringRing } from './patientBrokering.js';
import { rentAPatientCore } from './rentAPatientCore.js';
import { splitAdmission } from './splitAdmission.js';
import { steeringLoop } from './steeringLoop.js';
import { suddenChange } from './suddenChange.js';
import { therapyOvercount } from './therapyOvercount.js';
import { traceCodeLoop } from './traceCodeLoop.js';
import { unknownPattern } from './unknownPattern.js';

/** Every detector, one line each; the order is that of the documentation. */
export const DETECTORS: readonly Detector[] = [
  patientBrokeringRing,
  cardFarmingPharmacy,
  impersonatedDialysis,
  drugResaleRing,
  traceCodeLoop,
  inventoryGap,
  duplicatePrescribing,
  cloneRecords,
  therapyOvercount,
  bedHanging,
  splitAdmission,
  impossibleDoctor,
  multiSiteConvoy,
  cardAgentHub,
  steeringLoop,
  rentAPatientCore,
  suddenChange,
  unknownPattern,
];
