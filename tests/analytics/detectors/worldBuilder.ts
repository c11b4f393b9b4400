import type { TableName } from '../../../analytics/model/tables.js';
import { DAY_S, dayOf, formatDay, parseDay, startOfDay } from '../../../analytics/model/time.js';
import {
  CLASS_OUTPATIENT,
  INSTITUTION_HOSPITAL,
  SUPPORT_BITS,
  type World,
} from '../../../analytics/projection/world.js';
import {
  buildDetails,
  type PlainItem,
  type PlainLine,
  type PlainMovement,
  type PlainTrace,
} from './detailsBuilder.js';

/** A local day number, or `YYYY-MM-DD`. */
export type PlainDay = number | string;

export interface PlainPatient {
  readonly id: string;
  readonly region?: string;
  /** Patients of one text share it. */
  readonly address?: string;
  readonly phone?: string;
  readonly village?: string;
  readonly town?: string;
  readonly employer?: string;
  readonly household?: string;
  readonly birthDay?: PlainDay;
  readonly deathDay?: PlainDay;
}

export interface PlainInstitution {
  readonly id: string;
  readonly name?: string;
  /** INSTITUTION_HOSPITAL unless given. */
  readonly type?: number;
  readonly level?: string;
  readonly county?: string;
  readonly lng?: number;
  readonly lat?: number;
  readonly beds?: number;
  readonly dialysisMachines?: number;
  readonly stock?: readonly PlainMovement[];
}

export interface PlainSettlement {
  /** Made from its place in the list unless given. */
  readonly id?: string;
  readonly patient: string;
  readonly institution: string;
  readonly doctor?: string;
  readonly day: PlainDay;
  /** Second of the local day; without it the settlement has no clock. */
  readonly second?: number;
  /** Seconds of that day at which the visit began. */
  readonly visitSecond?: number;
  readonly begin?: PlainDay;
  readonly end?: PlainDay;
  /** CLASS_OUTPATIENT unless given. */
  readonly class?: number;
  /** Fen. */
  readonly fund?: number;
  readonly total?: number;
  readonly cash?: number;
  readonly cancelled?: boolean;
  readonly diagnosis?: string;
  readonly department?: string;
  readonly basket?: number;
  readonly lines?: number;
  readonly dialysis?: boolean;
  /** Bits, or their names. */
  readonly supports?: number | ReadonlyArray<keyof typeof SUPPORT_BITS>;
  readonly items?: readonly PlainLine[];
  readonly traces?: readonly PlainTrace[];
}

export interface PlainWorld {
  /** Those whom only settlements name are added. */
  readonly patients?: readonly PlainPatient[];
  readonly institutions?: readonly PlainInstitution[];
  readonly settlements: readonly PlainSettlement[];
  /** What is known of items; those that only lines name are added. */
  readonly catalogue?: readonly PlainItem[];
  /** `[from, to)`; without it, from the first day to the last of the settlements. */
  readonly period?: { readonly from: PlainDay; readonly to: PlainDay };
  readonly missing?: readonly TableName[];
}

const DAY_UNKNOWN = -2147483648;
const DAY_NEVER = 2147483647;

function dayNumber(day: PlainDay): number {
  if (typeof day === 'number') return day;
  const number = parseDay(day);
  if (number === undefined) throw new Error(`no day: ${day}`);
  return number;
}

/** Sorted distinct texts and where each is. */
function dictionary(texts: Iterable<string>): { values: string[]; at: (text: string) => number } {
  const values = [...new Set(texts)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const index = new Map(values.map((v, i) => [v, i]));
  return { values, at: (text) => index.get(text) ?? -1 };
}

function ints(values: readonly number[]): Int32Array {
  const out = new Int32Array(new SharedArrayBuffer(values.length * 4));
  out.set(values);
  return out;
}

function bytes(values: readonly number[]): Uint8Array {
  const out = new Uint8Array(new SharedArrayBuffer(values.length));
  out.set(values);
  return out;
}

function floats(values: readonly number[]): Float64Array {
  const out = new Float64Array(new SharedArrayBuffer(values.length * 8));
  out.set(values);
  return out;
}

/** Index of the first that has the same text; −1 (or itself, for households) without one. */
function groups(
  values: ReadonlyArray<string | undefined>,
  alone: (i: number) => number,
): Int32Array {
  const first = new Map<string, number>();
  return ints(
    values.map((value, i) => {
      if (value === undefined) return alone(i);
      if (!first.has(value)) first.set(value, i);
      return first.get(value)!;
    }),
  );
}

/** A world of plain objects, as the projection would load it: everything sorted by id. */
export function buildWorld(plain: PlainWorld): World {
  const byId = <T extends { id: string }>(known: readonly T[], named: readonly string[]) => {
    const map = new Map(known.map((k) => [k.id, k]));
    const ids = dictionary([...map.keys(), ...named]);
    return { ids, rows: ids.values.map((id) => map.get(id) ?? ({ id } as T)) };
  };
  const people = byId(
    plain.patients ?? [],
    plain.settlements.map((s) => s.patient),
  );
  const places = byId(
    plain.institutions ?? [],
    plain.settlements.map((s) => s.institution),
  );
  const doctors = dictionary(
    plain.settlements.flatMap((s) => [
      ...(s.doctor === undefined ? [] : [s.doctor]),
      ...(s.items ?? []).flatMap((l) => l.doctor ?? []),
    ]),
  );
  const diagnoses = dictionary(plain.settlements.flatMap((s) => s.diagnosis ?? []));
  const departments = dictionary(plain.settlements.flatMap((s) => s.department ?? []));
  const regions = dictionary(people.rows.map((p) => p.region ?? ''));
  const counties = dictionary(places.rows.map((p) => p.county ?? ''));
  const levels = dictionary(places.rows.map((p) => p.level ?? ''));
  const rows = plain.settlements
    .map((s, i) => ({ ...s, id: s.id ?? `s${String(i).padStart(8, '0')}`, day: dayNumber(s.day) }))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const lines = (s: PlainSettlement) =>
    s.lines ?? s.items?.length ?? (s.supports === undefined ? 0 : 3);
  const fromDay = plain.period
    ? dayNumber(plain.period.from)
    : rows.reduce((m, s) => Math.min(m, s.day), Number.MAX_SAFE_INTEGER);
  const toDay = plain.period
    ? dayNumber(plain.period.to)
    : rows.reduce((m, s) => Math.max(m, s.day + 1), 0);
  const from = Math.min(fromDay, toDay);
  return {
    period: { from: formatDay(from), to: formatDay(toDay) },
    fromDay: from,
    toDay,
    missing: new Set(plain.missing ?? []),
    patients: {
      ids: people.ids.values,
      region: ints(people.rows.map((p) => regions.at(p.region ?? ''))),
      regions: regions.values,
      address: groups(
        people.rows.map((p) => p.address),
        () => -1,
      ),
      village: groups(
        people.rows.map((p) => p.village),
        () => -1,
      ),
      town: groups(
        people.rows.map((p) => p.town),
        () => -1,
      ),
      phone: groups(
        people.rows.map((p) => p.phone),
        () => -1,
      ),
      employer: groups(
        people.rows.map((p) => p.employer),
        () => -1,
      ),
      household: groups(
        people.rows.map((p) => p.household ?? p.address ?? p.phone),
        (i) => i,
      ),
      householdKnown: bytes(
        people.rows.map((p) => ((p.household ?? p.address ?? p.phone) === undefined ? 0 : 1)),
      ),
      birthDay: ints(
        people.rows.map((p) => (p.birthDay === undefined ? DAY_UNKNOWN : dayNumber(p.birthDay))),
      ),
      deathDay: ints(
        people.rows.map((p) => (p.deathDay === undefined ? DAY_NEVER : dayNumber(p.deathDay))),
      ),
    },
    institutions: {
      ids: places.ids.values,
      names: places.rows.map((p) => p.name ?? p.id),
      type: bytes(places.rows.map((p) => p.type ?? INSTITUTION_HOSPITAL)),
      level: ints(places.rows.map((p) => levels.at(p.level ?? ''))),
      levels: levels.values,
      county: ints(places.rows.map((p) => counties.at(p.county ?? ''))),
      counties: counties.values,
      lng: floats(places.rows.map((p) => p.lng ?? Number.NaN)),
      lat: floats(places.rows.map((p) => p.lat ?? Number.NaN)),
      beds: ints(places.rows.map((p) => p.beds ?? -1)),
      dialysisMachines: ints(places.rows.map((p) => p.dialysisMachines ?? -1)),
    },
    doctors: doctors.values,
    settlements: {
      count: rows.length,
      ids: rows.map((s) => s.id),
      patient: ints(rows.map((s) => people.ids.at(s.patient))),
      institution: ints(rows.map((s) => places.ids.at(s.institution))),
      doctor: ints(rows.map((s) => (s.doctor === undefined ? -1 : doctors.at(s.doctor)))),
      time: floats(rows.map((s) => startOfDay(s.day) + Math.min(s.second ?? 0, DAY_S - 1))),
      hasClock: bytes(rows.map((s) => (s.second === undefined ? 0 : 1))),
      visitTime: floats(
        rows.map((s) => (s.visitSecond === undefined ? -1 : startOfDay(s.day) + s.visitSecond)),
      ),
      day: ints(rows.map((s) => dayOf(startOfDay(s.day)))),
      beginDay: ints(rows.map((s) => dayNumber(s.begin ?? s.day))),
      endDay: ints(rows.map((s) => dayNumber(s.end ?? s.day))),
      class: bytes(rows.map((s) => s.class ?? CLASS_OUTPATIENT)),
      fund: floats(rows.map((s) => (s.cancelled ? 0 : (s.fund ?? 0)))),
      total: floats(rows.map((s) => s.total ?? s.fund ?? 0)),
      cash: floats(rows.map((s) => s.cash ?? -1)),
      cancelled: bytes(rows.map((s) => (s.cancelled ? 1 : 0))),
      diagnosis: ints(
        rows.map((s) => (s.diagnosis === undefined ? -1 : diagnoses.at(s.diagnosis))),
      ),
      diagnoses: diagnoses.values,
      department: ints(
        rows.map((s) => (s.department === undefined ? -1 : departments.at(s.department))),
      ),
      departments: departments.values,
      basket: ints(rows.map((s) => s.basket ?? 0)),
      lines: ints(rows.map(lines)),
      dialysis: bytes(rows.map((s) => (s.dialysis ? 1 : 0))),
      supports: bytes(rows.map((s) => supportBits(s.supports))),
    },
    ...buildDetails(
      plain.catalogue ?? [],
      rows.map((s) => ({
        patient: people.ids.at(s.patient),
        institution: places.ids.at(s.institution),
        doctor: s.doctor === undefined ? -1 : doctors.at(s.doctor),
        time: startOfDay(s.day) + Math.min(s.second ?? 0, DAY_S - 1),
        items: s.items ?? [],
        traces: s.traces ?? [],
      })),
      places.rows.map((p) => p.stock ?? []),
      doctors.at,
    ),
  };
}

function supportBits(supports: PlainSettlement['supports']): number {
  if (supports === undefined) return 0;
  if (typeof supports === 'number') return supports;
  return supports.reduce((bits, name) => bits | SUPPORT_BITS[name], 0);
}
