import { push } from '../../model/multimap.js';
import type { World } from '../../projection/world.js';
import type { Parameters } from './parameters.js';
import type { Pair, Session } from './sessions.js';

/** Days on which a centre billed more sessions than its machines can hold. */
export interface Capacity {
  readonly centre: number;
  /** Machines × shifts. */
  readonly limit: number;
  readonly activeDays: number;
  readonly breachDays: number;
  /** Sessions billed beyond the limit, over the breach days. */
  readonly beyond: number;
  /** Of the breach days. */
  readonly sessions: readonly Session[];
}

/** Of the centres whose machines are known and that do not bill by the month. */
export function capacities(
  world: World,
  pairs: readonly Pair[],
  parameters: Parameters,
): Map<number, Capacity> {
  const days = new Map<number, Map<number, Session[]>>();
  const bundled = new Set<number>();
  for (const pair of pairs) {
    if ((world.institutions.dialysisMachines[pair.centre] ?? -1) <= 0) continue;
    let byDay = days.get(pair.centre);
    if (!byDay) {
      byDay = new Map();
      days.set(pair.centre, byDay);
    }
    let last = Number.NaN;
    for (const s of pair.sessions) {
      if (s.bundled) bundled.add(pair.centre);
      if (s.day === last) continue; // Two settlements of one session.
      last = s.day;
      push(byDay, s.day, s);
    }
  }
  const out = new Map<number, Capacity>();
  for (const [centre, byDay] of [...days].sort(([a], [b]) => a - b)) {
    const limit = world.institutions.dialysisMachines[centre]! * parameters.shifts;
    const breaches = [...byDay.values()].filter((list) => list.length > limit);
    if (bundled.has(centre)) continue;
    out.set(centre, {
      centre,
      limit,
      activeDays: byDay.size,
      breachDays: breaches.length,
      beyond: breaches.reduce((sum, list) => sum + list.length - limit, 0),
      sessions: breaches.flat(),
    });
  }
  return out;
}

/** Enough breach days that a few misdated sessions do not make them. */
export function isBreached(c: Capacity, parameters: Parameters): boolean {
  return c.breachDays >= 3 && c.breachDays > c.activeDays * parameters.recordError;
}
