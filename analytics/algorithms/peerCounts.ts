/**
 * Counts of one unit against its peers (DETECTORS.md, N3): "this hospital shows `k`; what would an
 * honest one of its kind, as often looked at, show?"
 *
 * Formula: k ~ negative binomial of mean rate·exposure. The rate is that of the unit's stratum, the
 * unit itself left out, shrunk to the rate of all (weight `SHRINK` events). Honest units differ, so the
 * variance is mean + mean²·φ with φ by the method of moments over the other units (Anscombe 1949), at least
 * `spread`, and the uncertainty of the rate adds 1/events. Units far out are left out of rate and φ and
 * looked at again (a forward search, Atkinson & Riani 2000), since guilty units are among the peers;
 * with `aside` the search begins without the furthest, which would otherwise hide each other.
 */
import { logNegativeBinomialTail } from './tails.js';

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
}

export interface PeerTest {
  /** Events an honest unit would show; 0 where the exposure is 0. */
  readonly expected: Float64Array;
  /** ln P(k or more). */
  readonly logP: Float64Array;
  /** Units with an exposure: the looks that a family-wise p has to pay for. */
  readonly looks: number;
  readonly spread: number;
}

/** Events of the overall rate that a stratum's own rate is shrunk with. */
const SHRINK = 5;
/** Weight of the least spread against that of the moments, in squared expected events. */
const SPREAD_WEIGHT = 5;
const ROUNDS = 4;

export function testPeers(units: readonly PeerUnit[], options: PeerOptions): PeerTest {
  const nobody = new Uint8Array(units.length);
  if (!options.aside) return search(units, options, nobody, units.length);
  const looks = units.filter((u) => u.exposure > 0).length;
  const most = Math.floor(options.aside * looks);
  const alike = search(units, options, nobody, 0, options.spread);
  return search(units, options, furthest(alike.logP, looks, most), most);
}

/** The search from a first set of units `outside`, of which there are never more than `most`; φ may be given. */
function search(
  units: readonly PeerUnit[],
  options: PeerOptions,
  first: Uint8Array,
  most: number,
  fixed?: number,
): PeerTest {
  const n = units.length;
  const expected = new Float64Array(n);
  const logP = new Float64Array(n);
  let looks = 0;
  for (const u of units) if (u.exposure > 0) looks++;
  let outside = first;
  let spread = options.spread;
  for (let round = 0; round < ROUNDS; round++) {
    const all = sums(units, outside, () => 0);
    const strata = sums(units, outside, (u) => u.stratum);
    const rest = (i: number) => {
      const u = units[i]!;
      const [k, e] = outside[i] ? [0, 0] : [u.k, u.exposure];
      const every = all.get(0) ?? { k: 0, e: 0 };
      const own = strata.get(u.stratum) ?? { k: 0, e: 0 };
      const wide =
        (every.k - k + options.prior * options.priorExposure) /
        (every.e - e + options.priorExposure);
      const weight = SHRINK / wide;
      return {
        rate: (own.k - k + SHRINK) / (own.e - e + weight),
        events: own.k - k + Math.min(SHRINK, every.k - k + 1),
      };
    };
    let over = options.spread * SPREAD_WEIGHT;
    let squares = SPREAD_WEIGHT;
    const events = new Float64Array(n);
    const excess = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      if (units[i]!.exposure <= 0) continue;
      const peers = rest(i);
      events[i] = peers.events;
      expected[i] = peers.rate * units[i]!.exposure;
      if (outside[i]) continue;
      excess[i] = (units[i]!.k - expected[i]!) ** 2 - expected[i]!;
      over += excess[i]!;
      squares += expected[i]! ** 2;
    }
    spread = fixed ?? Math.max(options.spread, over / squares);
    for (let i = 0; i < n; i++) {
      if (units[i]!.exposure <= 0) continue;
      // A unit far out must not widen the law that it is held against.
      const own = outside[i] ? 0 : expected[i]! ** 2;
      const others = fixed ?? Math.max(options.spread, (over - excess[i]!) / (squares - own));
      const size = 1 / (others + 1 / Math.max(1, events[i]!));
      logP[i] = logNegativeBinomialTail(units[i]!.k, expected[i]!, size);
    }
    const next = furthest(logP, looks, most);
    if (next.every((x, i) => x === outside[i])) break;
    outside = next;
  }
  return { expected, logP, looks, spread };
}

/** Units beyond what any of `looks` should reach, the furthest first and at most so many. */
function furthest(logP: Float64Array, looks: number, most: number): Uint8Array {
  const line = Math.log(0.05 / Math.max(1, looks));
  const out = new Uint8Array(logP.length);
  const beyond = [...logP.keys()].filter((i) => logP[i]! < line);
  beyond.sort((x, y) => logP[x]! - logP[y]! || x - y);
  for (const i of beyond.slice(0, most)) out[i] = 1;
  return out;
}

function sums(
  units: readonly PeerUnit[],
  outside: Uint8Array,
  key: (u: PeerUnit) => number,
): Map<number, { k: number; e: number }> {
  const out = new Map<number, { k: number; e: number }>();
  units.forEach((u, i) => {
    if (outside[i] || u.exposure <= 0) return;
    const sum = out.get(key(u)) ?? { k: 0, e: 0 };
    sum.k += u.k;
    sum.e += u.exposure;
    out.set(key(u), sum);
  });
  return out;
}
