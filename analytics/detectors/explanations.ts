import type { InnocentExplanation } from '../model/finding.js';
import { HOUSEHOLD_MAX } from '../projection/people.js';
import type { Patients } from '../projection/world.js';
import { type GroupSearch, remainingP } from './groupSearch.js';

/**
 * X of DETECTORS.md: the meetings that an innocent hypothesis accounts for are taken away and the
 * rest is tested again. The q of the hypothesis is the p of that rest: small rejects it, because the
 * group stands without those meetings; large accepts it. What accounts for nothing has weight 0 and is
 * shown all the same: it was looked at.
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
    .map(({ code, p, weight }) => ({ code, q: p, weight: round(weight) }))
    .sort((x, y) => y.q - x.q || (x.code < y.code ? -1 : 1));
}

/** The best explanation that accounts for a part worth speaking of; 0 when there is none. */
export function bestExplanation(innocent: readonly InnocentExplanation[]): number {
  return Math.max(0, ...innocent.filter((x) => x.weight > 0.1).map((x) => x.q));
}

/** Where most known addresses of a group are one, this share of them decides for the unknown ones. */
const MAJORITY = 0.6;
/** With this share of one address the few others are of it too: they kept the registration of an old home. */
const NEARLY_ALL = 0.75;

/** People who share an address (a care home has a carer who fetches), a telephone or an employer. */
export function sharedAttributes(members: readonly number[], patients: Patients): Hypothesis[] {
  const same = (group: Int32Array) => (a: number, b: number) =>
    group[a]! >= 0 && group[a] === group[b] ? Infinity : 0;
  return [
    { code: 'same-address', explains: sameAddress(members, patients.address) },
    { code: 'same-phone', explains: same(homePhones(patients.phone)) },
    { code: 'same-employer', explains: same(patients.employer) },
  ];
}

/** Fewer of one village are no sign that a group is of it. */
const NEIGHBOURS_MIN = 3;

/** Whether most of those whose village is known are of one. */
export function areNeighbours(members: readonly number[], village: Int32Array): boolean {
  const known = members.map((m) => village[m]!).filter((v) => v >= 0);
  const count = new Map<number, number>();
  for (const v of known) count.set(v, (count.get(v) ?? 0) + 1);
  const most = Math.max(0, ...count.values());
  return most >= NEIGHBOURS_MIN && most >= MAJORITY * known.length;
}

/** A household that goes out together is hardly ever larger. */
const OUTING_MAX = 5;

/**
 * Units that a group provably has: known households, and villages where an address names no more than
 * that. People of whom nothing is known may belong to any of these, so they add units only by their number: at
 * most `together` of one household do this together.
 */
export function provableUnits(
  members: readonly number[],
  patients: Patients,
  together = OUTING_MAX,
): number {
  const known = new Set<number>();
  for (const m of members)
    if (patients.householdKnown[m]) known.add(patients.household[m]!);
    else if (patients.address[m]! >= 0) known.add(-1 - patients.address[m]!);
  return Math.max(known.size, Math.ceil(members.length / together));
}

const homePhonesCache = new WeakMap<Int32Array, Int32Array>();

/**
 * A telephone that more than a household gives is no household's: it may be the broker's own. Made once for the
 * telephones of a world.
 */
function homePhones(phone: Int32Array): Int32Array {
  const known = homePhonesCache.get(phone);
  if (known) return known;
  const size = new Map<number, number>();
  for (const p of phone) if (p >= 0) size.set(p, (size.get(p) ?? 0) + 1);
  const made = phone.map((p) => (p >= 0 && size.get(p)! <= HOUSEHOLD_MAX ? p : -1));
  homePhonesCache.set(phone, made);
  return made;
}

/**
 * Members of unknown address are taken to live where most of the others do, when most do, and when nearly all do
 * so are those of another address: one resident of a care home who is still registered elsewhere is joined to
 * all others, which would be left as a group of its own.
 */
export function sameAddress(
  members: readonly number[],
  address: Int32Array,
): (a: number, b: number) => number {
  const count = new Map<number, number>();
  let known = 0;
  for (const m of members) {
    if (address[m]! < 0) continue;
    known++;
    count.set(address[m]!, (count.get(address[m]!) ?? 0) + 1);
  }
  const [usual, most] = [...count].sort((x, y) => y[1] - x[1] || x[0] - y[0])[0] ?? [-1, 0];
  const fill = most >= 3 && most >= MAJORITY * known ? usual : -1;
  const all = most >= 3 && most >= NEARLY_ALL * known;
  const of = (m: number) => (all ? usual : address[m]! >= 0 ? address[m]! : fill);
  return (a, b) => (of(a) >= 0 && of(a) === of(b) ? Infinity : 0);
}

export function round(x: number): number {
  return Math.round(x * 1e6) / 1e6;
}
