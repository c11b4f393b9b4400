import { sidak } from '../../algorithms/multiplicity.js';
import { quantileSorted } from '../../algorithms/robust.js';
import { logBinomialTail } from '../../algorithms/tails.js';
import { push } from '../../model/multimap.js';
import { CLASS_INPATIENT, type World } from '../../projection/world.js';
import type { Star } from './stars.js';

/** A star of many bills, and what chance and the house make of it. */
export interface CloneUnit {
  readonly star: Star;
  /** Clones expected by other hospitals. */
  readonly expected: number;
  readonly p: number;
  /** The same by the house's own way, or what little of that is known. */
  readonly house: HouseWay;
  /** At the counter, the same when of the clones of one day the first stands for all. */
  readonly byDay: { readonly p: number; readonly days: number } | undefined;
}

/** How far a house’s other bills account for a unit. */
export type HouseWay =
  | { readonly known: true; readonly p: number }
  /** Too few other bills: so many, of which so many repeat another. */
  | { readonly known: false; readonly bills: number; readonly repeated: number };

/** The units of wards, or of counters. */
export interface CloneSearch {
  readonly units: readonly CloneUnit[];
  /** Units that were looked at, by whether their house has other bills to show its way. */
  readonly seen: number;
  readonly unseen: number;
}

/** Units with fewer bills are nobody’s peers. */
const PEER_RECORDS = 5;
const PEER_UNITS = 4;
/** What nineteen of twenty peers do not exceed is a habit. */
const HABIT = 0.95;
/** Share of its patients that a house which keeps pathways keeps them for, at least (国家卫健委 demands half to seven in ten). */
const PATHWAYS = 0.5;
/** Bills of the house that show its pathway. */
const HOUSE = 5;
/** Bills of the house's other doctors, of whatever diagnosis, that show whether it keeps pathways at all. */
const HOUSE_ANY = 15;

/** How far a doctor or ward repeats itself. */
const repeats = (star: Star) => (star.clones.length - 1) / (star.rows.length - 1);

/**
 * Every star of `least` bills or more of which `least` are clones, of all diagnoses.
 * Whether j of the n others are like a given bill is binomial with the larger of two shares: of other hospitals’ bills
 * that are like it, and of what hardly any doctor of another hospital repeats himself more with the diagnosis. A union
 * bound pays for the choice of the bill. The house’s own way is read off its other doctors’ bills of the diagnosis, and
 * where there are too few, off how far they repeat themselves with other diagnoses: who keeps pathways keeps them for most
 * patients.
 */
export function cloneUnits(
  world: World,
  stars: ReadonlyArray<readonly Star[]>,
  least: number,
): CloneSearch {
  const ofHouse = new Map<number, Star[]>();
  for (const star of stars.flat()) push(ofHouse, star.institution, star);
  const large = stars.map((own) => own.filter((star) => star.rows.length >= least));
  const units = large.flatMap((of, d) =>
    of
      .filter((star) => star.clones.length >= least)
      .map((star) => judge(world, star, stars[d]!, ofHouse.get(star.institution)!, least)),
  );
  const shows = (star: Star) => {
    const others = ofHouse.get(star.institution)!.filter((u) => u.doctor !== star.doctor);
    return others.reduce((sum, u) => sum + u.rows.length, 0) >= HOUSE_ANY;
  };
  const looked = large.flat();
  const seen = looked.filter(shows).length;
  return { units, seen, unseen: looked.length - seen };
}

function judge(
  world: World,
  star: Star,
  peers: readonly Star[],
  house: readonly Star[],
  least: number,
): CloneUnit {
  const s = world.settlements;
  const { institution, doctor, rows, clones } = star;
  const habits = peers
    .filter((u) => u.rows.length >= PEER_RECORDS && u.institution !== institution)
    .map(repeats);
  const habit =
    habits.length >= PEER_UNITS ? quantileSorted(Float64Array.from(habits).sort(), HABIT) : 0;
  const elsewhere = star.all.filter((row) => s.institution[row] !== institution);
  const n = rows.length;
  const tail = (chance: number, gone = 0) =>
    Math.min(1, n * Math.exp(logBinomialTail(clones.length - 1 - gone, n - 1 - gone, chance)));
  const chance = Math.max(likeShare(elsewhere, star), habit);
  const days = new Set(clones.map((row) => s.day[row]!)).size;
  return {
    ...{ star, expected: 1 + (n - 1) * chance, p: tail(chance) },
    house: houseWay(world, star, house, doctor, (way) => tail(Math.max(chance, way))),
    byDay:
      s.class[rows[0]!] === CLASS_INPATIENT
        ? undefined
        : { days, p: days < least ? 1 : tail(chance, clones.length - days) },
  };
}

const likeShare = (rows: readonly number[], star: Star) =>
  (rows.filter(star.isLike).length + 1) / (rows.length + 2);

function houseWay(
  world: World,
  star: Star,
  house: readonly Star[],
  doctor: number,
  tail: (way: number) => number,
): HouseWay {
  const s = world.settlements;
  const mine = new Set(star.rows);
  const isOwn = (row: number) => mine.has(row) || (doctor >= 0 && s.doctor[row] === doctor);
  const same = star.all.filter((row) => s.institution[row] === star.institution && !isOwn(row));
  if (same.length >= HOUSE) return { p: tail(likeShare(same, star)), known: true };
  const others = house.filter((u) => u.all !== star.all && (u.doctor !== doctor || doctor < 0));
  const { again, bills, most } = wayOf(others);
  if (bills >= HOUSE_ANY)
    return { p: tail(Math.max(most, (again + 1) / (bills + 2))), known: true };
  return { known: false, bills, repeated: again };
}

/**
 * p of a unit if its house keeps pathways, family-wise. Of a house that shows too little of its way it is how often units
 * that nobody elsewhere resembles are their house's pathway where that can be seen (one more than were seen), times the
 * chance that a house which keeps them for half of its patients repeats none of its few other bills, times the units of
 * such houses. Where one of these repeats another nothing is ruled out.
 */
export function pathwayTest(
  searches: readonly CloneSearch[],
  level: number,
): (house: HouseWay) => number {
  const sum = (of: (search: CloneSearch) => number) => searches.reduce((n, x) => n + of(x), 0);
  const [seen, unseen] = [sum((x) => x.seen), sum((x) => x.unseen)];
  const looks = seen + unseen;
  const isPathway = ({ p, house }: CloneUnit) =>
    house.known && sidak(p, looks) <= level && sidak(house.p, looks) > level;
  const rate = (sum((x) => x.units.filter(isPathway).length) + 1) / (seen + 2);
  const houses = Math.max(1, unseen);
  return (house) => {
    if (house.known) return sidak(house.p, looks);
    if (house.repeated > 0) return 1;
    return Math.min(1, houses * rate * (1 - PATHWAYS) ** house.bills);
  };
}

/** How far the bills of a house repeat each other, diagnosis by diagnosis, and the doctor who does it most. */
function wayOf(stars: readonly Star[]): { again: number; bills: number; most: number } {
  let most = 0;
  const ofDiagnosis = new Map<number, Star[]>();
  for (const star of stars) {
    if (star.rows.length >= PEER_RECORDS) most = Math.max(most, repeats(star));
    ofDiagnosis.set(star.diagnosis, [...(ofDiagnosis.get(star.diagnosis) ?? []), star]);
  }
  let [again, bills] = [0, 0];
  for (const own of ofDiagnosis.values()) {
    const rows = own.flatMap((star) => star.rows);
    again += Math.max(...own.map((star) => rows.filter(star.isLike).length)) - 1;
    bills += rows.length - 1;
  }
  return { again, bills, most };
}
