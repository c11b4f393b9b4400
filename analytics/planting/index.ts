import { plantBedHanging } from './bed-hanging.js';
import { plantCardAgent } from './card-agent-hub.js';
import { plantCardFarming } from './card-farming-pharmacy.js';
import { plantCloneRecords } from './clone-records.js';
import {
  type Asked,
  type Camouflage,
  type PlantedType,
  type Planting,
  type PlantingContext,
  SITE_TYPES,
} from './context.js';
import { plantDrugResale } from './drug-resale-ring.js';
import { plantDuplicates } from './duplicate-prescribing.js';
import { plantDialysis } from './impersonated-dialysis.js';
import { plantImpossibleDoctor } from './impossible-doctor.js';
import { plantInventoryGap } from './inventory-gap.js';
import { plantConvoy } from './multi-site-convoy.js';
import { plantBrokering } from './patient-brokering-ring.js';
import { plantRentedPatients } from './rent-a-patient-core.js';
import { plantSplitAdmission } from './split-admission.js';
import { plantSteering } from './steering-loop.js';
import { plantSuddenChange } from './sudden-change.js';
import { plantTherapyOvercount } from './therapy-overcount.js';
import { plantTraceLoop } from './trace-code-loop.js';

/** Null when the people at hand do not make such a ring. */
type Planter = (asked: Asked) => Planting | null;

const PLANTERS: Readonly<Record<PlantedType, Planter>> = {
  'patient-brokering-ring': plantBrokering,
  'card-farming-pharmacy': plantCardFarming,
  'impersonated-dialysis': plantDialysis,
  'drug-resale-ring': plantDrugResale,
  'card-agent-hub': plantCardAgent,
  'multi-site-convoy': plantConvoy,
  'rent-a-patient-core': plantRentedPatients,
  'steering-loop': plantSteering,
  'duplicate-prescribing': plantDuplicates,
  'trace-code-loop': plantTraceLoop,
  'bed-hanging': plantBedHanging,
  'split-admission': plantSplitAdmission,
  'clone-records': plantCloneRecords,
  'impossible-doctor': plantImpossibleDoctor,
  'inventory-gap': plantInventoryGap,
  'sudden-change': plantSuddenChange,
  'therapy-overcount': plantTherapyOvercount,
};

const SITES: ReadonlySet<PlantedType> = new Set(SITE_TYPES);

/** Fewest members that make a ring of the type. */
const LEAST: Readonly<Record<PlantedType, number>> = {
  'patient-brokering-ring': 4,
  'card-farming-pharmacy': 5,
  'impersonated-dialysis': 2,
  'drug-resale-ring': 4,
  'card-agent-hub': 8,
  'multi-site-convoy': 5,
  'rent-a-patient-core': 6,
  'steering-loop': 24,
  'duplicate-prescribing': 1,
  'trace-code-loop': 5,
  'bed-hanging': 0,
  'split-admission': 0,
  'clone-records': 0,
  'impossible-doctor': 0,
  'inventory-gap': 0,
  'sudden-change': 0,
  'therapy-overcount': 0,
};

/**
 * What one ring takes of a world, generously: `rows`, settlements that it adds; `people`, its members as a
 * share of a full ring's, for keeping rings scarce.
 */
export const FOOTPRINT: Readonly<Record<PlantedType, { rows: number; people: number }>> = {
  'patient-brokering-ring': { rows: 450, people: 1 },
  'card-farming-pharmacy': { rows: 450, people: 1 },
  'impersonated-dialysis': { rows: 450, people: 1 },
  'drug-resale-ring': { rows: 900, people: 0.8 },
  'card-agent-hub': { rows: 450, people: 1 },
  'multi-site-convoy': { rows: 1000, people: 0.6 },
  'rent-a-patient-core': { rows: 500, people: 1 },
  'steering-loop': { rows: 800, people: 1 },
  'duplicate-prescribing': { rows: 60, people: 0.1 },
  'trace-code-loop': { rows: 600, people: 0.9 },
  'bed-hanging': { rows: 1300, people: 0 },
  'split-admission': { rows: 800, people: 0 },
  'clone-records': { rows: 1000, people: 0 },
  'impossible-doctor': { rows: 1400, people: 0 },
  'inventory-gap': { rows: 1100, people: 0 },
  'sudden-change': { rows: 1500, people: 0 },
  'therapy-overcount': { rows: 1000, people: 0 },
};

export interface Order {
  readonly type: PlantedType;
  readonly camouflage: Camouflage;
  /** Most members; each type has its own least and most. */
  readonly largest?: number;
}

/** What a place does by itself is told apart only when it does one thing: all such types are one kind. */
export const kindOf = (type: PlantedType): PlantedType | 'site' =>
  SITES.has(type) ? 'site' : type;

/** Places where no ring of a kind is to be planted. */
export type Occupied = ReadonlyMap<PlantedType | 'site', ReadonlySet<number>>;

/**
 * Plants one ring an order; no place of business belongs to two rings of one type, or to two that are a
 * place's own doing, and nobody to two rings at all. An order that the people and places at hand cannot fill (after a few
 * tries) is left out. Pure but for `ctx.rng`.
 */
export function plantRings(
  ctx: PlantingContext,
  orders: readonly Order[],
  occupied: Occupied = new Map(),
): Planting[] {
  const taken = new Set<number>();
  const places = new Map([...occupied].map(([kind, at]) => [kind, new Set(at)]));
  const out: Planting[] = [];
  for (const { type, camouflage, largest } of orders) {
    const used = places.get(kindOf(type)) ?? new Set<number>();
    places.set(kindOf(type), used);
    for (let attempt = 0; attempt < 12; attempt++) {
      const planting = PLANTERS[type]({
        ctx,
        level: camouflage,
        taken,
        places: used,
        largest: Math.max(LEAST[type], largest ?? 99),
      });
      if (!planting) continue;
      for (const p of planting.patients) taken.add(p);
      for (const v of planting.add) taken.add(v.patient);
      for (const i of planting.institutions) used.add(i);
      out.push(planting);
      break;
    }
  }
  return out;
}
