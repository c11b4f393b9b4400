import { sidak } from '../../algorithms/multiplicity.js';
import { logPoissonTail } from '../../algorithms/tails.js';
import { settlementsByPatient } from '../../projection/indexes.js';
import type { World } from '../../projection/world.js';
import { weekOf } from './weeks.js';

/** Respiratory and acute intestinal infections, and their signs (ICD-10). */
const INFECTIOUS = /^(J0|J1|J2|U07|A0|B0[0-9]|R50)/;
/** A neighbour with fewer settlements than this cannot have sent a crowd when it closed. */
const NEIGHBOUR_ROWS = 20;
/** Weeks before and after the change in which a neighbour may close. */
const CLOSING_WEEKS = 4;
/** A day is an event with so many times the visits of the middle day, and more than chance makes of any of the days. */
const CROWD = 3;
const BY_CHANCE = 0.05;
/** A ward fills up: the change stands out so many weeks after its first patient, at most. */
const FILLING_WEEKS = 10;
/** A department that is not seen in the first weeks of the data was not there. */
const UNSEEN_WEEKS = 4;

export interface Change {
  readonly institution: number;
  /** First week of the change, and first week after it. */
  readonly week: number;
  readonly until: number;
  readonly firstDay: number;
  readonly weeks: number;
}

/** Settlements that a hypothesis accounts for. */
export function hypotheses(
  world: World,
  change: Change,
): ReadonlyArray<readonly [string, (row: number) => boolean]> {
  return [
    ['new-ward', newWard(world, change)],
    ['outbreak-week', infectious(world)],
    ['neighbour-closed', fromClosed(world, change)],
    ['promotion-day', crowdedDays(world, change)],
  ];
}

/**
 * Departments of the institution that were first seen about the change, and would have been seen before if they had been there: with
 * their share of the visits since, none of those before was theirs by chance (1 − share)^visits, Šidák over the departments. One that a
 * small hospital uses now and then is not new when it is first seen in May.
 */
function newWard(world: World, change: Change): (row: number) => boolean {
  const s = world.settlements;
  const from = Math.max(UNSEEN_WEEKS, change.week - FILLING_WEEKS);
  const visits: Array<{ week: number; department: number }> = [];
  for (let i = 0; i < s.count; i++) {
    const week = weekOf(world, i, change.firstDay);
    if (s.institution[i] === change.institution && !s.cancelled[i] && week < change.until)
      visits.push({ week, department: s.department[i]! });
  }
  // A place that was not there before has no new ward: it is new itself.
  if (!visits.some((v) => v.week < from)) return () => false;
  const departments = new Set(visits.map((v) => v.department));
  const isNew = (department: number) => {
    const own = visits.filter((v) => v.department === department);
    const first = Math.min(...own.map((v) => v.week));
    const before = visits.filter((v) => v.week < first).length;
    const unseen = (1 - own.length / (visits.length - before)) ** before;
    return first >= from && sidak(unseen, departments.size) <= BY_CHANCE;
  };
  const fresh = new Set([...departments].filter((d) => d >= 0 && isNew(d)));
  return (i) => s.institution[i] === change.institution && fresh.has(s.department[i]!);
}

function infectious(world: World): (row: number) => boolean {
  const s = world.settlements;
  const is = s.diagnoses.map((d) => INFECTIOUS.test(d));
  return (i) => s.diagnosis[i]! >= 0 && is[s.diagnosis[i]!]!;
}

/**
 * The days of the change on which the institution had far more visits than on its middle day, and than chance brings to any of
 * them (Poisson with the mean of the days that are not far above the middle, Šidák): where somebody comes every other day, four on
 * one day are no event.
 */
function crowdedDays(world: World, change: Change): (row: number) => boolean {
  const s = world.settlements;
  const visits = new Map<number, number>();
  for (let i = 0; i < s.count; i++) {
    if (s.institution[i] !== change.institution || s.cancelled[i]) continue;
    const week = weekOf(world, i, change.firstDay);
    if (week < change.week || week >= change.until) continue;
    visits.set(s.day[i]!, (visits.get(s.day[i]!) ?? 0) + 1);
  }
  const counts = [...visits.values()].sort((x, y) => x - y);
  const line = CROWD * (counts[counts.length >> 1] ?? 0);
  const usual = counts.filter((n) => n <= line);
  const mean = usual.reduce((x, y) => x + y, 0) / Math.max(1, usual.length);
  const crowd = (n: number) =>
    n > line && sidak(Math.exp(logPoissonTail(n, mean)), counts.length) <= BY_CHANCE;
  const crowded = new Set([...visits].filter(([, n]) => crowd(n)).map(([day]) => day));
  return (i) => s.institution[i] === change.institution && crowded.has(s.day[i]!);
}

/** People who used an institution of the type that stopped about the change. */
function fromClosed(world: World, change: Change): (row: number) => boolean {
  const s = world.settlements;
  const { type } = world.institutions;
  const last = new Int32Array(type.length).fill(-1);
  const rows = new Int32Array(type.length);
  for (let i = 0; i < s.count; i++) {
    if (s.cancelled[i]) continue;
    const h = s.institution[i]!;
    rows[h]!++;
    last[h] = Math.max(last[h]!, weekOf(world, i, change.firstDay));
  }
  const closed = new Set<number>();
  last.forEach((week, h) => {
    if (h === change.institution || type[h] !== type[change.institution]) return;
    if (rows[h]! < NEIGHBOUR_ROWS || week >= change.weeks - CLOSING_WEEKS) return;
    if (Math.abs(week - change.week) <= CLOSING_WEEKS) closed.add(h);
  });
  if (closed.size === 0) return () => false;
  const moved = new Uint8Array(world.patients.ids.length);
  const index = settlementsByPatient(world);
  for (let p = 0; p + 1 < index.start.length; p++)
    for (let k = index.start[p]!; k < index.start[p + 1]!; k++)
      if (closed.has(s.institution[index.rows[k]!]!)) moved[p] = 1;
  return (i) => moved[s.patient[i]!] === 1;
}
