import { push } from '../../model/multimap.js';
import { rowsOf } from '../../projection/indexes.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';

/** A drug handed out once: so many days of one ingredient. */
export interface Fill {
  readonly row: number;
  readonly line: number;
  readonly day: number;
  /** Days that it lasts, as prescribed, else packs × pack size ÷ day's dose. */
  readonly days: number;
  readonly institution: number;
  readonly doctor: number;
  readonly item: number;
  readonly ingredient: number;
}

/** Nobody is given more at once, whatever a record says. */
const DAYS_MAX = 180;
const WESTERN = 101;

/** Western and patent drugs that one person took home, in order of time; wards and dialysis are left out. */
export function fillsOf(world: World, patient: number): Fill[] {
  const { lines, items, settlements: s } = world;
  const out: Fill[] = [];
  for (const row of rowsOf(world, patient)) {
    if (s.cancelled[row] || s.class[row] === CLASS_INPATIENT || s.dialysis[row]) continue;
    for (let l = lines.start[row] ?? 0; l < (lines.start[row + 1] ?? 0); l++) {
      const item = lines.item[l]!;
      const ingredient = items.ingredient[item]!;
      if (ingredient < 0 || items.listType[item] !== WESTERN) continue;
      const days = supplyOf(world, l, item);
      if (!(days > 0)) continue;
      out.push({
        row,
        line: l,
        day: s.day[row]!,
        days,
        institution: s.institution[row]!,
        doctor: doctorOf(world, l, row),
        item,
        ingredient,
      });
    }
  }
  return out;
}

function supplyOf(world: World, line: number, item: number): number {
  const { lines, items } = world;
  const said = lines.supplyDays[line]!;
  const days =
    said > 0
      ? said
      : Math.round((lines.units[line]! * items.packSize[item]!) / items.dayDose[item]!);
  return Number.isFinite(days) ? Math.min(DAYS_MAX, days) : 0;
}

function doctorOf(world: World, line: number, row: number): number {
  const own = world.lines.doctor[line]!;
  return own >= 0 ? own : world.settlements.doctor[row]!;
}

/** Fills by ingredient, each in order of time. */
export function byIngredient(fills: readonly Fill[]): Map<number, Fill[]> {
  const out = new Map<number, Fill[]>();
  for (const f of fills) push(out, f.ingredient, f);
  return out;
}
