import { INSTITUTION_HOSPITAL, type World } from '../../projection/world.js';
import { byIngredient, type Fill, fillsOf } from './fills.js';

/** Days of one ingredient that a person was given while another hospital’s were not used up. */
export interface Duplicate {
  readonly patient: number;
  readonly ingredient: number;
  /** Of everything; without changes of strength, without what fetching early explains, with a month at most each time. */
  readonly days: number;
  readonly sameItem: number;
  readonly notEarly: number;
  readonly monthly: number;
  readonly hospitals: number;
  /** The fills that came too early, the longest overlap first. */
  readonly rows: readonly number[];
}

/** Fetching so many days before the last pack is empty is ordinary care. */
const EARLY = 14;
const MONTH = 30;

interface Variant {
  readonly cap: number;
  readonly early: number;
  readonly sameItem: boolean;
}
const PLAIN: Variant = { cap: Infinity, early: 0, sameItem: false };

export function duplicates(world: World, onPatient: (patient: number) => void): Duplicate[] {
  const out: Duplicate[] = [];
  for (let patient = 0; patient < world.patients.ids.length; patient++) {
    onPatient(patient);
    const fills = fillsOf(world, patient).filter(
      (f) => world.institutions.type[f.institution] === INSTITUTION_HOSPITAL,
    );
    if (fills.length < 2) continue;
    for (const [ingredient, list] of byIngredient(fills)) {
      const hospitals = new Set(list.map((f) => f.institution)).size;
      if (hospitals < 2) continue;
      const early = overlaps(list, PLAIN);
      const days = sum(early);
      if (days <= 0) continue;
      const order = list.map((_, k) => k).filter((k) => early[k]! > 0);
      order.sort((a, b) => early[b]! - early[a]! || list[a]!.row - list[b]!.row);
      out.push({
        ...{ patient, ingredient, days, hospitals },
        sameItem: sum(overlaps(list, { ...PLAIN, sameItem: true })),
        notEarly: sum(overlaps(list, { ...PLAIN, early: EARLY })),
        monthly: sum(overlaps(list, { ...PLAIN, cap: MONTH })),
        rows: order.map((k) => list[k]!.row),
      });
    }
  }
  return out;
}

/** For each fill, its days that another hospital’s supply covers already. */
function overlaps(fills: readonly Fill[], variant: Variant): number[] {
  const ends = new Map<number, { end: number; item: number }>();
  return fills.map((f) => {
    const days = Math.min(f.days, variant.cap);
    let covered = 0;
    for (const [institution, { end, item }] of ends) {
      if (institution === f.institution || (variant.sameItem && item !== f.item)) continue;
      covered = Math.max(covered, end - f.day - variant.early);
    }
    const own = ends.get(f.institution)?.end ?? f.day;
    ends.set(f.institution, { end: Math.max(own, f.day) + days, item: f.item });
    return Math.max(0, Math.min(days, covered));
  });
}

const sum = (values: readonly number[]) => values.reduce((x, y) => x + y, 0);
