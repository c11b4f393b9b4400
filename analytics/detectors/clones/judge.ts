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
/** Bills of the house's other doctors, of whatever diagnosis, that show whether it keeps pathways at all. */
const HOUSE_ANY = 15;

interface Star {
  readonly records: DiagnosisRecords;
  readonly institution: number;
  readonly doctor: number;
  readonly rows: readonly number[];
  /** Bills nearly the same as one of them. */
  readonly form: number;
  readonly clones: readonly number[];
}

/** How far a doctor or ward repeats itself. */
const repeats = (star: Star) => (star.clones.length - 1) / (star.rows.length - 1);

/**
 * Every unit with `least` bills or more, of all diagnoses. Whether j of the n others are like a given bill is
 * binomial with the larger of two shares: of other hospitals’ bills that are like it, and of what hardly any
 * doctor of another hospital repeats himself more with the diagnosis. A union bound pays for the choice of
 * the bill. The house’s own way is read off its other doctors’ bills of the diagnosis, and where there are too few,
 * off how far they repeat themselves with other diagnoses: who keeps pathways keeps them for most patients.
 */
export function cloneUnits(
  world: World,
  all: readonly DiagnosisRecords[],
  least: number,
): CloneUnit[] {
  const stars = all.map((records) => starsOf(world, records));
  const ofHouse = new Map<number, Star[]>();
  for (const star of stars.flat())
    if (star.rows.length > 1)
      ofHouse.set(star.institution, [...(ofHouse.get(star.institution) ?? []), star]);
  return stars.flatMap((own) =>
    own
      .filter((star) => star.rows.length >= least)
      .map((star) => judge(world, star, own, ofHouse.get(star.institution) ?? [])),
  );
}

/** Doctors, and wards where none is named, with their bills of one diagnosis. */
function starsOf(world: World, records: DiagnosisRecords): Star[] {
  const s = world.settlements;
  const units = new Map<string, number[]>();
  for (const row of records.rows) {
    const d = s.doctor[row]!;
    const key = `${s.institution[row]}|${d}|${d < 0 ? s.department[row] : ''}`;
    const list = units.get(key);
    if (list) list.push(row);
    else units.set(key, [row]);
  }
  return [...units.values()].map((rows) => {
    const { form, rows: clones } = largestStar(records, rows);
    const [first] = rows;
    const [institution, doctor] = [s.institution[first!]!, s.doctor[first!]!];
    return { records, institution, doctor, rows, form, clones };
  });
}

function judge(
  world: World,
  star: Star,
  peers: readonly Star[],
  house: readonly Star[],
): CloneUnit {
  const s = world.settlements;
  const { records, institution, doctor, rows } = star;
  const habits = peers
    .filter((u) => u.rows.length >= PEER_RECORDS && u.institution !== institution)
    .map(repeats);
  const habit =
    habits.length >= PEER_UNITS ? quantileSorted(Float64Array.from(habits).sort(), HABIT) : 0;
  const like = new Set(records.like[star.form]!);
  const share = (among: readonly number[]) =>
    (among.filter((row) => like.has(records.formOf.get(row)!)).length + 1) / (among.length + 2);
  const elsewhere = records.rows.filter((row) => s.institution[row] !== institution);
  const mine = new Set(rows);
  const same = records.rows.filter((row) => s.institution[row] === institution && !mine.has(row));
  const others = house.filter((u) => u.records !== records && (u.doctor !== doctor || doctor < 0));
  const n = rows.length;
  const tail = (chance: number) =>
    Math.min(1, n * Math.exp(logBinomialTail(star.clones.length - 1, n - 1, chance)));
  const chance = Math.max(share(elsewhere), habit);
  const pathway = same.length >= HOUSE ? share(same) : wayOf(others);
  return {
    ...{ diagnosis: records.diagnosis, institution, doctor, records: n, clones: star.clones },
    expected: 1 + (n - 1) * chance,
    p: tail(chance),
    house: pathway === undefined ? undefined : tail(Math.max(chance, pathway)),
  };
}

/** How far the doctors of a house repeat themselves, together and the one who does it most; too few say nothing. */
function wayOf(stars: readonly Star[]): number | undefined {
  let [again, bills] = [0, 0];
  let most = 0;
  for (const star of stars) {
    again += star.clones.length - 1;
    bills += star.rows.length - 1;
    if (star.rows.length >= PEER_RECORDS) most = Math.max(most, repeats(star));
  }
  return bills >= HOUSE_ANY ? Math.max(most, (again + 1) / (bills + 2)) : undefined;
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
