import { INSTITUTION_HOSPITAL, type World } from '../../projection/world.js';
import { byIngredient, type Fill, fillsOf } from './fills.js';

/** What one person was given by hospitals, and how much of it another hospital had given already. */
export interface Duplicate {
  readonly patient: number;
  /** Drugs handed out by hospitals, each time counted. */
  readonly fills: number;
  /**
   * Of these, given while a month's supply of the ingredient lasted for EARLY days or more from each of `others` other
   * hospitals; and the same without items that the person is given for the first time, a change of strength.
   */
  readonly early: number;
  readonly notNew: number;
  /** Ingredients that hospitals gave. */
  readonly drugs: number;
  /**
   * Days on which an ingredient was given, for the first time so, while half a month of another hospital's lasted:
   * whoever doubles one drug does so again and again, but each further one is another decision. And the same without
   * what a change of strength accounts for: an item new to the person, after which the other hospital stops.
   */
  readonly newly: number;
  readonly newlyKept: number;
  /** Days covered twice: of everything; without what fetching early explains; with a month at most each time. */
  readonly days: number;
  readonly notEarly: number;
  readonly monthly: number;
  /** Hospitals of the ingredients with days covered twice. */
  readonly hospitals: number;
  readonly ingredients: ReadonlySet<number>;
  /** The fills that came too early, the longest overlap first. */
  readonly rows: readonly number[];
}

/** Fetching so many days before the last pack is empty is ordinary care. */
const EARLY = 14;
const MONTH = 30;

interface Variant {
  readonly cap: number;
  readonly early: number;
}
const PLAIN: Variant = { cap: Infinity, early: 0 };

/** Everybody whom a hospital gave a drug, in order of the patients. */
export function duplicates(
  world: World,
  others: number,
  onPatient: (patient: number) => void,
): Duplicate[] {
  const out: Duplicate[] = [];
  for (let patient = 0; patient < world.patients.ids.length; patient++) {
    onPatient(patient);
    const fills = fillsOf(world, patient).filter(
      (f) => world.institutions.type[f.institution] === INSTITUTION_HOSPITAL,
    );
    if (fills.length > 0) out.push(duplicateOf(patient, fills, others));
  }
  return out;
}

function duplicateOf(patient: number, fills: readonly Fill[], others: number): Duplicate {
  const sums = { early: 0, notNew: 0, days: 0, notEarly: 0, monthly: 0 };
  const hospitals = new Set<number>();
  const ingredients = new Set<number>();
  const longest: Array<{ row: number; days: number }> = [];
  const doubled = new Set<number>();
  const doubledKept = new Set<number>();
  const drugs = byIngredient(fills);
  for (const [ingredient, list] of drugs) {
    if (new Set(list.map((f) => f.institution)).size < 2) continue;
    const covered = overlaps(list, PLAIN);
    if (sum(covered) <= 0) continue;
    ingredients.add(ingredient);
    for (const f of list) hospitals.add(f.institution);
    const early = earlyFills(list);
    const many = early.filter((e) => e.others >= others);
    sums.early += many.length;
    sums.notNew += many.filter((e) => e.had).length;
    const first = early[0];
    const kept = early.find((e) => e.had || e.goesOn);
    if (first) doubled.add(first.day);
    if (kept) doubledKept.add(kept.day);
    sums.days += sum(covered);
    sums.notEarly += sum(overlaps(list, { ...PLAIN, early: EARLY }));
    sums.monthly += sum(overlaps(list, { ...PLAIN, cap: MONTH }));
    for (const [k, f] of list.entries())
      if (covered[k]! > 0) longest.push({ row: f.row, days: covered[k]! });
  }
  longest.sort((x, y) => y.days - x.days || x.row - y.row);
  return {
    ...{ patient, fills: fills.length, drugs: drugs.size, ...sums },
    ...{ newly: doubled.size, newlyKept: doubledKept.size, hospitals: hospitals.size, ingredients },
    rows: [...new Set(longest.map((l) => l.row))],
  };
}

interface EarlyFill {
  readonly day: number;
  /** Other hospitals whose last supply, taken for a month, lasted for EARLY days or more. */
  readonly others: number;
  /** The person had the item before: back and forth is no change of dose. */
  readonly had: boolean;
  /** One of the others gives the ingredient again later. */
  readonly goesOn: boolean;
}

/** Fills of one ingredient made while the last one of another hospital lasted, in order of time. */
function earlyFills(fills: readonly Fill[]): EarlyFill[] {
  const last = new Map<number, Fill>();
  const had = new Set<number>();
  const out: EarlyFill[] = [];
  for (const [k, f] of fills.entries()) {
    const lasting = [...last.values()].filter(
      (other) =>
        other.institution !== f.institution &&
        other.day + Math.min(MONTH, other.days) - f.day >= EARLY,
    );
    if (lasting.length > 0) {
      const from = new Set(lasting.map((other) => other.institution));
      const goesOn = fills.slice(k + 1).some((later) => from.has(later.institution));
      out.push({ day: f.day, others: lasting.length, had: had.has(f.item), goesOn });
    }
    last.set(f.institution, f);
    had.add(f.item);
  }
  return out;
}

/** For each fill, its days that another hospital’s supply covers already. */
function overlaps(fills: readonly Fill[], variant: Variant): number[] {
  const ends = new Map<number, number>();
  return fills.map((f) => {
    const days = Math.min(f.days, variant.cap);
    let covered = 0;
    for (const [institution, end] of ends)
      if (institution !== f.institution) covered = Math.max(covered, end - f.day - variant.early);
    const own = ends.get(f.institution) ?? f.day;
    ends.set(f.institution, Math.max(own, f.day) + days);
    return Math.max(0, Math.min(days, covered));
  });
}

const sum = (values: readonly number[]) => values.reduce((x, y) => x + y, 0);
