import { plantCardFarming } from './card-farming-pharmacy.js';
import type { Camouflage, PlantedType, Planting, PlantingContext } from './context.js';
import { plantDialysis } from './impersonated-dialysis.js';
import { plantBrokering } from './patient-brokering-ring.js';

type Planter = (
  ctx: PlantingContext,
  level: Camouflage,
  taken: ReadonlySet<number>,
  places: ReadonlySet<number>,
  largest: number,
) => Planting | null;

const PLANTERS: Readonly<Record<PlantedType, Planter>> = {
  'patient-brokering-ring': plantBrokering,
  'card-farming-pharmacy': plantCardFarming,
  'impersonated-dialysis': plantDialysis,
};

/** Fewest members that make a ring of the type. */
const LEAST: Readonly<Record<PlantedType, number>> = {
  'patient-brokering-ring': 4,
  'card-farming-pharmacy': 5,
  'impersonated-dialysis': 2,
};

export interface Order {
  readonly type: PlantedType;
  readonly camouflage: Camouflage;
  /** Most members; each type has its own least and most. */
  readonly largest?: number;
}

/**
 * Plants one ring an order; nobody and no place of business belongs to two rings of one type, and
 * nobody to two rings at all. An order that the people at hand cannot fill (after a few tries) is
 * left out. Pure but for `ctx.rng`.
 */
export function plantRings(ctx: PlantingContext, orders: readonly Order[]): Planting[] {
  const taken = new Set<number>();
  const places = new Map<PlantedType, Set<number>>();
  const out: Planting[] = [];
  for (const { type, camouflage, largest } of orders) {
    const used = places.get(type) ?? new Set<number>();
    places.set(type, used);
    for (let attempt = 0; attempt < 12; attempt++) {
      const planting = PLANTERS[type](
        ctx,
        camouflage,
        taken,
        used,
        Math.max(LEAST[type], largest ?? 99),
      );
      if (!planting) continue;
      for (const p of planting.patients) taken.add(p);
      for (const i of planting.institutions) used.add(i);
      out.push(planting);
      break;
    }
  }
  return out;
}
