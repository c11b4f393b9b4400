import type { InnocentExplanation } from '../model/finding.js';
import type { Patients } from '../projection/world.js';
import { type GroupSearch, remainingP } from './groupSearch.js';

/**
 * X of DETECTORS.md: the meetings that an innocent hypothesis accounts for are taken away and the
 * rest is tested again. The q of the hypothesis is the p of that rest: small rejects it, because the
 * group stands without those meetings; large accepts it.
 */
export interface Hypothesis {
  readonly code: string;
  /** How many of the meetings of two members it accounts for; Infinity for all. */
  readonly explains: (a: number, b: number) => number;
}

export function testHypotheses(
  members: readonly number[],
  hypotheses: readonly Hypothesis[],
  search: GroupSearch,
  household: Int32Array,
  minUnits: number,
): InnocentExplanation[] {
  return hypotheses
    .map(({ code, explains }) => ({
      code,
      ...remainingP(members, search, explains, minUnits, household),
    }))
    .filter(({ weight }) => weight > 0)
    .map(({ code, p, weight }) => ({ code, q: p, weight: round(weight) }))
    .sort((x, y) => y.q - x.q || (x.code < y.code ? -1 : 1));
}

/** The best explanation that accounts for a part worth speaking of; 0 when there is none. */
export function bestExplanation(innocent: readonly InnocentExplanation[]): number {
  return Math.max(0, ...innocent.filter((x) => x.weight > 0.1).map((x) => x.q));
}

/** People who share an address, a telephone or an employer. */
export function sharedAttributes(patients: Patients): Hypothesis[] {
  const same = (group: Int32Array) => (a: number, b: number) =>
    group[a]! >= 0 && group[a] === group[b] ? Infinity : 0;
  return [
    { code: 'same-address', explains: same(patients.address) },
    { code: 'same-phone', explains: same(patients.phone) },
    { code: 'same-employer', explains: same(patients.employer) },
  ];
}

/**
 * Units that a group provably has: households, and where nothing is known that could join a person to a
 * household, UNKNOWN_HOUSEHOLD such people count as one, since they might be one.
 */
const UNKNOWN_HOUSEHOLD = 2;

export function provableUnits(members: readonly number[], patients: Patients): number {
  const known = new Set<number>();
  let unknown = 0;
  for (const m of members) {
    if (patients.householdKnown[m]) known.add(patients.household[m]!);
    else unknown++;
  }
  return known.size + Math.floor(unknown / UNKNOWN_HOUSEHOLD);
}

export function round(x: number): number {
  return Math.round(x * 1e6) / 1e6;
}
