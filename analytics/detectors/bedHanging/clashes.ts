import { push } from '../../model/multimap.js';
import { weekdayOf } from '../../model/time.js';
import { rowsOf } from '../../projection/indexes.js';
import {
  CLASS_CHRONIC,
  CLASS_OUTPATIENT,
  CLASS_PHARMACY,
  type World,
} from '../../projection/world.js';
import type { Stays } from '../stays.js';

/** A stay with at least one whole day between its first and its last, and what went on meanwhile. */
export interface Stay {
  readonly index: number;
  readonly patient: number;
  readonly hospital: number;
  readonly department: number;
  readonly row: number;
  readonly begin: number;
  readonly end: number;
  /**
   * Visits elsewhere that the patient's habit outside hospital would put on the days between, at
   * most 1: a stay clashes or does not.
   */
  readonly exposure: number;
  readonly clashes: readonly Clash[];
}

export interface Clash {
  readonly row: number;
  readonly day: number;
  /** Institution. */
  readonly place: number;
  /** One of the household used the same place on the same day: a relative who fetches. */
  readonly relative: boolean;
  readonly weekend: boolean;
  /** Within the last two days before discharge: the discharge may have been written late. */
  readonly late: boolean;
}

const LATE_DAYS = 2;

/** Every stay on which somebody could have been seen elsewhere, in order of stay. */
export function interiorStays(world: World, stays: Stays): Stay[] {
  const byPatient = new Map<number, number[]>();
  stays.patient.forEach((p, i) => {
    push(byPatient, p, i);
  });
  const usual = visitsADay(world);
  const relatives = householdVisits(world, stays, byPatient);
  const out: Stay[] = [];
  for (const [patient, own] of byPatient) {
    const visits = [...rowsOf(world, patient)].filter((i) => isVisit(world, i));
    const rate = habit(world, stays, own, visits, usual);
    for (const i of own) {
      const [begin, end] = [stays.begin[i]!, stays.end[i]!];
      const days = end - begin - 1;
      if (days < 1) continue;
      const s = world.settlements;
      const hospital = stays.institution[i]!;
      const inside = visits.filter(
        (v) => s.institution[v] !== hospital && s.day[v]! > begin && s.day[v]! < end,
      );
      out.push({
        index: i,
        patient,
        hospital,
        department: s.department[stays.row[i]!]!,
        row: stays.row[i]!,
        begin,
        end,
        exposure: Math.min(1, rate * days),
        clashes: inside.map((row) => ({
          row,
          day: s.day[row]!,
          place: s.institution[row]!,
          relative: (relatives.get(visitKey(world, row)) ?? patient) !== patient,
          weekend: weekdayOf(s.day[row]!) >= 5,
          late: s.day[row]! >= end - LATE_DAYS,
        })),
      });
    }
  }
  return out.sort((x, y) => x.index - y.index);
}

/** Dialysis is left out: patients are taken from the ward to a centre, and its own detector judges it. */
function isVisit(world: World, i: number): boolean {
  const s = world.settlements;
  const c = s.class[i];
  return (
    (c === CLASS_OUTPATIENT || c === CLASS_CHRONIC || c === CLASS_PHARMACY) &&
    !s.cancelled[i] &&
    !s.dialysis[i]
  );
}

/** Visits a day of a patient outside hospital, shrunk to everybody's. */
function habit(
  world: World,
  stays: Stays,
  own: readonly number[],
  visits: readonly number[],
  usual: number,
): number {
  const s = world.settlements;
  let away = 0;
  for (const i of own) away += Math.max(0, stays.end[i]! - stays.begin[i]! - 1);
  const outside = visits.filter(
    (v) => !own.some((i) => s.day[v]! > stays.begin[i]! && s.day[v]! < stays.end[i]!),
  ).length;
  const days = Math.max(30, world.toDay - world.fromDay - away);
  return (outside + 1) / (days + 1 / usual);
}

function visitsADay(world: World): number {
  const s = world.settlements;
  let visits = 0;
  const people = new Set<number>();
  for (let i = 0; i < s.count; i++)
    if (isVisit(world, i)) {
      visits++;
      people.add(s.patient[i]!);
    }
  return Math.max(1, visits) / Math.max(1, people.size * Math.max(1, world.toDay - world.fromDay));
}

const visitKey = (world: World, i: number) =>
  `${world.patients.household[world.settlements.patient[i]!]}|${world.settlements.institution[i]}|${world.settlements.day[i]}`;

/** Stands for more than one visitor of a household. */
const SEVERAL = -2;

/** Who of a household was at a place on a day, by household · place · day; whoever lay in hospital that day cannot be the one. */
function householdVisits(
  world: World,
  stays: Stays,
  inpatients: ReadonlyMap<number, readonly number[]>,
): Map<string, number> {
  const { household } = world.patients;
  const homes = new Set([...inpatients.keys()].map((p) => household[p]!));
  const s = world.settlements;
  const out = new Map<string, number>();
  for (let i = 0; i < s.count; i++) {
    const p = s.patient[i]!;
    if (!homes.has(household[p]!) || !isVisit(world, i)) continue;
    const own = inpatients.get(p) ?? [];
    if (own.some((k) => s.day[i]! > stays.begin[k]! && s.day[i]! < stays.end[k]!)) continue;
    const key = visitKey(world, i);
    out.set(key, (out.get(key) ?? p) === p ? p : SEVERAL);
  }
  return out;
}
