import { jaccardOfLists } from '../../algorithms/minhash.js';
import { push } from '../../model/multimap.js';
import { CLASS_CHRONIC, CLASS_OUTPATIENT, type World } from '../../projection/world.js';
import { type DiagnosisRecords, recordsByDiagnosis, rowsByDiagnosis } from './records.js';

/** One doctor’s (or, where none is named, one ward’s) bills of one diagnosis, and those nearly the same as one of them. */
export interface Star {
  /** All bills of the diagnosis, whatever doctor's; one array for all its stars. */
  readonly all: readonly number[];
  readonly diagnosis: number;
  readonly institution: number;
  /** −1 for a ward. */
  readonly doctor: number;
  readonly rows: readonly number[];
  readonly clones: readonly number[];
  /** Whether a bill is nearly the same as the one that the clones are like. */
  readonly isLike: (row: number) => boolean;
}

interface CloneOptions {
  readonly minItems: number;
  readonly similarity: number;
  readonly seed: number;
}

/** In-patient bills, diagnosis by diagnosis. */
export function wardStars(world: World, options: CloneOptions, onDiagnosis: () => void): Star[][] {
  return recordsByDiagnosis(world, options, onDiagnosis).map((records) => starsOf(world, records));
}

/** Doctors, and wards where none is named, with their bills of one diagnosis. */
function starsOf(world: World, records: DiagnosisRecords): Star[] {
  const s = world.settlements;
  const { diagnosis, rows: all } = records;
  const unit = (row: number) =>
    `${s.institution[row]}|${s.doctor[row]}|${s.doctor[row]! < 0 ? s.department[row] : ''}`;
  return grouped(all, unit).map((rows): Star => {
    const { form, rows: clones } = largestStar(records, rows);
    const like = new Set(records.like[form]!);
    const isLike = (row: number) => like.has(records.formOf.get(row)!);
    const [institution, doctor] = [s.institution[rows[0]!]!, s.doctor[rows[0]!]!];
    return { all, diagnosis, institution, doctor, rows, clones, isLike };
  });
}

/** The bills nearly the same as one of them, as many as there are for any. */
function largestStar(
  records: DiagnosisRecords,
  rows: readonly number[],
): { form: number; rows: number[] } {
  const count = new Map<number, number>();
  for (const row of rows) {
    const form = records.formOf.get(row)!;
    count.set(form, (count.get(form) ?? 0) + 1);
  }
  let best = -1;
  let most = 0;
  for (const form of count.keys()) {
    const n = records.like[form]!.reduce((sum, f) => sum + (count.get(f) ?? 0), 0);
    if (n > most) {
      most = n;
      best = form;
    }
  }
  const like = new Set(records.like[best]!);
  return { form: best, rows: rows.filter((row) => like.has(records.formOf.get(row)!)) };
}

/** Bills with a diagnosis at other institutions than the one that has most of them, from which it is common. */
const COMMON = 15;

/**
 * Out-patient bills of named doctors. Who comes every month for the same is one person and has one bill here; of
 * a doctor's bills the commonest list is the one that the others are held against. At the counter the diagnosis is often
 * not told: those without one and with one that hardly anybody else treats are compared with each other.
 */
export function counterStars(
  world: World,
  options: CloneOptions,
  onDiagnosis: () => void,
): Star[][] {
  const { lines, settlements: s } = world;
  return counterRows(world).map(([diagnosis, all]) => {
    onDiagnosis();
    // Short bills are nobody's copies, but they show that others do not give everybody the long one.
    const listOf = new Map<number, readonly number[]>();
    for (const row of all) {
      const items = lines.item.subarray(lines.start[row] ?? 0, lines.start[row + 1] ?? 0);
      if (items.length < options.minItems) continue;
      const set = [...new Set(items)].sort((a, b) => a - b);
      if (set.length >= options.minItems) listOf.set(row, set);
    }
    const desks = grouped([...listOf.keys()], (row) => `${s.institution[row]}|${s.doctor[row]}`);
    return desks.map((bills): Star => {
      const seen = new Set<number>();
      const rows = bills.filter((row) => !seen.has(s.patient[row]!) && seen.add(s.patient[row]!));
      const centre = commonest(rows.map((row) => listOf.get(row)!));
      const isLike = (row: number) => {
        const list = listOf.get(row);
        return list !== undefined && jaccardOfLists(centre, list) >= options.similarity;
      };
      const [institution, doctor] = [s.institution[rows[0]!]!, s.doctor[rows[0]!]!];
      return { all, diagnosis, institution, doctor, rows, clones: rows.filter(isLike), isLike };
    });
  });
}

/** Out-patient bills by diagnosis, those of all that are not common under −1. */
function counterRows(world: World): Array<[diagnosis: number, rows: number[]]> {
  const s = world.settlements;
  const isCounter = (row: number) =>
    (s.class[row] === CLASS_OUTPATIENT || s.class[row] === CLASS_CHRONIC) &&
    s.doctor[row]! >= 0 &&
    !s.dialysis[row];
  const common: Array<[number, number[]]> = [];
  const others: number[] = [];
  for (const [diagnosis, rows] of rowsByDiagnosis(world, isCounter)) {
    const houses = grouped(rows, (row) => `${s.institution[row]}`).map((own) => own.length);
    if (diagnosis >= 0 && rows.length - Math.max(...houses) >= COMMON)
      common.push([diagnosis, rows]);
    else for (const row of rows) others.push(row);
  }
  return others.length > 0 ? [[-1, others], ...common] : common;
}

function commonest(lists: ReadonlyArray<readonly number[]>): readonly number[] {
  const groups = grouped(lists, (list) => list.join());
  return groups.reduce((x, y) => (y.length > x.length ? y : x))[0]!;
}

function grouped<T>(values: readonly T[], key: (value: T) => string): T[][] {
  const out = new Map<string, T[]>();
  for (const value of values) push(out, key(value), value);
  return [...out.values()];
}
