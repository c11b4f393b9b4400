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

/**
 * A use of a pharmacy (a stay in a hospital) soon after a visit to a doctor elsewhere, or of a pharmacy
 * with a doctor's prescription.
 */
export interface Referral {
  readonly doctor: number;
  /** The institution of the visit; of a prescription without one, where the doctor mostly works. */
  readonly from: number;
  readonly to: number;
  readonly patient: number;
  /** Settlement of the visit; that of the use where there was none. */
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
  const practice = kind === 'pharmacy' ? practices(world) : new Map<number, number>();
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
      const named = kind === 'pharmacy' ? s.doctor[row]! : -1;
      const works = practice.get(named);
      if (works !== undefined && works !== s.institution[row]) {
        // Who prescribed is written on the bill: no visit has to be guessed.
        const seen = visits.findLast((v) => s.doctor[v] === named && when(v) <= when(row));
        events.push({
          ...{ doctor: named, from: works, to: s.institution[row]! },
          ...{ patient: p, visit: seen ?? row, row },
        });
        continue;
      }
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

/** Where each doctor sees most patients, pharmacies apart. */
function practices(world: World): Map<number, number> {
  const s = world.settlements;
  const places = world.institutions.ids.length;
  const count = new Map<number, number>();
  for (let i = 0; i < s.count; i++)
    if (!s.cancelled[i] && isVisit(world, i)) {
      const key = s.doctor[i]! * places + s.institution[i]!;
      count.set(key, (count.get(key) ?? 0) + 1);
    }
  const out = new Map<number, number>();
  for (const [key] of [...count].sort((x, y) => y[1] - x[1] || x[0] - y[0])) {
    const doctor = Math.floor(key / places);
    if (!out.has(doctor)) out.set(doctor, key % places);
  }
  return out;
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
