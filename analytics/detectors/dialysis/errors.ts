import { settlementsByPatient } from '../../projection/indexes.js';
import {
  CLASS_CHRONIC,
  CLASS_INPATIENT,
  CLASS_OUTPATIENT,
  INSTITUTION_PHARMACY,
  type World,
} from '../../projection/world.js';
import type { Parameters } from './parameters.js';
import { peerRate } from './peers.js';
import type { DialysisPatient } from './sessions.js';

/**
 * How often records are wrong, read off what cannot be: everybody's, not only dialysis patients',
 * so that a ring hardly moves it.
 */
export interface ErrorRates {
  /** Out-patient visits during stays elsewhere, as a share of what the same people's habits would give. */
  readonly visitInStay: number;
  /** Sessions on days where the patient's habit has none, as a share of the habit: misdated ones. */
  readonly misdated: number;
  /** Stays that run into a stay at another hospital. */
  readonly stay: number;
  /** The dead with records after their death. */
  readonly death: number;
}

const DAY_NEVER = 2147483647;
const CEILING = { visitInStay: 0.3, stay: 0.1, death: 0.5 };
const FLOOR_DEATH = 0.02;
const PRIOR_MISDATED = 0.05;

export function errorRates(
  world: World,
  patients: readonly DialysisPatient[],
  parameters: Parameters,
): ErrorRates {
  const s = world.settlements;
  const index = settlementsByPatient(world);
  const days = Math.max(1, world.toDay - world.fromDay);
  let inside = 0;
  let expected = 0;
  let clashes = 0;
  let stays = 0;
  let dead = 0;
  let active = 0;
  for (let p = 0; p + 1 < index.start.length; p++) {
    const from = index.start[p]!;
    const to = index.start[p + 1]!;
    if (from === to) continue;
    const own: number[] = [];
    for (let i = from; i < to; i++) {
      const row = index.rows[i]!;
      if (s.class[row] === CLASS_INPATIENT && s.cancelled[row] === 0) own.push(row);
    }
    if (own.length > 0) {
      stays += own.length;
      clashes += own.filter((a) => own.some((b) => clash(world, a, b))).length;
      const seen = visitsInStays(world, index.rows.subarray(from, to), own, days);
      inside += seen.inside;
      expected += seen.expected;
    }
    const death = world.patients.deathDay[p]!;
    if (death !== DAY_NEVER && death >= world.fromDay - 365 && death < world.toDay - 30) {
      dead++;
      for (let i = from; i < to; i++)
        // Sessions are what is asked about; the other records say how dates of death are typed.
        if (
          s.dialysis[index.rows[i]!] === 0 &&
          s.cancelled[index.rows[i]!] === 0 &&
          s.beginDay[index.rows[i]!]! > death + parameters.graceDays
        ) {
          active++;
          break;
        }
    }
  }
  const floor = parameters.recordError;
  const visitInStay = clip((inside + 1) / (expected + 1 / floor), floor, CEILING.visitInStay);
  return {
    visitInStay,
    misdated: Math.max(floor, misdated(patients, Math.min(visitInStay, PRIOR_MISDATED))),
    stay: clip((clashes + 1) / (stays + 1 / floor), floor, CEILING.stay),
    death: clip((active + 1) / (dead + 1 / FLOOR_DEATH), FLOOR_DEATH, CEILING.death),
  };
}

/**
 * Stays elsewhere with exactly one session inside, against the sessions that the habit would have
 * put there, over the centres that agree. More than one is no misdated session: those patients are
 * driven to their sessions, or the stay is mistyped, or it is what we look for.
 */
function misdated(patients: readonly DialysisPatient[], prior: number): number {
  const counts = new Map<number, { k: number; n: number }>();
  for (const { stays, pairs } of patients)
    for (const pair of pairs)
      for (const stay of stays) {
        const days = stay.end - stay.begin - 1;
        if (stay.institution === pair.centre || days <= 0) continue;
        if (stay.end < pair.firstDay || stay.begin > pair.lastDay) continue;
        const inside = pair.sessions.filter((s) => s.day > stay.begin && s.day < stay.end);
        const count = counts.get(pair.centre) ?? { k: 0, n: 0 };
        counts.set(pair.centre, {
          k: count.k + (inside.length === 1 ? 1 : 0),
          n: count.n + pair.rate * days,
        });
      }
  return peerRate([...counts.values()], prior);
}

const clip = (x: number, low: number, high: number) =>
  Math.min(Math.max(x, low), Math.max(low, high));

/** Two stays at two hospitals that share more than the day of a transfer. */
function clash(world: World, a: number, b: number): boolean {
  const s = world.settlements;
  return (
    s.institution[a] !== s.institution[b] &&
    Math.min(s.endDay[a]!, s.endDay[b]!) - Math.max(s.beginDay[a]!, s.beginDay[b]!) >= 2
  );
}

function visitsInStays(world: World, rows: Int32Array, stays: readonly number[], days: number) {
  const s = world.settlements;
  let visits = 0;
  let inside = 0;
  const isVisit = (row: number) =>
    (s.class[row] === CLASS_OUTPATIENT || s.class[row] === CLASS_CHRONIC) &&
    s.dialysis[row] === 0 &&
    s.cancelled[row] === 0 &&
    world.institutions.type[s.institution[row]!] !== INSTITUTION_PHARMACY;
  for (const row of rows) {
    if (!isVisit(row)) continue;
    visits++;
    const day = s.day[row]!;
    if (
      stays.some(
        (t) =>
          s.institution[t] !== s.institution[row] && day > s.beginDay[t]! && day < s.endDay[t]!,
      )
    )
      inside++;
  }
  let interior = 0;
  for (const t of stays) interior += Math.max(0, s.endDay[t]! - s.beginDay[t]! - 1);
  return { inside, expected: (visits / Math.max(days - interior, 30)) * interior };
}
