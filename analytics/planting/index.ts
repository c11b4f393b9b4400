import { plantCardFarming } from './card-farming-pharmacy.js';
import type { Camouflage, PlantedType, Planting, PlantingContext } from './context.js';
import { plantDialysis } from './impersonated-dialysis.js';
import { plantBrokering } from './patient-brokering-ring.js';

type Planter = (
  ctx: PlantingContext,
  level: Camouflage,
  taken: ReadonlySet<number>,
  places: ReadonlySet<number>,
) => Planting | null;

const PLANTERS: Readonly<Record<PlantedType, Planter>> = {
  'patient-brokering-ring': plantBrokering,
  'card-farming-pharmacy': plantCardFarming,
  'impersonated-dialysis': plantDialysis,
};

export interface Order {
  readonly type: PlantedType;
  readonly camouflage: Camouflage;
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
  for (const { type, camouflage } of orders) {
    const used = places.get(type) ?? new Set<number>();
    places.set(type, used);
    for (let attempt = 0; attempt < 12; attempt++) {
      const planting = PLANTERS[type](ctx, camouflage, taken, used);
      if (!planting) continue;
      for (const p of planting.patients) taken.add(p);
      for (const i of planting.institutions) used.add(i);
      out.push(planting);
      break;
    }
  }
  return out;
}
