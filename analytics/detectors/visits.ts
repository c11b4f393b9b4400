import type { VisitColumns } from '../algorithms/visits.js';
import { CLASS_PHARMACY, type CountyWorld, INSTITUTION_PHARMACY } from '../projection/world.js';

/** Settlements at pharmacies that carry a clock time and were not taken back. */
export function pharmacyVisits(world: CountyWorld): VisitColumns {
  const s = world.settlements;
  const rows: number[] = [];
  for (let i = 0; i < s.count; i++)
    if (isPharmacySwipe(world, i) && s.hasClock[i] && !s.cancelled[i]) rows.push(i);
  return {
    patient: Int32Array.from(rows, (i) => s.patient[i]!),
    place: Int32Array.from(rows, (i) => s.institution[i]!),
    time: Float64Array.from(rows, (i) => s.time[i]!),
    placeType: Int32Array.from(world.institutions.type),
    patients: world.patients.ids.length,
  };
}

/** A card used at a pharmacy: by the settlement's class, or by the place where the class is silent. */
export function isPharmacySwipe(world: CountyWorld, i: number): boolean {
  const s = world.settlements;
  return (
    s.class[i] === CLASS_PHARMACY ||
    world.institutions.type[s.institution[i]!] === INSTITUTION_PHARMACY
  );
}
