import type { StayColumns } from '../algorithms/admissions.js';
import { push } from '../model/multimap.js';
import { CLASS_INPATIENT, type World } from '../projection/world.js';

/** Neoplasms and their chemotherapy and radiotherapy sessions (ICD-10 C, D0–D4, Z51). */
const CYCLIC = /^(C\d|D[0-4]|Z51)/;

/** Cataract: one eye, then the other (ICD-10 H25, H26). */
const PAIRED = /^H2[56]/;

/**
 * Whose patients a public programme registers and takes in for treatment by the batch (尘肺病、晚期血吸虫病、大骨节病集中救治):
 * pneumoconiosis, schistosomiasis, Kaschin-Beck disease (ICD-10 J60–J65, B65, M12.1).
 */
const PROGRAMME = /^(J6[0-5]|B65|M12\.1)/;

/** Infections that go round a village: of the gut, with a rash, of the airways (ICD-10 A00–A09, B00–B09, J00–J22). */
const CONTAGIOUS = /^([AB]0\d|J[01]\d|J2[0-2])/;

export interface Stays extends StayColumns {
  /** The settlement behind each stay. */
  readonly row: Int32Array;
  /** 1 where a programme takes the patients of the disease in together. */
  readonly programme: Uint8Array;
  /** 1 where those who live together catch it from each other. */
  readonly contagious: Uint8Array;
}

/**
 * In-patient stays, one a patient × institution × first day: a stay settled in parts is one stay. The
 * diagnosis is cut to its first three characters, the category of ICD-10.
 */
export function stayColumns(world: World): Stays {
  const s = world.settlements;
  const seen = new Map<string, number>();
  const rows: number[] = [];
  const end: number[] = [];
  for (let i = 0; i < s.count; i++) {
    if (s.class[i] !== CLASS_INPATIENT || s.cancelled[i]) continue;
    const key = `${s.patient[i]}|${s.institution[i]}|${s.beginDay[i]}`;
    const at = seen.get(key);
    if (at === undefined) {
      seen.set(key, rows.length);
      rows.push(i);
      end.push(s.endDay[i]!);
    } else end[at] = Math.max(end[at]!, s.endDay[i]!);
  }
  return columnsOf(world, rows, end);
}

/** So soon after its last settlement a stay has only been settled. */
const SETTLED_DAYS = 1;

/**
 * Stays from door to door: those of one person at one hospital of which the next begins when the last ends are one stay
 * that was settled in between, as of the mentally ill who stay for years (按季结算、跨年结算).
 */
export function wholeStays(world: World): Stays {
  const parts = stayColumns(world);
  const { patient, institution, begin } = parts;
  const order = Int32Array.from(parts.row.keys()).sort(
    (x, y) =>
      patient[x]! - patient[y]! ||
      institution[x]! - institution[y]! ||
      begin[x]! - begin[y]! ||
      x - y,
  );
  const whole: Array<{ first: number; end: number }> = [];
  for (const i of order) {
    const last = whole.at(-1);
    const gap = last ? begin[i]! - last.end : -1;
    const goesOn =
      last !== undefined &&
      patient[last.first] === patient[i] &&
      institution[last.first] === institution[i] &&
      gap >= 0 &&
      gap <= SETTLED_DAYS;
    if (goesOn) last.end = parts.end[i]!;
    else whole.push({ first: i, end: parts.end[i]! });
  }
  whole.sort((x, y) => x.first - y.first);
  return columnsOf(
    world,
    whole.map(({ first }) => parts.row[first]!),
    whole.map(({ end }) => end),
  );
}

/** Without stays that touch an end of the period: they were cut there, and say nothing of who came or went together. */
export function insidePeriod(world: World, stays: Stays): Stays {
  const inside = Array.from(stays.row.keys()).filter(
    (i) => stays.begin[i]! > world.fromDay && stays.end[i]! < world.toDay - 1,
  );
  return columnsOf(
    world,
    inside.map((i) => stays.row[i]!),
    inside.map((i) => stays.end[i]!),
  );
}

function columnsOf(world: World, rows: readonly number[], end: readonly number[]): Stays {
  const s = world.settlements;
  const categories = new Map<string, number>();
  const category = s.diagnoses.map((d) => {
    const head = d.slice(0, 3);
    const known = categories.get(head);
    if (known !== undefined) return known;
    categories.set(head, categories.size);
    return categories.size - 1;
  });
  const row = Int32Array.from(rows);
  const named = (i: number) => s.diagnoses[s.diagnosis[i]!] ?? '';
  return {
    row,
    patient: row.map((i) => s.patient[i]!),
    institution: row.map((i) => s.institution[i]!),
    begin: row.map((i) => s.beginDay[i]!),
    end: Int32Array.from(end),
    diagnosis: row.map((i) => (s.diagnosis[i]! < 0 ? -1 : category[s.diagnosis[i]!]!)),
    cyclic: Uint8Array.from(row, (i) => (CYCLIC.test(named(i)) ? 1 : 0)),
    paired: Uint8Array.from(row, (i) => (PAIRED.test(named(i)) ? 1 : 0)),
    programme: Uint8Array.from(row, (i) => (PROGRAMME.test(named(i)) ? 1 : 0)),
    contagious: Uint8Array.from(row, (i) => (CONTAGIOUS.test(named(i)) ? 1 : 0)),
    level: world.institutions.level,
  };
}

/** Joint stays of the members of a group. */
export interface JointStays {
  /** Indexes into the stays, ascending. */
  readonly stays: readonly number[];
  readonly meetings: number;
  readonly byPlace: ReadonlyMap<number, number>;
  /** The stays of both, two by two, by `pairKey`. */
  readonly ofPair: ReadonlyMap<number, ReadonlyArray<readonly [number, number]>>;
}

export function jointStays(
  stays: Stays,
  members: readonly number[],
  household: Int32Array,
  tolerance: number,
  key: (a: number, b: number) => number,
): JointStays {
  const inside = new Set(members);
  const mine: number[] = [];
  for (let i = 0; i < stays.patient.length; i++) if (inside.has(stays.patient[i]!)) mine.push(i);
  mine.sort(
    (x, y) =>
      stays.institution[x]! - stays.institution[y]! || stays.begin[x]! - stays.begin[y]! || x - y,
  );
  const joint = new Set<number>();
  const byPlace = new Map<number, number>();
  const ofPair = new Map<number, Array<readonly [number, number]>>();
  let meetings = 0;
  for (let x = 0; x < mine.length; x++)
    for (let y = x + 1; y < mine.length; y++) {
      const i = mine[x]!;
      const j = mine[y]!;
      if (stays.institution[i] !== stays.institution[j]) break;
      if (stays.begin[j]! - stays.begin[i]! > tolerance) break;
      const a = stays.patient[i]!;
      const b = stays.patient[j]!;
      if (a === b || household[a] === household[b]) continue;
      if (Math.abs(stays.end[i]! - stays.end[j]!) > tolerance) continue;
      joint.add(i);
      joint.add(j);
      meetings++;
      byPlace.set(stays.institution[i]!, (byPlace.get(stays.institution[i]!) ?? 0) + 1);
      push(ofPair, key(a, b), [i, j]);
    }
  return { stays: [...joint].sort((x, y) => x - y), meetings, byPlace, ofPair };
}
