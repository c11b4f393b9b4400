import { distanceKm } from '../../algorithms/sphere.js';
import { push } from '../../model/multimap.js';
import { dayOf } from '../../model/time.js';
import {
  CLASS_CHRONIC,
  CLASS_OUTPATIENT,
  INSTITUTION_HOSPITAL,
  type World,
} from '../../projection/world.js';
import { doctorsClock } from './clocks.js';

/** A day that one doctor cannot have had. */
export interface Impossible {
  /** Out-patient settlements behind it. */
  readonly rows: readonly number[];
  /** The two sites of a clash, ascending; the busiest site of a full day. */
  readonly sites: readonly number[];
  /** Still impossible when only the doctor's usual department counts. */
  readonly inOneDepartment: boolean;
}

export interface DoctorDays {
  readonly doctor: number;
  readonly visits: number;
  readonly days: number;
  /** Days with patients at more than one site. */
  readonly travels: number;
  readonly twoSites: readonly Impossible[];
  readonly overfull: readonly Impossible[];
}

/** What lies between two patients of one doctor. */
interface Journey {
  /** Minutes of any journey, at least. */
  readonly minutes: number;
  /** Sites nearer to each other than this are one. */
  readonly kilometres: number;
  /** Kilometres as the crow flies that are covered in an hour from door to door, at most. */
  readonly speed: number;
}

const DAY_MINUTES = 1440;

/** Out-patient work of every doctor; stays are left out, since they are settled when the patient leaves. */
export function doctorDays(
  world: World,
  params: Journey & { minutesAVisit: number },
): DoctorDays[] {
  const s = world.settlements;
  const rowsOf = new Map<number, number[]>();
  for (let i = 0; i < s.count; i++) {
    const c = s.class[i];
    if (s.doctor[i]! < 0 || s.cancelled[i] || (c !== CLASS_OUTPATIENT && c !== CLASS_CHRONIC))
      continue;
    if (world.institutions.type[s.institution[i]!] !== INSTITUTION_HOSPITAL) continue;
    push(rowsOf, s.doctor[i]!, i);
  }
  const clock = doctorsClock(world, [...rowsOf.values()].flat());
  return [...rowsOf]
    .sort((x, y) => x[0] - y[0])
    .map(([doctor, rows]) => {
      const moment = (i: number) => (Number.isNaN(clock(i)) ? s.time[i]! : clock(i));
      rows.sort((x, y) => moment(x) - moment(y) || x - y);
      const days = new Map<number, number[]>();
      for (const i of rows) push(days, dayOf(moment(i)), i);
      const usual = mostOf(rows, (i) => s.department[i]!);
      const twoSites: Impossible[] = [];
      const overfull: Impossible[] = [];
      let travels = 0;
      for (const list of days.values()) {
        const timed = list.filter((i) => !Number.isNaN(clock(i)));
        if (travelled(world, timed, params.kilometres)) travels++;
        const clash = clashOf(world, timed, clock, params);
        if (clash) twoSites.push(clash);
        const full = fullDay(world, list, params.minutesAVisit, usual);
        if (full) overfull.push(full);
      }
      return { doctor, visits: rows.length, days: days.size, travels, twoSites, overfull };
    });
}

/** The settlements of one day between which there is less time than the way from one to the other takes. */
function clashOf(
  world: World,
  timed: readonly number[],
  clock: (row: number) => number,
  { minutes, kilometres, speed }: Journey,
): Impossible | undefined {
  const s = world.settlements;
  const clashing = new Set<number>();
  let sites: number[] = [];
  for (let k = 1; k < timed.length; k++) {
    const [i, j] = [timed[k - 1]!, timed[k]!];
    const [a, b] = [s.institution[i]!, s.institution[j]!];
    const km = apart(world, a, b);
    if (a === b || km < kilometres) continue;
    const way = Number.isFinite(km) ? Math.max(minutes, (60 * km) / speed) : minutes;
    if (clock(j) - clock(i) > way * 60) continue;
    clashing.add(i).add(j);
    sites = [Math.min(a, b), Math.max(a, b)];
  }
  return clashing.size > 0 ? { rows: [...clashing], sites, inOneDepartment: true } : undefined;
}

/** Whether the patients of one day were at more than one site. */
function travelled(world: World, timed: readonly number[], kilometres: number): boolean {
  const { institution } = world.settlements;
  const sites = [...new Set(timed.map((i) => institution[i]!))];
  return sites.some((a, n) => sites.some((b, m) => m > n && apart(world, a, b) >= kilometres));
}

/** Kilometres; unknown places are taken to be far from each other. */
function apart(world: World, a: number, b: number): number {
  const { lng, lat } = world.institutions;
  const km = distanceKm(lng[a]!, lat[a]!, lng[b]!, lat[b]!);
  return Number.isNaN(km) ? Infinity : km;
}

function fullDay(
  world: World,
  rows: readonly number[],
  minutesAVisit: number,
  usual: number,
): Impossible | undefined {
  const s = world.settlements;
  const isFull = (list: readonly number[]) =>
    new Set(list.map((i) => s.patient[i]!)).size * minutesAVisit > DAY_MINUTES;
  if (!isFull(rows)) return undefined;
  return {
    rows,
    sites: [mostOf(rows, (i) => s.institution[i]!)],
    inOneDepartment: isFull(rows.filter((i) => s.department[i] === usual)),
  };
}

/** The value that most rows have, of equals the smallest. */
function mostOf(rows: readonly number[], value: (i: number) => number): number {
  const count = new Map<number, number>();
  for (const i of rows) count.set(value(i), (count.get(value(i)) ?? 0) + 1);
  return [...count].sort((x, y) => y[1] - x[1] || x[0] - y[0])[0]?.[0] ?? -1;
}
