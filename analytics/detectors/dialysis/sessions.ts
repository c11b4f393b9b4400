import { push } from '../../model/multimap.js';
import { rowsOf } from '../../projection/indexes.js';
import {
  CLASS_INPATIENT,
  CLASS_PHARMACY,
  type Settlements,
  type World,
} from '../../projection/world.js';
import type { Parameters } from './parameters.js';

/** One dialysis session: a settlement seen from its patient. */
export interface Session {
  /** Index into `world.settlements`. */
  readonly row: number;
  readonly day: number;
  /** It covers several sessions, so its day says nothing (bills by the week or month). */
  readonly bundled: boolean;
  /** During a stay at the same place: acute dialysis of an in-patient, settled apart. */
  readonly ownStay: boolean;
  /** Own fee lines are known; a settlement without any has lost them, one of a stay shares them. */
  readonly known: boolean;
  /** What was billed with it (SUPPORT_BITS). */
  readonly own: number;
  /** The same with what other settlements of the patient billed within `supportDays`, stays apart. */
  readonly supports: number;
}

/** Its fee lines are known, and neither they nor other settlements bill anything that supports it. */
export function isBare(session: Session): boolean {
  return session.known && session.supports === 0;
}

export interface Stay {
  readonly row: number;
  readonly institution: number;
  readonly begin: number;
  readonly end: number;
}

/** One patient at one centre. */
export interface Pair {
  readonly patient: number;
  readonly centre: number;
  /** By day. */
  readonly sessions: readonly Session[];
  readonly firstDay: number;
  readonly lastDay: number;
  /** Sessions a day while active. */
  readonly rate: number;
}

export interface DialysisPatient {
  readonly patient: number;
  readonly pairs: readonly Pair[];
  readonly stays: readonly Stay[];
  /** Settlements that are neither sessions nor cancelled. */
  readonly others: readonly number[];
}

/** A session is an out-patient settlement; dialysis inside a stay belongs to the stay. */
export function isSession(s: Settlements, row: number): boolean {
  return (
    s.dialysis[row] === 1 &&
    s.class[row] !== CLASS_INPATIENT &&
    s.class[row] !== CLASS_PHARMACY &&
    s.cancelled[row] === 0
  );
}

const BUNDLE_GAP_DAYS = 6;
const BUNDLE_TIMES = 2.5;

/**
 * Everyone with a session, by patient index; sessions by day, then settlement id. `naive` forgets what
 * other settlements of the patient say about a session.
 */
export function dialysisPatients(
  world: World,
  parameters: Parameters,
  naive = false,
): DialysisPatient[] {
  const s = world.settlements;
  const people = new Set<number>();
  for (let i = 0; i < s.count; i++) if (isSession(s, i)) people.add(s.patient[i]!);
  const sessionsOf = new Map<number, number[]>();
  for (const p of [...people].sort((a, b) => a - b))
    sessionsOf.set(
      p,
      [...rowsOf(world, p)]
        .filter((row) => isSession(s, row))
        .sort((a, b) => s.day[a]! - s.day[b]! || a - b),
    );
  const usualTotal = medianTotal(world, sessionsOf);
  const monthly = bundlingCentres(world, sessionsOf);
  const out: DialysisPatient[] = [];
  for (const [p, mine] of sessionsOf) {
    const others = [...rowsOf(world, p)].filter((row) => !isSession(s, row) && !s.cancelled[row]);
    const stays = others
      .filter((row) => s.class[row] === CLASS_INPATIENT)
      .map((row) => ({
        row,
        institution: s.institution[row]!,
        begin: s.beginDay[row]!,
        end: s.endDay[row]!,
      }));
    const near = others.filter((row) => s.supports[row] !== 0 && s.class[row] !== CLASS_INPATIENT);
    const byCentre = new Map<number, number[]>();
    for (const row of mine) {
      const centre = s.institution[row]!;
      byCentre.set(centre, [...(byCentre.get(centre) ?? []), row]);
    }
    const pairs = [...byCentre]
      .sort(([a], [b]) => a - b)
      .map(([centre, list]) => {
        const sessions = list.map((row, i): Session => {
          const lonely =
            s.day[row]! - (i > 0 ? s.day[list[i - 1]!]! : -1e9) >= BUNDLE_GAP_DAYS &&
            (i + 1 < list.length ? s.day[list[i + 1]!]! : 1e9) - s.day[row]! >= BUNDLE_GAP_DAYS;
          const ownStay =
            !naive &&
            stays.some(
              (t) => t.institution === centre && s.day[row]! >= t.begin && s.day[row]! <= t.end,
            );
          let supports = s.supports[row]!;
          for (const o of naive ? [] : near)
            if (Math.abs(s.day[o]! - s.day[row]!) <= parameters.supportDays)
              supports |= s.supports[o]!;
          for (const o of [list[i - 1], list[i + 1]])
            if (o !== undefined && s.day[o] === s.day[row]) supports |= s.supports[o]!;
          return {
            row,
            day: s.day[row]!,
            bundled:
              monthly.has(centre) ||
              s.endDay[row]! - s.beginDay[row]! >= 2 ||
              (lonely && usualTotal > 0 && s.total[row]! >= BUNDLE_TIMES * usualTotal),
            ownStay,
            known: s.lines[row]! > 0 && !ownStay,
            own: s.supports[row]!,
            supports,
          };
        });
        const firstDay = sessions[0]!.day;
        const lastDay = sessions.at(-1)!.day;
        return {
          patient: p,
          centre,
          sessions,
          firstDay,
          lastDay,
          rate: Math.min(sessions.length / (lastDay - firstDay + 3), 1),
        };
      });
    out.push({ patient: p, pairs, stays, others });
  }
  return out;
}

type SessionsOf = ReadonlyMap<number, readonly number[]>;

function medianTotal(world: World, sessionsOf: SessionsOf): number {
  const { total } = world.settlements;
  const totals = [...sessionsOf.values()].flatMap((rows) => rows.map((row) => total[row]!));
  totals.sort((a, b) => a - b);
  return totals[totals.length >> 1] ?? 0;
}

/** Centres that bill by the month: the usual gap between the settlements of a patient is a week or more. */
function bundlingCentres(world: World, sessionsOf: SessionsOf): Set<number> {
  const s = world.settlements;
  const gaps = new Map<number, number[]>();
  for (const rows of sessionsOf.values()) {
    const last = new Map<number, number>();
    for (const row of rows) {
      const centre = s.institution[row]!;
      const before = last.get(centre);
      last.set(centre, s.day[row]!);
      if (before === undefined) continue;
      push(gaps, centre, s.day[row]! - before);
    }
  }
  const out = new Set<number>();
  for (const [centre, list] of gaps) {
    list.sort((a, b) => a - b);
    if (list[list.length >> 1]! >= BUNDLE_GAP_DAYS) out.add(centre);
  }
  return out;
}
