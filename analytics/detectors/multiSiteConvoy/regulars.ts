/**
 * Cards that go round the same pharmacies again and again without ever going together: a runner who knows that
 * cards are watched for meeting takes them on days of their own. Hardly anybody is at two pharmacies on one day
 * more than once or twice a year, and who is has habits, but several unrelated people do not share them.
 *
 * A pair of pharmacies is tested by how many units (households) made `least` rounds over it or more, against the
 * share of such regulars among all who ever made that round (negative binomial, φ = `spread`). A pair counts for two
 * regulars at most in that share, and neither the ring's own pairs nor those of surer rings count (stepping down,
 * Holm 1979). A round much used, a market street, has many who make it once, and has its regulars.
 */

import type { Trip } from '../../algorithms/convoys.js';
import { sidak } from '../../algorithms/multiplicity.js';
import { logNegativeBinomialTail } from '../../algorithms/tails.js';
import { push } from '../../model/multimap.js';
import { pairKey } from '../jointVisits.js';

export interface RegularRing {
  /** Patients with `least` rounds over the ring's pharmacies, ascending. */
  readonly members: readonly number[];
  /** Trips of the members, in order. */
  readonly trips: readonly number[];
  /** Units of the surest pair of pharmacies, and expected ones. */
  readonly units: number;
  readonly expected: number;
  /** Family-wise over the pairs of pharmacies. */
  readonly p: number;
  /** The same where the people of one group (an address, an employer) are one unit. */
  pOf(group: (patient: number) => number): number;
}

export interface RegularOptions {
  readonly least: number;
  /** A round that so many others make on the same day is an event, and nobody's habit. */
  readonly crowd: number;
  readonly minUnits: number;
  readonly spread: number;
  readonly q: number;
}

interface Cell {
  readonly key: number;
  /** Patients with `least` rounds over the pair, and units that made fewer. */
  readonly regulars: readonly number[];
  readonly units: number;
  readonly casual: number;
}

/** Regulars that one pair of pharmacies counts for at most, and rounders without a regular that the share begins with. */
const COUNTED = 2;
const PRIOR = 50;
/** Of those who walk a street now and then at least so many walk it often, whatever the share elsewhere. */
const STREET = 0.1;

/** Rings of regulars, the surest first; `unitOf` says whose household a patient is of. */
export function regularRings(
  trips: readonly Trip[],
  unitOf: (patient: number) => number,
  options: RegularOptions,
): RegularRing[] {
  const cells = cellsOf(trips, unitOf, options).sort(
    (x, y) => y.units - x.units || x.casual - y.casual || x.key - y.key,
  );
  const gone = new Set<number>();
  const rings: RegularRing[] = [];
  for (const cell of cells) {
    const fresh = cell.regulars.filter((m) => !gone.has(m));
    if (fresh.length * 2 <= cell.regulars.length) continue;
    if (cell.units < options.minUnits) break;
    const linked = together(cells, cell, gone);
    const share = shareOfRegulars(cells, new Set([...linked, ...gone]));
    const expected = Math.max(share, STREET) * cell.casual + share;
    const pOf = (units: number) =>
      sidak(Math.exp(logNegativeBinomialTail(units, expected, 1 / options.spread)), cells.length);
    const p = pOf(cell.units);
    if (p > options.q) continue;
    const places = new Set<number>();
    for (const c of cells)
      if (c.regulars.filter((m) => linked.has(m)).length >= COUNTED)
        for (const h of placesOf(c.key)) places.add(h);
    const own = roundsWithin(trips, places);
    const members = [...own]
      .filter(([m, list]) => list.length >= options.least && !gone.has(m))
      .map(([m]) => m)
      .sort((x, y) => x - y);
    for (const m of members) gone.add(m);
    rings.push({
      members,
      trips: members.flatMap((m) => own.get(m)!),
      ...{ units: cell.units, expected, p },
      pOf: (group) => pOf(new Set(cell.regulars.map(group)).size),
    });
  }
  return rings;
}

const PLACES = 2 ** 26;
const placesOf = (key: number) => [Math.floor(key / PLACES), key % PLACES];

function cellsOf(
  trips: readonly Trip[],
  unitOf: (patient: number) => number,
  { least, crowd }: RegularOptions,
): Cell[] {
  const byDay = new Map<number, Map<number, number[]>>();
  for (const t of trips) {
    const places = [...new Set(t.places)];
    for (const [i, x] of places.entries())
      for (const y of places.slice(i + 1)) {
        const days = byDay.get(pairKey(x, y)) ?? new Map<number, number[]>();
        byDay.set(pairKey(x, y), days.set(t.day, [...(days.get(t.day) ?? []), t.patient]));
      }
  }
  const rounds = [...byDay].map(([key, days]) => {
    const own = new Map<number, number>();
    for (const people of days.values())
      if (people.length <= crowd) for (const m of people) own.set(m, (own.get(m) ?? 0) + 1);
    return [key, own] as const;
  });
  return rounds.map(([key, own]) => {
    const regulars = [...own].filter(([, n]) => n >= least).map(([m]) => m);
    const units = new Set(regulars.map(unitOf));
    const all = new Set([...own.keys()].map(unitOf));
    return { key, regulars, units: units.size, casual: all.size - units.size };
  });
}

/** The regulars of a pair of pharmacies, and of the pairs that have two of them. */
function together(cells: readonly Cell[], cell: Cell, gone: ReadonlySet<number>): Set<number> {
  const out = new Set(cell.regulars.filter((m) => !gone.has(m)));
  for (let before = 0; before < out.size; ) {
    before = out.size;
    for (const c of cells)
      if (c.regulars.filter((m) => out.has(m)).length >= COUNTED)
        for (const m of c.regulars) if (!gone.has(m)) out.add(m);
  }
  return out;
}

/** Regulars among those who ever made a round, without the pairs of pharmacies where any of `apart` is one. */
function shareOfRegulars(cells: readonly Cell[], apart: ReadonlySet<number>): number {
  let regulars = 1;
  let all = PRIOR;
  for (const c of cells) {
    if (c.regulars.some((m) => apart.has(m))) continue;
    regulars += Math.min(COUNTED, c.units);
    all += Math.min(COUNTED, c.units) + c.casual;
  }
  return regulars / all;
}

/** Trips by patient that were at two of the places or more. */
function roundsWithin(trips: readonly Trip[], places: ReadonlySet<number>): Map<number, number[]> {
  const out = new Map<number, number[]>();
  trips.forEach((t, i) => {
    if (new Set(t.places.filter((h) => places.has(h))).size < 2) return;
    push(out, t.patient, i);
  });
  return out;
}
