import { CLASS_INPATIENT, type World } from './world.js';

/** Rows of `settlements` grouped by patient, in order of time, then of `setl_id`. */
export interface ByPatient {
  /** Rows of patient p are `rows[start[p]] … rows[start[p + 1] − 1]`. */
  readonly start: Int32Array;
  readonly rows: Int32Array;
}

const byPatientCache = new WeakMap<World, ByPatient>();

/** Made once for a world and kept with it. */
export function settlementsByPatient(world: World): ByPatient {
  const known = byPatientCache.get(world);
  if (known) return known;
  const { count, patient, time } = world.settlements;
  const start = new Int32Array(world.patients.ids.length + 1);
  for (let i = 0; i < count; i++) start[patient[i]! + 1]!++;
  for (let p = 0; p + 1 < start.length; p++) start[p + 1]! += start[p]!;
  const fill = start.slice();
  const rows = new Int32Array(count);
  for (let i = 0; i < count; i++) rows[fill[patient[i]!]!++] = i;
  for (let p = 0; p + 1 < start.length; p++)
    if (start[p + 1]! - start[p]! > 1)
      rows.subarray(start[p]!, start[p + 1]!).sort((x, y) => time[x]! - time[y]! || x - y);
  const made = { start, rows };
  byPatientCache.set(world, made);
  return made;
}

/** Rows of one patient, in order of time. */
export function rowsOf(world: World, patient: number): Int32Array {
  const { start, rows } = settlementsByPatient(world);
  return rows.subarray(start[patient]!, start[patient + 1]!);
}

/** In-patient stays of one patient that are not cancelled. */
export function staysOf(world: World, patient: number): number[] {
  const s = world.settlements;
  return [...rowsOf(world, patient)].filter(
    (i) => s.class[i] === CLASS_INPATIENT && !s.cancelled[i],
  );
}

/** A stay that covers the day with a whole day on either side: nobody is elsewhere then. */
export function stayAround(
  world: World,
  stays: readonly number[],
  day: number,
): number | undefined {
  const s = world.settlements;
  return stays.find((i) => s.beginDay[i]! < day && day < s.endDay[i]!);
}
