import { formatDay } from '../../model/time.js';
import type { World } from '../../projection/world.js';
import { ageBand, unknownBand } from '../ages.js';
import { type Stays, stayColumns } from '../stays.js';

/** A stay that ended early enough to be followed up, and the stay that followed it at once, if any. */
export interface Discharge {
  readonly patient: number;
  readonly hospital: number;
  /** Settlement of the stay. */
  readonly row: number;
  /** Diagnosis category × age band, and the category alone; −1 where the diagnosis is unknown. */
  readonly stratum: number;
  readonly category: number;
  readonly next?: Return;
  /** The next stay, anywhere and of whatever diagnosis, when it is within the window. */
  readonly anywhere?: {
    readonly row: number;
    readonly transfer: boolean;
    readonly course: boolean;
  };
  readonly planned: boolean;
}

/** A return to the same hospital with a diagnosis of the same category. */
export interface Return {
  readonly row: number;
  readonly gap: number;
  /** Chemotherapy, transfusion, dialysis: one cycle of several. */
  readonly planned: boolean;
  /** On to another department within a day: one illness, two wards. */
  readonly wardTransfer: boolean;
  /** A long stay, or one over the turn of the year, settled in parts. */
  readonly interim: boolean;
  /** Rehabilitation or care of the mind, which takes months and is billed a few weeks at a time. */
  readonly course: boolean;
}

/** Neoplasms, their sessions, thalassaemia and dialysis come back by plan (ICD-10). */
const PLANNED = /^(C\d|D[0-4]|D56|Z49|Z51)/;
/** Sequelae, palsies, rehabilitation, mental illness: courses of months. */
const COURSE = /^(I69|G8[0-3]|Z50|F\d|T9[0-8]|B90)/;
const LONG_DAYS = 28;
const COURSE_DAYS = 21;
/** Years at which an age band begins. */
const BANDS = [18, 45, 65, 80] as const;

/** Discharges in order of patient and time; `window` is in days. */
export function discharges(world: World, window: number): Discharge[] {
  const stays = stayColumns(world);
  const order = Array.from(stays.patient, (_, i) => i).sort(
    (x, y) =>
      stays.patient[x]! - stays.patient[y]! ||
      stays.begin[x]! - stays.begin[y]! ||
      stays.end[x]! - stays.end[y]! ||
      x - y,
  );
  const planned = world.settlements.diagnoses.map((d) => PLANNED.test(d));
  const courses = world.settlements.diagnoses.map((d) => COURSE.test(d));
  const isCourse = (i: number, j: number) =>
    (courses[world.settlements.diagnosis[stays.row[i]!]!] ?? false) ||
    Math.min(stays.end[i]! - stays.begin[i]!, stays.end[j]! - stays.begin[j]!) >= COURSE_DAYS;
  const isPlanned = (i: number) => planned[world.settlements.diagnosis[stays.row[i]!]!] ?? false;
  const out: Discharge[] = [];
  order.forEach((i, at) => {
    // Who leaves so late in the period cannot be followed up.
    if (stays.end[i]! + window >= world.toDay) return;
    const later: number[] = [];
    for (let k = at + 1; k < order.length; k++) {
      const j = order[k]!;
      if (stays.patient[j] !== stays.patient[i] || stays.begin[j]! > stays.end[i]! + window) break;
      if (stays.begin[j]! >= stays.end[i]!) later.push(j);
    }
    const again = later.find(
      (j) =>
        stays.institution[j] === stays.institution[i] &&
        stays.diagnosis[i]! >= 0 &&
        stays.diagnosis[j] === stays.diagnosis[i],
    );
    const first = later.find((j) => !isPlanned(j));
    const birth = world.patients.birthDay[stays.patient[i]!]!;
    const band = ageBand(birth, stays.begin[i]!, BANDS);
    out.push({
      patient: stays.patient[i]!,
      hospital: stays.institution[i]!,
      row: stays.row[i]!,
      category: stays.diagnosis[i]!,
      stratum: stays.diagnosis[i]! < 0 ? -1 : stays.diagnosis[i]! * (unknownBand(BANDS) + 1) + band,
      planned: isPlanned(i),
      ...(again === undefined
        ? {}
        : { next: describe(world, stays, i, again, isPlanned, isCourse(i, again)) }),
      ...(first === undefined
        ? {}
        : {
            anywhere: {
              row: stays.row[first]!,
              transfer: isTransfer(world, stays, i, first),
              course: isCourse(i, first),
            },
          }),
    });
  });
  return out;
}

function describe(
  world: World,
  stays: Stays,
  i: number,
  j: number,
  isPlanned: (i: number) => boolean,
  course: boolean,
): Return {
  const { department } = world.settlements;
  const gap = stays.begin[j]! - stays.end[i]!;
  const [from, to] = [department[stays.row[i]!]!, department[stays.row[j]!]!];
  return {
    row: stays.row[j]!,
    gap,
    planned: isPlanned(i) || isPlanned(j),
    course,
    wardTransfer: gap <= 1 && from >= 0 && to >= 0 && from !== to,
    interim:
      gap <= 1 &&
      (stays.end[i]! - stays.begin[i]! >= LONG_DAYS || formatDay(stays.end[i]!).endsWith('12-31')),
  };
}

/** Sent on to a hospital of another level within a day: up to the better one, or back to recover. */
function isTransfer(world: World, stays: Stays, i: number, j: number): boolean {
  const { level } = world.institutions;
  return (
    stays.begin[j]! - stays.end[i]! <= 1 &&
    level[stays.institution[i]!] !== level[stays.institution[j]!]
  );
}
