import { exceedanceTail } from '../../algorithms/exceedance.js';
import type { World } from '../../projection/world.js';
import { byIngredient, type Fill, fillsOf } from './fills.js';

/** What one person took home of drugs that are easily resold. Supply is in days per day of the period. */
export interface Taker {
  readonly patient: number;
  readonly supply: number;
  /** Each supply taken for a month at most. */
  readonly monthly: number;
  /** Of the drug there is most of. */
  readonly single: number;
  readonly prescribers: number;
  readonly places: number;
  readonly fills: readonly Fill[];
}

/** Packs of these are sold on; where nobody said which, any drug may be. */
const RISK = 2;
const MONTH = 30;

export function takers(world: World, onPatient: (patient: number) => void): Taker[] {
  const { resaleRisk } = world.items;
  const known = resaleRisk.some((r) => r >= RISK);
  const days = Math.max(1, world.toDay - world.fromDay);
  const out: Taker[] = [];
  for (let patient = 0; patient < world.patients.ids.length; patient++) {
    onPatient(patient);
    const fills = fillsOf(world, patient).filter((f) => !known || resaleRisk[f.item]! >= RISK);
    if (fills.length === 0) continue;
    const drugs = [...byIngredient(fills).values()];
    out.push({
      ...{ patient, fills },
      supply: total(fills, Infinity) / days,
      monthly: total(fills, MONTH) / days,
      single: Math.max(...drugs.map((list) => total(list, Infinity))) / days,
      prescribers: new Set(fills.map((f) => f.doctor).filter((d) => d >= 0)).size,
      places: new Set(fills.map((f) => f.institution)).size,
    });
  }
  return out;
}

function total(fills: readonly Fill[], cap: number): number {
  return fills.reduce((sum, f) => sum + Math.min(cap, f.days), 0);
}

/**
 * P that a taker has so much, from so many places and prescribers: the three tails among all takers
 * add up (−ln p) to one score, whose own tail among all takers is the p, so that nothing is
 * assumed of how the three go together. Undefined where the takers are too few.
 */
export function takerTails(
  all: readonly Taker[],
  supply: (t: Taker) => number,
): ((i: number) => number) | undefined {
  const parts = [supply, (t: Taker) => t.places, (t: Taker) => t.prescribers].map((of) => {
    const values = all.map((t) => Math.log1p(of(t)));
    const tail = exceedanceTail(values);
    return tail && values.map((v) => -Math.log(tail(v)));
  });
  if (parts.some((p) => p === undefined)) return undefined;
  const score = all.map((_, i) => parts.reduce((sum, p) => sum + p![i]!, 0));
  const tail = exceedanceTail(score)!;
  return (i) => tail(score[i]!);
}
