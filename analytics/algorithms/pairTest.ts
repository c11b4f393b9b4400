/**
 * N1: do two patients meet more often than their habits explain? (DETECTORS.md §1)
 *
 * A trial is a pair × place × day on which both were there; a hit, that they came within Δ. The
 * chance of a hit is c = max(c_h, (K·c_h + H)/(K + N)): c_h from the place's clock profile, H of N
 * the pair's agreement in clock time on *different* days, which is what a shift or a market hour
 * looks like. Several visits a day: 1 − (1 − c)^(visits × visits). The p of a pair is the exact
 * Poisson-binomial tail over its trials.
 *
 * The weight of evidence is a Bayes factor: with chance θ the two come together, else as habit has
 * it, so a trial is hit with θ + (1 − θ)c; LLR = ln mean_θ Π(…), θ ∈ {.2, .5, .8}. Its exponential
 * has mean 1 under the null (an e-value; Vovk & Wang 2021), so sums over pairs keep a meaning.
 *
 * Only pairs with enough hits are looked at, but m counts all pairs that share a place-day.
 */
import { throwIfAborted } from '../model/errors.js';
import { meetingChances } from './clockProfile.js';
import { chooseWindows, countMeetings } from './covisit.js';
import { logBayesFactor } from './evidence.js';
import { createPairTable, pairsAtLeast } from './pairTable.js';
import { logPoissonBinomialTail } from './poissonBinomial.js';
import { collectTrials, createTrials, type PairTest } from './trials.js';
import { pairsSharingCells, prepareVisits, type VisitColumns } from './visits.js';

export { hitRows, type PairTest, pairTrials } from './trials.js';

export interface PairTestOptions {
  /** Δ, seconds; 600 by default. */
  readonly deltaSeconds?: number;
  /** K; 10 by default, Infinity trusts the place's profile alone. */
  readonly habitWeight?: number;
  /** Pairs hit on fewer place-days are not tested; 2 by default, 0 tests all that share a cell. */
  readonly minHits?: number;
  /** Pairs with a larger p are left out; 1 by default. */
  readonly maxP?: number;
  /** A place with more pairs of visits within Δ gets a smaller Δ; 20 million by default. */
  readonly maxPairsPerPlace?: number;
}

/** Tested pairs a < b, ordered by (a, b), one array per quantity. */
export interface PairEvidence {
  readonly size: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly trials: Int32Array;
  readonly hits: Int32Array;
  /** Σ of the chances. */
  readonly expected: Float64Array;
  /** ln of the exact p. */
  readonly logP: Float64Array;
  readonly llr: Float64Array;
  readonly looks: number;
}

export function preparePairTest(columns: VisitColumns, options: PairTestOptions = {}): PairTest {
  const world = prepareVisits(columns);
  const windows = chooseWindows(
    world,
    options.deltaSeconds ?? 600,
    options.maxPairsPerPlace ?? 20_000_000,
  );
  return {
    world,
    delta: windows.delta,
    chances: meetingChances(world, windows.delta),
    narrowed: windows.narrowed,
    meetings: windows.pairs,
    looks: pairsSharingCells(world),
    habitWeight: options.habitWeight ?? 10,
    minHits: options.minHits ?? 2,
    maxP: options.maxP ?? 1,
  };
}

/** Tests every pair with enough hits under `clock` (by position; the observed ones by default). */
export function testPairs(
  test: PairTest,
  clock: Int32Array = test.world.clock,
  signal?: AbortSignal,
): PairEvidence {
  const { world, minHits } = test;
  const table = createPairTable(Math.min(test.meetings, 1 << 24));
  const width = minHits > 0 ? test.delta : test.delta.map((d) => (d < 0 ? -1 : 86_400));
  countMeetings(world, clock, width, table, signal);
  const found = pairsAtLeast(table, Math.max(minHits, 1));
  const size = found.size;
  const trials = new Int32Array(size);
  const hits = new Int32Array(size);
  const expected = new Float64Array(size);
  const logP = new Float64Array(size);
  const llr = new Float64Array(size);
  const one = createTrials();
  const logMax = Math.log(test.maxP);
  // Rounding may carry a tail of 1 past 1; that is no reason to drop the pair.
  const stopAbove = test.maxP < 1 ? test.maxP : 2;
  let kept = 0;
  for (let k = 0; k < size; k++) {
    if ((k & 0x3fff) === 0) throwIfAborted(signal);
    const a = found.a[k]!;
    const b = found.b[k]!;
    collectTrials(test, clock, a, b, one);
    const p = logPoissonBinomialTail(one.chance, one.n, one.hits, stopAbove);
    if (p > logMax) continue;
    let sum = 0;
    for (let t = 0; t < one.n; t++) sum += one.chance[t]!;
    found.a[kept] = a;
    found.b[kept] = b;
    trials[kept] = one.n;
    hits[kept] = one.hits;
    expected[kept] = sum;
    logP[kept] = p;
    llr[kept++] = logBayesFactor(one.chance, one.hit, one.n);
  }
  return {
    size: kept,
    a: found.a.subarray(0, kept),
    b: found.b.subarray(0, kept),
    trials: trials.subarray(0, kept),
    hits: hits.subarray(0, kept),
    expected: expected.subarray(0, kept),
    logP: logP.subarray(0, kept),
    llr: llr.subarray(0, kept),
    looks: test.looks,
  };
}
