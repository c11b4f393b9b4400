import { quantileSorted } from '../../algorithms/robust.js';
import { logBinomialTail } from '../../algorithms/tails.js';
import type { World } from '../../projection/world.js';
import type { DiagnosisRecords } from './records.js';

/** One doctor’s (or, where none is named, one ward’s) bills of one diagnosis that are nearly one bill. */
export interface CloneUnit {
  readonly diagnosis: number;
  readonly institution: number;
  /** −1 for a ward. */
  readonly doctor: number;
  readonly records: number;
  /** Bills nearly the same as one of them. */
  readonly clones: readonly number[];
  /** Clones expected by other hospitals, and by the same hospital’s other doctors (undefined: there are too few). */
  readonly expected: number;
  readonly p: number;
  readonly house: number | undefined;
}

/** Units with fewer bills are nobody’s peers. */
const PEER_RECORDS = 5;
const PEER_UNITS = 4;
/** What nineteen of twenty peers do not exceed is a habit. */
const HABIT = 0.95;
/** Bills of the house that show its pathway. */
const HOUSE = 5;

/**
 * Every unit with `least` bills or more. Whether j of the n others are like a given bill is binomial with
 * the larger of two shares: of other hospitals’ bills that are like it, and of what hardly any doctor of
 * another hospital repeats himself more with the diagnosis. A union bound pays for the choice of the bill.
 */
export function cloneUnits(world: World, records: DiagnosisRecords, least: number): CloneUnit[] {
  const s = world.settlements;
  const units = new Map<string, number[]>();
  for (const row of records.rows) {
    const d = s.doctor[row]!;
    const key = `${s.institution[row]}|${d}|${d < 0 ? s.department[row] : ''}`;
    const list = units.get(key);
    if (list) list.push(row);
    else units.set(key, [row]);
  }
  const stars = [...units.values()].map((rows) => ({ rows, star: largestStar(records, rows) }));
  const out: CloneUnit[] = [];
  for (const { rows, star } of stars) {
    if (rows.length < least) continue;
    const institution = s.institution[rows[0]!]!;
    const doctor = s.doctor[rows[0]!]!;
    const habits = stars
      .filter((u) => u.rows.length >= PEER_RECORDS && s.institution[u.rows[0]!] !== institution)
      .map((u) => (u.star.rows.length - 1) / (u.rows.length - 1));
    const habit =
      habits.length >= PEER_UNITS ? quantileSorted(Float64Array.from(habits).sort(), HABIT) : 0;
    const like = new Set(records.like[star.form]!);
    const share = (among: readonly number[]) =>
      (among.filter((row) => like.has(records.formOf.get(row)!)).length + 1) / (among.length + 2);
    const elsewhere = records.rows.filter((row) => s.institution[row] !== institution);
    const house = records.rows.filter(
      (row) => s.institution[row] === institution && !rows.includes(row),
    );
    const n = rows.length;
    const tail = (chance: number) =>
      Math.min(1, n * Math.exp(logBinomialTail(star.rows.length - 1, n - 1, chance)));
    const chance = Math.max(share(elsewhere), habit);
    out.push({
      ...{ diagnosis: records.diagnosis, institution, doctor, records: n, clones: star.rows },
      expected: 1 + (n - 1) * chance,
      p: tail(chance),
      house: house.length >= HOUSE ? tail(Math.max(chance, share(house))) : undefined,
    });
  }
  return out;
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
