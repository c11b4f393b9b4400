import { INSTITUTION_HOSPITAL, type World } from '../../projection/world.js';
import { byIngredient, type Fill, fillsOf } from './fills.js';

/** What one person was given by hospitals, and how much of it another hospital had given already. */
export interface Duplicate {
  readonly patient: number;
  /** Days on which hospitals handed out drugs. */
  readonly visits: number;
  /**
   * Of these, days on which a drug was given while a month's supply of its ingredient lasted from another hospital, but for
   * what any one pair of hospitals accounts for, which may not know of one another, and any one script; and the
   * same without items that the person is given for the first time, a change of strength.
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

/** Whoever fetches so many days before the last pack is empty does not double a drug. */
const EARLY = 14;
const MONTH = 30;

interface Variant {
  readonly cap: number;
  readonly early: number;
}
const PLAIN: Variant = { cap: Infinity, early: 0 };

/** Everybody whom a hospital gave a drug, in order of the patients; a fill is early where another's lasts so many days. */
export function duplicates(
  world: World,
  lasts: number,
  onPatient: (patient: number) => void,
): Duplicate[] {
  const out: Duplicate[] = [];
  for (let patient = 0; patient < world.patients.ids.length; patient++) {
    onPatient(patient);
    const fills = fillsOf(world, patient).filter(
      (f) => world.institutions.type[f.institution] === INSTITUTION_HOSPITAL,
    );
    if (fills.length > 0) out.push(duplicateOf(patient, fills, lasts));
  }
  return out;
}

function duplicateOf(patient: number, fills: readonly Fill[], lasts: number): Duplicate {
  const sums = { days: 0, notEarly: 0, monthly: 0 };
  const hospitals = new Set<number>();
  const ingredients = new Set<number>();
  const longest: Array<{ row: number; days: number }> = [];
  const doubled = new Set<number>();
  const doubledKept = new Set<number>();
  const doubledDrugs: Fill[][] = [];
  const drugs = byIngredient(fills);
  for (const [ingredient, list] of drugs) {
    if (new Set(list.map((f) => f.institution)).size < 2) continue;
    const covered = overlaps(list, PLAIN);
    if (sum(covered) <= 0) continue;
    ingredients.add(ingredient);
    doubledDrugs.push(list);
    for (const f of list) hospitals.add(f.institution);
    const early = earlyFills(list, EARLY);
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
    ...{ patient, visits: new Set(fills.map((f) => f.day)).size, drugs: drugs.size, ...sums },
    early: unaccounted(doubledDrugs, (list) => earlyFills(list, lasts)),
    notNew: unaccounted(doubledDrugs, (list) => earlyFills(list, lasts).filter((e) => e.had)),
    ...{ newly: doubled.size, newlyKept: doubledKept.size, hospitals: hospitals.size, ingredients },
    rows: [...new Set(longest.map((l) => l.row))],
  };
}

interface EarlyFill {
  readonly day: number;
  /** Pairs of this hospital and another, whose last supply, taken for a month, lasted. */
  readonly pairs: readonly string[];
  /** The person had the item before: back and forth is no change of dose. */
  readonly had: boolean;
  /** One of the others gives the ingredient again later. */
  readonly goesOn: boolean;
}

/** Fills of one ingredient made while the last one of another hospital lasted for so many days, in order of time. */
function earlyFills(fills: readonly Fill[], lasts: number): EarlyFill[] {
  const last = new Map<number, Fill>();
  const had = new Set<number>();
  const out: EarlyFill[] = [];
  for (const [k, f] of fills.entries()) {
    const lasting = [...last.values()].filter(
      (other) =>
        other.institution !== f.institution &&
        other.day + Math.min(MONTH, other.days) - f.day >= lasts,
    );
    if (lasting.length > 0) {
      const from = new Set(lasting.map((other) => other.institution));
      const goesOn = fills.slice(k + 1).some((later) => from.has(later.institution));
      const pairs = [...from].map((h) =>
        h < f.institution ? `${h} ${f.institution}` : `${f.institution} ${h}`,
      );
      out.push({ day: f.day, pairs, had: had.has(f.item), goesOn });
    }
    last.set(f.institution, f);
    had.add(f.item);
  }
  return out;
}

/**
 * Days of early fills, but for those of the pair of hospitals that accounts for most, each ingredient its own, and for those
 * that the script which matters most brings about: one specialist's may run beside all that follow.
 */
function unaccounted(
  drugs: readonly (readonly Fill[])[],
  earlyOf: (list: readonly Fill[]) => EarlyFill[],
): number {
  const lists = drugs.filter((list) => new Set(list.map((f) => f.institution)).size > 2);
  const days = (without: string) =>
    new Set(
      lists.flatMap((list) => notOfOnePair(earlyOf(list.filter((f) => script(f) !== without)))),
    ).size;
  let least = days('');
  for (const one of new Set(lists.flat().map(script))) {
    if (least === 0) break;
    least = Math.min(least, days(one));
  }
  return least;
}

const script = (f: Fill) => `${f.institution} ${f.day}`;

/** Days of the early fills that some other pair than one and the same accounts for; the pair that leaves fewest. */
function notOfOnePair(early: readonly EarlyFill[]): number[] {
  let least = early.map((e) => e.day);
  for (const pair of new Set(early.flatMap((e) => e.pairs))) {
    const left = early.filter((e) => e.pairs.some((p) => p !== pair)).map((e) => e.day);
    if (left.length < least.length) least = left;
  }
  return least;
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
