import { secondOfDay } from '../../model/time.js';
import { INSTITUTION_HOSPITAL, type World } from '../../projection/world.js';

/** Hours at which hardly anybody is treated without a bed: from eight in the evening to six in the morning. */
const NIGHT_FROM_S = 20 * 3600;
const NIGHT_TO_S = 6 * 3600;
/** So long after the visit began it is no longer the counter that the settlement tells of. */
const LATE_S = 3 * 3600;

/**
 * When the doctor saw the patient of an out-patient settlement: epoch seconds, NaN unknown. Clinics with a weak network
 * send the day's settlements in one go, most of them in the evening; where most are settled at night or hours after the
 * visit began, only the visit's own clock says when.
 */
export function doctorsClock(world: World, rows: Iterable<number>): (row: number) => number {
  const { institution, time, hasClock, visitTime } = world.settlements;
  const late = new Int32Array(world.institutions.ids.length);
  const all = new Int32Array(late.length);
  for (const i of rows) {
    if (!hasClock[i] || world.institutions.type[institution[i]!] !== INSTITUTION_HOSPITAL) continue;
    const clock = secondOfDay(time[i]!);
    const visit = visitTime[i]!;
    const afterwards = visit >= 0 && time[i]! - visit > LATE_S;
    all[institution[i]!]!++;
    if (clock >= NIGHT_FROM_S || clock < NIGHT_TO_S || afterwards) late[institution[i]!]!++;
  }
  return (i) => {
    const place = institution[i]!;
    if (2 * late[place]! > all[place]!) return visitTime[i]! >= 0 ? visitTime[i]! : Number.NaN;
    return hasClock[i] ? time[i]! : Number.NaN;
  };
}
