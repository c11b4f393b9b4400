import type { PlantedType } from '../analytics/planting/context.js';
import {
  agentHomes,
  bigFamilies,
  chainRounds,
  doseChanges,
  longScripts,
  multimorbid,
} from './cardLife.js';
import {
  capitation,
  gatePharmacies,
  onlyNearby,
  prescriptions,
  printedTwice,
  rebilled,
  splitPacks,
} from './placeLife.js';
import { rehabilitationHouse, sharedEquipment, sharedLogIn, twoPractices } from './siteDoctors.js';
import { closedShop, courses, fluWeeks, newlyListed, newWard, openingStock } from './siteTrade.js';
import {
  authorisedLeave,
  frailWard,
  longWard,
  pathways,
  plannedCycles,
  relativesFetch,
} from './siteWards.js';
import type { World } from './world.js';

interface Life {
  /** Before ordinary life: groups with a life of their own. */
  readonly before?: ReadonlyArray<(world: World) => void>;
  /** After it, on the visits that there are. */
  readonly after?: ReadonlyArray<(world: World) => void>;
}

/**
 * Honest life that is only lived when a type is planted which it can be mistaken for, so that the
 * headline world keeps its bytes: the look-alikes of DETECTORS.md §2, column "mind".
 */
const LIVES: Readonly<Partial<Record<PlantedType, Life>>> = {
  'drug-resale-ring': { before: [multimorbid, longScripts, gatePharmacies] },
  'card-agent-hub': { before: [bigFamilies, agentHomes] },
  'multi-site-convoy': { before: [chainRounds] },
  'rent-a-patient-core': { before: [capitation] },
  'steering-loop': { after: [prescriptions, onlyNearby] },
  'duplicate-prescribing': { before: [doseChanges] },
  'trace-code-loop': { before: [printedTwice, rebilled, splitPacks] },
  'bed-hanging': { before: [authorisedLeave, relativesFetch] },
  'split-admission': { before: [plannedCycles, frailWard, longWard] },
  'clone-records': { before: [pathways] },
  'impossible-doctor': { before: [sharedLogIn, twoPractices] },
  'inventory-gap': { before: [openingStock] },
  'sudden-change': { before: [newWard, newlyListed, fluWeeks, closedShop, courses] },
  'therapy-overcount': { before: [sharedEquipment, rehabilitationHouse] },
};

/** Settlements to keep free for what comes after ordinary life. */
export function roomAfter(settlements: number, types: readonly PlantedType[]): number {
  return types.some((t) => LIVES[t]?.after) ? Math.ceil(settlements / 100) : 0;
}

export function livesBefore(world: World, types: readonly PlantedType[]): void {
  for (const type of types) for (const live of LIVES[type]?.before ?? []) live(world);
}

export function livesAfter(world: World, types: readonly PlantedType[]): void {
  for (const type of types) for (const live of LIVES[type]?.after ?? []) live(world);
}
