import { countShares, type Links, logChance } from '../../algorithms/placeLinks.js';
import type { World } from '../../projection/world.js';

/** Who used what, by patient; of each household the one who used most. */
export function householdLinks(world: World): Links {
  const s = world.settlements;
  const width = world.institutions.ids.length;
  const keys = new Set<number>();
  for (let i = 0; i < s.count; i++)
    if (!s.cancelled[i]) keys.add(s.patient[i]! * width + s.institution[i]!);
  const sorted = Float64Array.from(keys).sort();
  const degree = new Map<number, number>();
  for (const k of sorted) {
    const p = Math.floor(k / width);
    degree.set(p, (degree.get(p) ?? 0) + 1);
  }
  const head = new Map<number, number>();
  for (const [p, d] of degree) {
    const home = world.patients.household[p]!;
    const known = head.get(home);
    if (known === undefined || d > degree.get(known)!) head.set(home, p);
  }
  const kept = sorted.filter((k) => {
    const p = Math.floor(k / width);
    return head.get(world.patients.household[p]!) === p;
  });
  return {
    patient: Int32Array.from(kept, (k) => Math.floor(k / width)),
    place: Int32Array.from(kept, (k) => k % width),
  };
}

/** Links that the habits of everybody else in the areas would put into the block. */
export function expectedLinks(
  links: Links,
  area: Int32Array,
  block: { readonly rows: readonly number[]; readonly columns: readonly number[] },
): number {
  const inside = new Set(block.rows);
  const outside = Array.from(links.patient, (_, e) => e).filter(
    (e) => !inside.has(links.patient[e]!),
  );
  const shares = countShares(
    {
      patient: Int32Array.from(outside, (e) => links.patient[e]!),
      place: Int32Array.from(outside, (e) => links.place[e]!),
    },
    area,
  );
  const degree = new Map<number, number>();
  for (const p of links.patient) degree.set(p, (degree.get(p) ?? 0) + 1);
  let sum = 0;
  for (const m of block.rows)
    for (const h of block.columns)
      sum += Math.exp(
        -logChance(
          degree.get(m)!,
          shares.here.get(area[m]! * shares.places + h) ?? 0,
          shares.ofArea.get(area[m]!) ?? 0,
          shares.ofPlace.get(h) ?? 0,
          Math.max(1, shares.total),
        ),
      );
  return sum;
}
