import type { VisitColumns } from '../algorithms/meetings.js';
import { secondOfDay } from '../model/time.js';
import { CLASS_PHARMACY, INSTITUTION_PHARMACY, type World } from '../projection/world.js';

/** Settlements at pharmacies that carry a clock time; `row` is the settlement behind each visit. */
export function pharmacyVisits(world: World): VisitColumns & { readonly row: Int32Array } {
  const s = world.settlements;
  const rows: number[] = [];
  for (let i = 0; i < s.count; i++)
    if (isPharmacySwipe(world, i) && s.hasClock[i] && !s.cancelled[i]) rows.push(i);
  const row = Int32Array.from(rows);
  return {
    row,
    patient: row.map((i) => s.patient[i]!),
    institution: row.map((i) => s.institution[i]!),
    day: row.map((i) => s.day[i]!),
    second: row.map((i) => secondOfDay(s.time[i]!)),
  };
}

/** A card used at a pharmacy: by the settlement's class, or by the place where the class is silent. */
export function isPharmacySwipe(world: World, i: number): boolean {
  const s = world.settlements;
  return (
    s.class[i] === CLASS_PHARMACY ||
    world.institutions.type[s.institution[i]!] === INSTITUTION_PHARMACY
  );
}
