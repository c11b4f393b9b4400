import { settlementsByPatient } from '../../projection/indexes.js';
import {
  CLASS_CHRONIC,
  CLASS_INPATIENT,
  CLASS_OUTPATIENT,
  INSTITUTION_HOSPITAL,
  INSTITUTION_PHARMACY,
  type World,
} from '../../projection/world.js';

/** Where doctors may send people to. */
export type Destination = 'pharmacy' | 'hospital';

/** A use of a pharmacy (a stay in a hospital) soon after a visit to a doctor elsewhere. */
export interface Referral {
  readonly doctor: number;
  /** The institution of the visit. */
  readonly from: number;
  readonly to: number;
  readonly patient: number;
  readonly visit: number;
  /** Settlement of the use. */
  readonly row: number;
}

export interface Referrals {
  readonly events: readonly Referral[];
  /** Every use, whatever went before: settlement rows. */
  readonly uses: readonly number[];
}

/** `window`: days after the visit, the day itself included as 0. */
export function referralsTo(world: World, kind: Destination, window: number): Referrals {
  const s = world.settlements;
  const { type } = world.institutions;
  const index = settlementsByPatient(world);
  const events: Referral[] = [];
  const uses: number[] = [];
  const when = (i: number) => (s.class[i] === CLASS_INPATIENT ? s.beginDay[i]! : s.day[i]!);
  for (let p = 0; p + 1 < index.start.length; p++) {
    const own = index.rows.subarray(index.start[p]!, index.start[p + 1]!);
    const visits: number[] = [];
    const used: number[] = [];
    for (const i of own) {
      if (s.cancelled[i]) continue;
      if (isVisit(world, i)) visits.push(i);
      const at = type[s.institution[i]!];
      if (kind === 'pharmacy' ? at === INSTITUTION_PHARMACY : s.class[i] === CLASS_INPATIENT)
        used.push(i);
    }
    for (const row of used) {
      uses.push(row);
      // The last visit before it, elsewhere: stays are settled late, so days and not the order count.
      let visit = -1;
      for (const v of visits) {
        const gap = when(row) - when(v);
        if (gap < 0 || (gap === 0 && kind === 'pharmacy' && s.time[v]! > s.time[row]!)) continue;
        if (gap <= window && s.institution[v] !== s.institution[row]) visit = v;
      }
      if (visit < 0) continue;
      events.push({
        ...{ doctor: s.doctor[visit]!, from: s.institution[visit]!, to: s.institution[row]! },
        ...{ patient: p, visit, row },
      });
    }
  }
  return { events, uses };
}

function isVisit(world: World, i: number): boolean {
  const s = world.settlements;
  const c = s.class[i];
  return (
    (c === CLASS_OUTPATIENT || c === CLASS_CHRONIC) &&
    s.doctor[i]! >= 0 &&
    !s.dialysis[i] &&
    world.institutions.type[s.institution[i]!] === INSTITUTION_HOSPITAL
  );
}
