/**
 * What a block of people × places has beyond every way of living that could make it.
 *
 * Each of the people may be explained the best way there is:
 * - by habit: p_ik = 1 − exp(−deg_i·g), g the largest of the share of his home area's links that go to k, of his region's,
 *   and, for a place of his region, of one place in so many as the region's links are spread over (e^entropy: he goes anywhere);
 * - he lives elsewhere than he is registered: g of any other area or region as well, for ln of the number of these,
 *   or for nothing where it is one for the whole block;
 * - he goes to one of the places, and whoever goes there goes to the others: the share of its other visitors who visited k.
 *
 * The score is Σ_i min over explanations of Σ_k [x_ik·ln(½/p_ik) + (1 − x_ik)·ln(½/(1 − p_ik))], the log likelihood ratio of
 * people lent to each place with probability ½, where the place by which somebody is explained says nothing. All shares are
 * those of everybody but the people of the block. Both sides name the same people and places, so naming is not paid for.
 */
import {
  type CoVisits,
  countShares,
  type Links,
  linkShare,
  placePair,
  type Shares,
} from './placeLinks.js';

/** Nothing is surer than this. */
const MOST = 0.95;
const LEAST = 1e-6;

export interface JudgedBlock {
  readonly places: readonly number[];
  readonly score: number;
  /** Links of each of the places, and how many the habits of the homes make. */
  readonly joined: readonly number[];
  readonly byHabit: readonly number[];
}

/** A world's uses: redrawn worlds have their own. */
export interface Uses {
  /** Places of a person. */
  by(person: number): ReadonlySet<number>;
  /** Who may be of a block for having used a place that is rare where he lives. */
  at(place: number): readonly number[];
}

/** `settle` gives a block's people once more, by habits that none of them makes; `judge` says what is left of it. */
export interface BlockJudge {
  settle(people: readonly number[], uses: Uses): readonly number[];
  judge(people: readonly number[], uses: Uses): JudgedBlock;
}

const ROUNDS = 6;

/**
 * `used` is every visit, also of those who are judged, sorted by patient and place; a place is the block's when `coreShare`
 * of its people, two at least, used it, and that pays for the place's name, which costs less once some are named. Who is of
 * a block pays for his, of a household the one with most.
 */
export function blockJudge(
  used: Links,
  visited: CoVisits,
  {
    area,
    region,
    household,
  }: { readonly area: Int32Array; readonly region: Int32Array; readonly household: Int32Array },
  coreShare: number,
): BlockJudge {
  const areas = homes(used, area);
  const regions = homes(used, region);
  const evenly = evenShares(regions.shares);
  const all = areas.shares.ofArea.size + regions.shares.ofArea.size;
  const everybody = new Set(used.patient).size;
  const everywhere = areas.shares.ofPlace.size;
  const degree = (m: number) => Math.max(1, visited.of(m).length);

  /** The shares of everybody but the people, and the chances that they make. */
  function habits(people: readonly number[]) {
    const mine = linksOf(people, visited);
    const areaOf = areas.without(mine);
    const regionOf = regions.without(mine);
    const inRegion = (r: number, k: number) =>
      Math.max(regionOf(r, k), evenly.home.get(k) === r ? evenly.share.get(r)! : 0);
    const chance = (m: number, k: number) =>
      chanceOf(degree(m), Math.max(areaOf(area[m]!, k), inRegion(region[m]!, k)));
    /** The same by what is known of his home alone, not by going anywhere. */
    const atHome = (m: number, k: number) =>
      chanceOf(degree(m), Math.max(areaOf(area[m]!, k), regionOf(region[m]!, k)));
    return { mine, areaOf, inRegion, chance, atHome };
  }

  function settle(start: readonly number[], uses: Uses): readonly number[] {
    let people = start;
    let known = 1;
    for (let round = 0; round < ROUNDS; round++) {
      const { chance } = habits(people);
      const places = placesOf(people, uses, chance, 0, everywhere / known);
      if (places.length < 2) return start;
      const next = peopleOf(places, uses, chance, everybody / people.length, household);
      if (next.length < 2) return start;
      known = places.length;
      const isSame = next.length === people.length && next.every((m, i) => m === people[i]);
      people = next;
      if (isSame) break;
    }
    return people;
  }

  function judge(people: readonly number[], uses: Uses): JudgedBlock {
    const { mine, areaOf, inRegion, chance: byHabit, atHome } = habits(people);
    const surest = placesOf(people, uses, byHabit, coreShare, everywhere).length;
    const places = placesOf(people, uses, byHabit, coreShare, everywhere / Math.max(1, surest));
    const usual = usualOf(mine, places, visited);
    const near = (shares: Shares) =>
      [...shares.ofArea.keys()].filter((a) =>
        places.some((k) => (shares.here.get(a * shares.places + k) ?? 0) > 0),
      );
    const elsewhere = [
      ...near(areas.shares).map((a) => places.map((k) => areaOf(a, k))),
      ...near(regions.shares).map((r) => places.map((k) => inRegion(r, k))),
    ];
    const pays = Math.log(Math.max(2, all));
    // Everybody by himself, and where all of the block live in one other home.
    let score = 0;
    const together = elsewhere.map(() => 0);
    const joined = places.map(() => 0);
    const made = places.map(() => 0);
    for (const m of people) {
      const x = places.map((k) => uses.by(m).has(k));
      const p = places.map((k) => byHabit(m, k));
      for (let k = 0; k < places.length; k++) {
        if (x[k]) joined[k]!++;
        made[k]! += atHome(m, places[k]!);
      }
      let least = ratio(x, p);
      for (const [j, usually] of usual.entries()) {
        if (!x[j]) continue;
        const q = p.map((v, i) => (i === j ? v : Math.max(v, usually[i]!)));
        least = Math.min(least, ratio(x, q) - Math.log(0.5 / p[j]!));
      }
      const there = elsewhere.map((g) =>
        ratio(
          x,
          p.map((v, i) => Math.max(v, chanceOf(degree(m), g[i]!))),
        ),
      );
      least = Math.min(least, Math.min(...there) + pays);
      score += least;
      for (const [n, value] of there.entries()) together[n]! += Math.min(least, value);
    }
    return { places, score: Math.min(score, ...together), joined, byHabit: made };
  }
  return { settle, judge };
}

function ratio(x: readonly boolean[], p: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.log(0.5 / (x[i] ? p[i]! : 1 - p[i]!));
  return sum;
}

function chanceOf(degree: number, share: number): number {
  return Math.min(MOST, Math.max(LEAST, -Math.expm1(-degree * share)));
}

type Chance = (person: number, place: number) => number;

/** Places that enough of the people used, where that pays for naming one of so many. */
function placesOf(
  people: readonly number[],
  uses: Uses,
  chance: Chance,
  share: number,
  ofSoMany: number,
): number[] {
  const times = new Map<number, number>();
  for (const m of people) for (const k of uses.by(m)) times.set(k, (times.get(k) ?? 0) + 1);
  return [...times]
    .filter(([k, n]) => {
      if (n < 2 || n < share * people.length) return false;
      const sum = ratio(
        people.map((m) => uses.by(m).has(k)),
        people.map((m) => chance(m, k)),
      );
      return sum > Math.log(ofSoMany);
    })
    .map(([k]) => k)
    .sort((x, y) => x - y);
}

/** Who used two of the places and more than pays for naming one of so many; ascending. */
function peopleOf(
  places: readonly number[],
  uses: Uses,
  chance: Chance,
  ofSoMany: number,
  household: Int32Array,
): number[] {
  const times = new Map<number, number>();
  for (const k of places) for (const m of uses.at(k)) times.set(m, (times.get(m) ?? 0) + 1);
  const heads = new Map<number, readonly [number, number]>();
  for (const [m, n] of times) {
    if (n < 2) continue;
    const sum = ratio(
      places.map((k) => uses.by(m).has(k)),
      places.map((k) => chance(m, k)),
    );
    const head = heads.get(household[m]!);
    const isMost = !head || sum > head[1] || (sum === head[1] && m < head[0]);
    if (sum > Math.log(ofSoMany) && isMost) heads.set(household[m]!, [m, sum]);
  }
  return [...heads.values()].map(([m]) => m).sort((x, y) => x - y);
}

function linksOf(people: readonly number[], visited: CoVisits): Links {
  const patient = people.flatMap((m) => visited.of(m).map(() => m));
  const place = people.flatMap((m) => visited.of(m));
  return { patient: Int32Array.from(patient), place: Int32Array.from(place) };
}

/** Shares of every home's links, and the same without some people's. */
function homes(used: Links, home: Int32Array) {
  const shares = countShares(used, home);
  const without = (links: Links) => {
    const mine = countShares(links, home);
    return (a: number, k: number) =>
      linkShare(
        (shares.here.get(a * shares.places + k) ?? 0) - (mine.here.get(a * mine.places + k) ?? 0),
        (shares.ofArea.get(a) ?? 0) - (mine.ofArea.get(a) ?? 0),
        (shares.ofPlace.get(k) ?? 0) - (mine.ofPlace.get(k) ?? 0),
        shares.total,
      );
  };
  return { shares, without };
}

/** The region that most of a place's visitors are of, and the share that each place of a region had if all were alike. */
function evenShares(shares: Shares) {
  const home = new Map<number, number>();
  const most = new Map<number, number>();
  const entropy = new Map<number, number>();
  for (const [key, n] of shares.here) {
    const r = Math.floor(key / shares.places);
    const k = key - r * shares.places;
    if (n > (most.get(k) ?? 0)) {
      most.set(k, n);
      home.set(k, r);
    }
    const p = n / shares.ofArea.get(r)!;
    entropy.set(r, (entropy.get(r) ?? 0) - p * Math.log(p));
  }
  return { home, share: new Map([...entropy].map(([r, h]) => [r, Math.exp(-h)])) };
}

/** By place and other place: share of the first's visitors, without these people, who visited the other. */
function usualOf(mine: Links, places: readonly number[], visited: CoVisits): number[][] {
  const inside = new Set(places);
  const visits = new Map<number, number>();
  const both = new Map<number, number>();
  for (let from = 0; from < mine.patient.length; ) {
    let to = from;
    while (to < mine.patient.length && mine.patient[to] === mine.patient[from]) to++;
    const known = [...mine.place.subarray(from, to)].filter((k) => inside.has(k));
    for (const [x, k] of known.entries()) {
      visits.set(k, (visits.get(k) ?? 0) + 1);
      for (const l of known.slice(x + 1))
        both.set(placePair(k, l), (both.get(placePair(k, l)) ?? 0) + 1);
    }
    from = to;
  }
  return places.map((l) =>
    places.map((k) => {
      const pair = placePair(k, l);
      const together = (visited.both.get(pair) ?? 0) - (both.get(pair) ?? 0);
      const others = visited.at(l).length - (visits.get(l) ?? 0);
      return Math.min(MOST, Math.max(0, together + 0.25) / Math.max(1, others + 1));
    }),
  );
}
