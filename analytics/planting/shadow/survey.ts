import type { Dictionary } from '../../ingest/dictionary.js';
import { labelOf } from '../../ingest/dictionary.js';
import {
  CLASS_CHRONIC,
  CLASS_INPATIENT,
  CLASS_OTHER,
  CLASS_PHARMACY,
  INSTITUTION_PHARMACY,
  SUPPORT_BITS,
  type World,
} from '../../projection/world.js';
import type { CandidateDrug, CandidateInstitution, ItemShelf, VisitKind } from '../context.js';
import { type Settled, settlePlaces } from './places.js';
import { drugsOf, shelfOf } from './shelf.js';

/**
 * What a period of a bureau's own says about its people, places, items and habits: everything that a
 * planter asks for, read off the rows that are there. Handles are the indexes of the `World`.
 */
export interface Survey extends Settled {
  readonly world: World;
  /** VISIT_KINDS of each settlement. */
  readonly kind: Uint8Array;
  /** Settlements that no refund took back, by patient in order of begin, and by institution. */
  readonly ofPatient: Rows;
  readonly ofInstitution: Rows;
  readonly institutions: readonly CandidateInstitution[];
  readonly items: ItemShelf;
  readonly drugs: readonly CandidateDrug[];
  readonly lowSeverity: readonly number[];
  /** Diagnosis of most dialysis sessions; −1 where there are none. */
  readonly kidneyFailure: number;
}

/** Settlement indexes grouped by a key: those of `key` are `list[start[key]] … list[start[key + 1] − 1]`. */
export interface Rows {
  readonly start: Int32Array;
  readonly list: Int32Array;
}

export const VISIT_KINDS: readonly VisitKind[] = [
  'out-patient',
  'chronic',
  'in-patient',
  'pharmacy',
  'dialysis',
];

export const rowsOf = (rows: Rows, key: number): Int32Array =>
  rows.list.subarray(rows.start[key]!, rows.start[key + 1]!);

/**
 * Reads a loaded period; about 20 bytes a settlement besides it. `sessionLag` are the usual seconds from the
 * beginning of a dialysis session to its settlement, by institution (`sessionLags`). Pure.
 */
export function surveyOf(
  world: World,
  dictionary: Dictionary,
  sessionLag: ReadonlyMap<number, number> = new Map(),
): Survey {
  const s = world.settlements;
  const kind = Uint8Array.from({ length: s.count }, (_, row) => kindOf(world, row));
  const kept = Int32Array.from({ length: s.count }, (_, row) => row).filter(
    (row) => !s.cancelled[row],
  );
  kept.sort((a, b) => s.beginDay[a]! - s.beginDay[b]! || s.time[a]! - s.time[b]! || a - b);
  const ofPatient = grouped(kept, s.patient, world.patients.ids.length);
  const ofInstitution = grouped(kept, s.institution, world.institutions.ids.length);
  const places = settlePlaces(world, ofPatient);
  return {
    world,
    kind,
    ofPatient,
    ofInstitution,
    institutions: institutionsOf(world, dictionary, kind, ofInstitution, places, sessionLag),
    items: shelfOf(world, dictionary),
    drugs: drugsOf(world),
    lowSeverity: lowSeverityOf(world, kind),
    kidneyFailure: kidneyFailureOf(world),
    ...places,
  };
}

function kindOf(world: World, row: number): number {
  const s = world.settlements;
  const kind = (name: VisitKind) => VISIT_KINDS.indexOf(name);
  if (s.dialysis[row]) return kind('dialysis');
  const shop = world.institutions.type[s.institution[row]!] === INSTITUTION_PHARMACY;
  if (shop || s.class[row] === CLASS_PHARMACY) return kind('pharmacy');
  if (s.class[row] === CLASS_INPATIENT) return kind('in-patient');
  if (s.class[row] === CLASS_CHRONIC) return kind('chronic');
  if (s.class[row] === CLASS_OTHER && s.endDay[row]! > s.beginDay[row]!) return kind('in-patient');
  return kind('out-patient');
}

/** Stable: rows of one key stay in the order of `rows`. */
function grouped(rows: Int32Array, key: Int32Array, keys: number): Rows {
  const start = new Int32Array(keys + 1);
  for (const row of rows) start[key[row]! + 1]!++;
  for (let k = 0; k < keys; k++) start[k + 1]! += start[k]!;
  const fill = start.slice();
  const list = new Int32Array(rows.length);
  for (const row of rows) list[fill[key[row]!]!++] = row;
  return { start, list };
}

/** Sessions that show what a centre usually bills. */
const SESSIONS_MIN = 20;
/** Sessions that one machine does on a full day. */
const SHIFTS = 2;

function institutionsOf(
  world: World,
  dictionary: Dictionary,
  kind: Uint8Array,
  ofInstitution: Rows,
  places: Settled,
  sessionLag: ReadonlyMap<number, number>,
): CandidateInstitution[] {
  const { institutions: h, settlements: s } = world;
  const dialysis = VISIT_KINDS.indexOf('dialysis');
  const stay = VISIT_KINDS.indexOf('in-patient');
  const traced = tracedShares(world);
  return h.ids.map((_, handle) => {
    const rows = rowsOf(ofInstitution, handle);
    let stays = 0;
    let sessions = 0;
    const with_ = { anticoagulant: 0, epo: 0, dialyser: 0, bloodLine: 0, tests: 0 };
    const perDay = new Map<number, number>();
    for (const row of rows) {
      if (kind[row] === stay) stays++;
      if (kind[row] !== dialysis) continue;
      sessions++;
      perDay.set(s.day[row]!, (perDay.get(s.day[row]!) ?? 0) + 1);
      for (const name of Object.keys(with_) as Array<keyof typeof with_>)
        if (s.supports[row]! & SUPPORT_BITS[name]) with_[name]++;
    }
    const share = (n: number) => (sessions > 0 ? n / sessions : 0);
    const most = Math.ceil(Math.max(0, ...perDay.values()) / SHIFTS);
    const shop = h.type[handle] === INSTITUTION_PHARMACY;
    const bedless = stays === 0 && (h.beds[handle] ?? -1) <= 0 && sessions === 0;
    const type = shop ? 'pharmacy' : bedless ? 'clinic' : 'hospital';
    const level = h.levels[h.level[handle]!] ?? '';
    return {
      handle,
      type,
      level: type === 'hospital' ? levelOf(dictionary, level) : 0,
      area: h.counties[h.county[handle]!] ?? '',
      lng: places.lng[handle]!,
      lat: places.lat[handle]!,
      busy: rows.length,
      stays,
      machines: sessions < SESSIONS_MIN ? 0 : Math.max(1, h.dialysisMachines[handle]! || 0, most),
      // Nothing in the tables says who owns a hospital.
      privately: false,
      beds: Math.max(0, h.beds[handle] ?? 0),
      traced: traced[handle]!,
      sessionLag: sessionLag.get(handle) ?? 0,
      supports: {
        anticoagulant: share(with_.anticoagulant),
        epo: share(with_.epo),
        dialyser: share(with_.dialyser),
        bloodLine: share(with_.bloodLine),
        tests: share(with_.tests),
      },
    };
  });
}

/** 3, 2 or 1 from a code or words; unknown is 1, as most hospitals are small. */
function levelOf(dictionary: Dictionary, code: string): 1 | 2 | 3 {
  const words = labelOf(dictionary.hospitalLevel, code.padStart(2, '0')) ?? code;
  return /三级/.test(words) ? 3 : /二级/.test(words) ? 2 : 1;
}

/** Share of the drug lines of each institution that have a trace code. */
function tracedShares(world: World): Float64Array {
  const { lines, items, traces, settlements: s } = world;
  const drugs = new Float64Array(world.institutions.ids.length);
  const seen = new Float64Array(drugs.length);
  for (let l = 0; l < lines.count; l++)
    if (items.listType[lines.item[l]!] === 101) drugs[s.institution[lines.settlement[l]!]!]!++;
  const pairs = new Set<number>();
  for (let t = 0; t < traces.count; t++) {
    const row = traces.settlement[t]!;
    if (row < 0) continue;
    const pair = row * Math.max(1, items.ids.length) + traces.item[t]!;
    if (pairs.has(pair)) continue;
    pairs.add(pair);
    seen[s.institution[row]!]!++;
  }
  return seen.map((n, i) => (drugs[i]! > 0 ? Math.min(1, n / drugs[i]!) : 0));
}

/** Childbirth, cancer and its courses have a reason of their own. */
const NEVER_HUNG = /^([OPC]|Z51)/;
const STAYS_MIN = 5;
const LOW_SEVERITY_MAX = 40;

/**
 * Diagnoses that a stay can be hung on: at least STAYS_MIN stays, of 4 to 14 days in the median, at less
 * than the median cost a day of all stays; the most frequent first.
 */
function lowSeverityOf(world: World, kind: Uint8Array): number[] {
  const s = world.settlements;
  const stay = VISIT_KINDS.indexOf('in-patient');
  const days: number[][] = s.diagnoses.map(() => []);
  const cost: number[][] = s.diagnoses.map(() => []);
  const all: number[] = [];
  for (let row = 0; row < s.count; row++) {
    const d = s.diagnosis[row]!;
    if (kind[row] !== stay || s.cancelled[row] || d < 0) continue;
    const length = Math.max(1, s.endDay[row]! - s.beginDay[row]!);
    days[d]!.push(length);
    cost[d]!.push(s.total[row]! / length);
    all.push(s.total[row]! / length);
  }
  const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
  const usual = middle(all);
  const frequent = s.diagnoses
    .map((code, d) => ({ code, d, n: days[d]!.length }))
    .filter(({ code, n }) => n >= STAYS_MIN && !NEVER_HUNG.test(code))
    .sort((a, b) => b.n - a.n || a.d - b.d);
  const light = frequent.filter(({ d }) => {
    const length = middle(days[d]!);
    return length >= 4 && length <= 14 && middle(cost[d]!) <= usual;
  });
  return (light.length > 0 ? light : frequent).slice(0, LOW_SEVERITY_MAX).map(({ d }) => d);
}

function kidneyFailureOf(world: World): number {
  const s = world.settlements;
  const counts = new Map<number, number>();
  for (let row = 0; row < s.count; row++)
    if (s.dialysis[row] && s.diagnosis[row]! >= 0)
      counts.set(s.diagnosis[row]!, (counts.get(s.diagnosis[row]!) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? -1;
}
