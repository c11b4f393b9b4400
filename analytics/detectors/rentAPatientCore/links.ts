import { countShares, type Links, logChance } from '../../algorithms/placeLinks.js';
import type { World } from '../../projection/world.js';

/** Who used what, by patient. */
export function usedLinks(world: World): Links {
  const s = world.settlements;
  const width = world.institutions.ids.length;
  const keys = new Set<number>();
  for (let i = 0; i < s.count; i++)
    if (!s.cancelled[i]) keys.add(s.patient[i]! * width + s.institution[i]!);
  const sorted = Float64Array.from(keys).sort();
  return {
    patient: Int32Array.from(sorted, (k) => Math.floor(k / width)),
    place: Int32Array.from(sorted, (k) => k % width),
  };
}

/** Of each household the one who used most. */
export function householdLinks({ patient, place }: Links, household: Int32Array): Links {
  const degree = new Map<number, number>();
  for (const p of patient) degree.set(p, (degree.get(p) ?? 0) + 1);
  const head = new Map<number, number>();
  for (const [p, d] of degree) {
    const known = head.get(household[p]!);
    if (known === undefined || d > degree.get(known)!) head.set(household[p]!, p);
  }
  const kept = (_: number, e: number) => head.get(household[patient[e]!]!) === patient[e];
  return { patient: patient.filter(kept), place: place.filter(kept) };
}

/** Chance that somebody uses a place by the habits of his home, which are those of everybody but the people `apart`. */
function habitOf(
  links: Links,
  area: Int32Array,
  apart: readonly number[],
): (patient: number, place: number) => number {
  const inside = new Set(apart);
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
  return (m, h) =>
    Math.exp(
      -logChance(
        degree.get(m)!,
        shares.here.get(area[m]! * shares.places + h) ?? 0,
        shares.ofArea.get(area[m]!) ?? 0,
        shares.ofPlace.get(h) ?? 0,
        Math.max(1, shares.total),
      ),
    );
}

/** Links that the habits of everybody else in the areas would put between the people and each of the places. */
export function expectedLinks(
  links: Links,
  area: Int32Array,
  people: readonly number[],
  places: readonly number[],
): number[] {
  const chance = habitOf(links, area, people);
  return places.map((h) => people.reduce((sum, m) => sum + chance(m, h), 0));
}
