import type { World } from '../../projection/world.js';
import { type Count, peerRate } from './peers.js';
import type { DialysisPatient, Pair } from './sessions.js';

/**
 * Courses of dialysis that no life explains.
 *
 * Kidneys that failed do not recover: dialysis that begins in the period and stops in it, without a
 * death and without going on elsewhere, is rare, and so is dialysis at two centres side by side. It
 * happens (a transplant, a move out of the region, an acute failure of a few months), so it is never
 * evidence by itself, and its rate is that of the centres that agree with each other.
 */
export interface Courses {
  /** Pairs long enough to be looked at, and whether their course is odd. */
  readonly odd: ReadonlyMap<Pair, boolean>;
  /** Share of honest courses that are. */
  readonly rate: number;
}

/** Acute failure has mostly recovered by then. */
const LEAST_DAYS = 56;
const LEAST_SESSIONS = 16;
/** Margin at the ends of the centre's records, and after a last session within which a death explains it. */
const EDGE_DAYS = 21;
const DEATH_DAYS = 60;
const PRIOR = 0.05;
const FLOOR = 0.03;

export function courses(world: World, patients: readonly DialysisPatient[]): Courses {
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  for (const { pairs } of patients)
    for (const p of pairs) {
      first.set(p.centre, Math.min(first.get(p.centre) ?? p.firstDay, p.firstDay));
      last.set(p.centre, Math.max(last.get(p.centre) ?? p.lastDay, p.lastDay));
    }
  const odd = new Map<Pair, boolean>();
  const counts = new Map<number, Count>();
  for (const patient of patients)
    for (const pair of patient.pairs) {
      if (pair.lastDay - pair.firstDay < LEAST_DAYS) continue;
      if (pair.sessions.length < LEAST_SESSIONS || pair.sessions.some((s) => s.bundled)) continue;
      const from = first.get(pair.centre)! + EDGE_DAYS;
      const to = last.get(pair.centre)! - EDGE_DAYS;
      const death = world.patients.deathDay[patient.patient]!;
      const isBrief =
        pair.firstDay >= from &&
        pair.lastDay <= to &&
        (death < pair.lastDay || death > pair.lastDay + DEATH_DAYS) &&
        patient.pairs.every((p) => p === pair || isBeside(pair, p));
      const isOdd = isBrief || patient.pairs.some((p) => p !== pair && isParallel(pair, p));
      odd.set(pair, isOdd);
      const count = counts.get(pair.centre) ?? { k: 0, n: 0 };
      counts.set(pair.centre, { k: count.k + (isOdd ? 1 : 0), n: count.n + 1 });
    }
  return { odd, rate: Math.max(FLOOR, peerRate([...counts.values()], PRIOR)) };
}

/** The other course neither leads up to this one nor takes it on. */
function isBeside(pair: Pair, other: Pair): boolean {
  return other.firstDay >= pair.firstDay && other.lastDay <= pair.lastDay;
}

/** Both go on at their pace through one stretch of time. */
export function isParallel(pair: Pair, other: Pair): boolean {
  const from = Math.max(pair.firstDay, other.firstDay);
  const to = Math.min(pair.lastDay, other.lastDay);
  if (to - from < LEAST_DAYS) return false;
  const inside = (p: Pair) => p.sessions.filter((s) => s.day >= from && s.day <= to).length;
  const weeks = (to - from + 1) / 7;
  return inside(pair) >= weeks && inside(other) >= weeks;
}
