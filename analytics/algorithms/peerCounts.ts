/**
 * Counts of one unit against its peers (DETECTORS.md, N3): "this hospital shows `k`; what would an
 * honest one of its kind, as often looked at, show?"
 *
 * Formula: k ~ negative binomial of mean rate·exposure. The rate is that of the unit's stratum, the
 * unit itself left out, shrunk to the rate of all (weight `SHRINK` events). Honest units differ, so the
 * variance is mean + mean²·φ; the uncertainty of the rate adds 1/events and φ·Σe²/(Σe)² of the peers.
 * Few units tell φ badly, and a unit far out is just what a φ taken too small makes: so none is chosen. The tail is
 * the mean of the tails over all φ from `spread` to `SPREAD_MOST`, weighed by how well each foretells the *other* units
 * (the predictive law, which Student's t is for the normal; Gelman et al., Bayesian Data Analysis, §3.2). Guilty
 * units are among the peers, and a large one moves rate and φ so far that it hides itself: the few furthest are taken out
 * one by one before any is judged (Rosner 1983), then whoever is far out is left out of rate and φ and looked at
 * again (a forward search, Atkinson & Riani 2000). With `aside` both begin without a share of the furthest.
 */
import { logNegativeBinomial, logNegativeBinomialTail } from './tails.js';

export interface PeerUnit {
  /** Events seen. */
  readonly k: number;
  /** Events of an average unit of the same size and mix; any unit of measure, > 0 where looked at. */
  readonly exposure: number;
  /** Units of one stratum are peers. */
  readonly stratum: number;
}

export interface PeerOptions {
  /** Events per exposure before looking at any, and the exposure that this is worth. */
  readonly prior: number;
  readonly priorExposure: number;
  /** φ that honest units have at least: 0.1 lets them differ by a third. */
  readonly spread: number;
  /**
   * Share of the units that may stand apart before anything is estimated: where one event should not
   * happen at all, a few units full of them must not be what the others are held against. None by default.
   */
  readonly aside?: number;
  /**
   * p of one unit below which it stands apart; else what none of all should reach. Several guilty units hide each
   * other while each of them is still within that.
   */
  readonly apart?: number;
  /** Whether the furthest is left out of all before it is judged, however few are looked at; else of thirty or more. */
  readonly alone?: boolean;
}

export interface PeerTest {
  /** Events an honest unit would show; 0 where the exposure is 0. */
  readonly expected: Float64Array;
  /** ln P(k or more). */
  readonly logP: Float64Array;
  /** Units with an exposure: the looks that a family-wise p has to pay for. */
  readonly looks: number;
  /** The likeliest φ. */
  readonly spread: number;
}

/** Events of the overall rate that a stratum's own rate is shrunk with. */
const SHRINK = 5;
/** Largest φ that is weighed: the rates of units deviate by four times their mean. */
const SPREAD_MOST = 16;
/** Values of φ that are weighed. */
const GRID = 24;
/** What φ foretells this much worse (nats) than the best has no weight. */
const NATS = 16;
const ROUNDS = 4;
/** So many may hide themselves or each other, at most, and one in so many of those looked at. */
const HIDERS = 3;
const HIDERS_AMONG = 30;

export function testPeers(units: readonly PeerUnit[], options: PeerOptions): PeerTest {
  const nobody = new Uint8Array(units.length);
  const looks = units.filter((u) => u.exposure > 0).length;
  if (!options.aside) {
    const hidden = hiders(units, options, looks);
    return search(units, options, hidden, units.length);
  }
  const most = Math.floor(options.aside * looks);
  const alike = judge(units, options, nobody, [options.spread]);
  return search(units, options, furthest(alike.logP, lineOf(looks, options), most), most);
}

/**
 * Units that raise the rate and the spread so far that they hide themselves or each other: the furthest is taken out, and
 * then the next, before any is judged, and the last one that stands out without those before it counts with them
 * (Rosner 1983, many-outlier procedure).
 */
function hiders(units: readonly PeerUnit[], options: PeerOptions, looks: number): Uint8Array {
  const out = new Uint8Array(units.length);
  let found = out.slice();
  const most = Math.min(HIDERS, Math.floor(looks / HIDERS_AMONG));
  for (let taken = 0; taken < Math.max(most, options.alone ? 1 : 0); taken++) {
    const { logP } = judge(units, options, out);
    let next = -1;
    logP.forEach((p, i) => {
      if (!out[i] && p < 0 && (next < 0 || p < logP[next]!)) next = i;
    });
    if (next < 0) break;
    out[next] = 1;
    if (judge(units, options, out).logP[next]! < lineOf(looks)) found = out.slice();
  }
  return found;
}

/** The search from a first set of units `outside`, of which there are never more than `most`. */
function search(
  units: readonly PeerUnit[],
  options: PeerOptions,
  first: Uint8Array,
  most: number,
): PeerTest {
  let outside = first;
  let test = judge(units, options, outside);
  for (let round = 1; round < ROUNDS; round++) {
    const next = furthest(test.logP, lineOf(test.looks, options), most);
    if (next.every((x, i) => x === outside[i])) break;
    outside = next;
    test = judge(units, options, outside);
  }
  return test;
}

/** All units against the peers that are not `outside`; φ may be given. */
function judge(
  units: readonly PeerUnit[],
  options: PeerOptions,
  outside: Uint8Array,
  fixed?: readonly number[],
): PeerTest {
  const expected = new Float64Array(units.length);
  const logP = new Float64Array(units.length);
  const classes = classesOf(units, outside);
  const laws = lawsOf(classes, options);
  const grid = fixed ?? gridOf(classes, laws, options.spread);
  const fits = grid.map((phi) => fitOf(classes, laws, phi));
  const totals = fits.map((fit) => totalOf(classes, fit));
  // Values of φ by equal factors stand for a stretch that is as long as φ.
  const prior = grid.map(Math.log);
  classes.forEach((c, i) => {
    const law = laws[i]!;
    // A unit must not widen the law that it is held against.
    const weights = totals.map((t, g) => prior[g]! + (c.outside ? t : t - fits[g]![i]!));
    const tails = grid.map(
      (phi, g) => weights[g]! + logNegativeBinomialTail(c.unit.k, law.expected, sizeOf(law, phi)),
    );
    const p = Math.min(0, logSum(tails) - logSum(weights));
    for (const u of c.units) {
      expected[u] = law.expected;
      logP[u] = p;
    }
  });
  return {
    expected,
    logP,
    looks: units.filter((u) => u.exposure > 0).length,
    spread: grid[totals.indexOf(Math.max(...totals))]!,
  };
}

/** Units that are alike in everything: what is said of one is said of all. */
interface PeerClass {
  readonly unit: PeerUnit;
  readonly outside: boolean;
  readonly units: number[];
}

function classesOf(units: readonly PeerUnit[], outside: Uint8Array): PeerClass[] {
  const classes = new Map<string, PeerClass>();
  units.forEach((unit, i) => {
    if (unit.exposure <= 0) return;
    const key = `${unit.k} ${unit.exposure} ${unit.stratum} ${outside[i]}`;
    const known = classes.get(key);
    if (known) known.units.push(i);
    else classes.set(key, { unit, outside: outside[i] === 1, units: [i] });
  });
  return [...classes.values()];
}

/** What the peers make of one unit: its mean, and the squared relative error of that: `noise` + φ·`share`. */
interface Law {
  readonly expected: number;
  readonly noise: number;
  readonly share: number;
}

function lawsOf(classes: readonly PeerClass[], options: PeerOptions): Law[] {
  const all = sums(classes, () => 0);
  const strata = sums(classes, (u) => u.stratum);
  return classes.map(({ unit, outside }) => {
    const [k, e] = outside ? [0, 0] : [unit.k, unit.exposure];
    const every = all.get(0) ?? NONE;
    const own = strata.get(unit.stratum) ?? NONE;
    const wide =
      (every.k - k + options.prior * options.priorExposure) / (every.e - e + options.priorExposure);
    const weight = SHRINK / wide;
    const events = own.k - k + Math.min(SHRINK, every.k - k + 1);
    return {
      expected: ((own.k - k + SHRINK) / (own.e - e + weight)) * unit.exposure,
      noise: 1 / Math.max(1, events),
      share: Math.min(1, Math.max(0, own.squares - e * e) / (own.e - e + weight) ** 2),
    };
  });
}

const sizeOf = (law: Law, phi: number) => 1 / (phi * (1 + law.share) + law.noise);

/** ln likelihood of a unit of each class. */
function fitOf(classes: readonly PeerClass[], laws: readonly Law[], phi: number): number[] {
  return classes.map(({ unit }, i) =>
    logNegativeBinomial(unit.k, laws[i]!.expected, sizeOf(laws[i]!, phi)),
  );
}

/** ln likelihood of all units that are not outside. */
const totalOf = (classes: readonly PeerClass[], fit: readonly number[]) =>
  sum(fit.map((x, i) => (classes[i]!.outside ? 0 : x * classes[i]!.units.length)));

/** Values of φ that are worth weighing, from the least one on, by equal factors. */
function gridOf(classes: readonly PeerClass[], laws: readonly Law[], least: number): number[] {
  let [from, to] = [least, Math.max(SPREAD_MOST, 2 * least)];
  // A second grid within what the first leaves: a crowd of units knows φ to a percent.
  for (let turn = 0; ; turn++) {
    const grid = Array.from({ length: GRID }, (_, g) => from * (to / from) ** (g / (GRID - 1)));
    if (turn === 2) return grid;
    const totals = grid.map((phi) => totalOf(classes, fitOf(classes, laws, phi)));
    const line = Math.max(...totals) - NATS;
    const low = totals.findIndex((t) => t > line);
    const high = totals.findLastIndex((t) => t > line);
    from = grid[Math.max(0, low - 1)]!;
    to = grid[Math.min(GRID - 1, high + 1)]!;
  }
}

const sum = (values: readonly number[]) => values.reduce((x, y) => x + y, 0);

function logSum(values: readonly number[]): number {
  const top = Math.max(...values);
  return top === -Infinity ? top : top + Math.log(sum(values.map((v) => Math.exp(v - top))));
}

/** ln p that none of so many honest units should reach. */
const lineOf = (looks: number, { apart }: { readonly apart?: number } = {}) =>
  Math.log(apart ?? 0.05 / Math.max(1, looks));

/** Units beyond a line, the furthest first and at most so many. */
function furthest(logP: Float64Array, line: number, most: number): Uint8Array {
  const out = new Uint8Array(logP.length);
  const beyond = [...logP.keys()].filter((i) => logP[i]! < line);
  beyond.sort((x, y) => logP[x]! - logP[y]! || x - y);
  for (const i of beyond.slice(0, most)) out[i] = 1;
  return out;
}

interface Sums {
  k: number;
  e: number;
  squares: number;
}
const NONE: Readonly<Sums> = { k: 0, e: 0, squares: 0 };

/** Events, exposure and squared exposure of the units that are not outside. */
function sums(classes: readonly PeerClass[], key: (u: PeerUnit) => number): Map<number, Sums> {
  const out = new Map<number, Sums>();
  for (const { unit, outside, units } of classes) {
    if (outside) continue;
    const of = out.get(key(unit)) ?? { ...NONE };
    of.k += unit.k * units.length;
    of.e += unit.exposure * units.length;
    of.squares += unit.exposure ** 2 * units.length;
    out.set(key(unit), of);
  }
  return out;
}
