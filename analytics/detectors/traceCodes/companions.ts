import type { World } from '../../projection/world.js';
import type { TraceSales } from './loops.js';
import type { Pass } from './sellers.js';

/**
 * People who had the same drugs where the packs of a ring came from. Not every pack comes to light again: who else carries
 * packs to the same pharmacies shows by what he buys. Of all who bought any of the drugs at all, but never where
 * the packs came from, few have several of them, for they are of different illnesses. Formula: p of somebody with m of
 * them = (1 + people elsewhere with m or more) / (1 + people elsewhere); Benjamini–Hochberg over the buyers
 * at the sources of whom nothing is known yet. Two drugs at least.
 */
export function companions(
  world: World,
  { bills, itemOfLot }: TraceSales,
  passes: readonly Pass[],
  known: ReadonlySet<number>,
  q: number,
): number[] {
  const sources = new Set(passes.map((x) => world.settlements.institution[x.from]!));
  const drugs = new Set(passes.map((x) => x.loop.item));
  const had = new Map<number, Set<number>>();
  const near = new Set<number>();
  for (let b = 0; b < bills.count; b++) {
    const item = itemOfLot[bills.lot[b]!]!;
    if (!drugs.has(item)) continue;
    const patient = bills.patient[b]!;
    const mine = had.get(patient);
    if (mine) mine.add(item);
    else had.set(patient, new Set([item]));
    if (sources.has(bills.institution[b]!)) near.add(patient);
  }
  for (const patient of known) had.delete(patient);
  const buyers = [...near].filter((patient) => had.has(patient));
  const many = (m: number, isNear: boolean) => {
    let n = 0;
    for (const [patient, of] of had) if (near.has(patient) === isNear && of.size >= m) n++;
    return n;
  };
  const elsewhere = many(1, false);
  for (let m = 2; m <= drugs.size; m++) {
    const p = (1 + many(m, false)) / (1 + elsewhere);
    if (p * buyers.length <= q * many(m, true))
      return buyers.filter((patient) => had.get(patient)!.size >= m);
  }
  return [];
}
