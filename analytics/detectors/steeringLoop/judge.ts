import { logNegativeBinomialTail } from '../../algorithms/tails.js';
import { push } from '../../model/multimap.js';
import type { Referral } from './referrals.js';
import { logUrnTail, type Urn } from './urns.js';

/** What a doctor is held to. */
export interface Bounds {
  /** Patients who went there, at least. */
  readonly patients: number;
  /** Hits ÷ expected ones, at least. */
  readonly lift: number;
  /**
   * People choose for themselves, use by use. Not so where an illness decides (a stay on the ward that treats it, and the next
   * stays of the cycle): there people are counted, not uses, and that *all* of a few go to one place says no more than
   * their number.
   */
  readonly free: boolean;
  /** Variance of the factor between an honest doctor and the model. */
  readonly spread: number;
}

/** One doctor's patients at one place, or at two that are visited by turns. */
export interface Judged {
  /** Patients who went there at all. */
  readonly went: ReadonlySet<number>;
  /** Of them, by the choice model. */
  readonly expected: number;
  /** Hits ÷ expected ones of the way of counting that stands out most. */
  readonly lift: number;
  /** Of the way that stands out most, paid for with the ways only. */
  readonly p: number;
}

/** The uses of one doctor's patients; of one visit and place only the first. */
export type Uses = ReadonlyMap<number, readonly Referral[]>;

export function usesOf(events: readonly Referral[]): Uses {
  const uses = new Map<number, Referral[]>();
  const seen = new Map<number, Set<number>>();
  for (const e of events) {
    const places = seen.get(e.visit) ?? new Set<number>();
    seen.set(e.visit, places);
    if (places.has(e.to)) continue;
    places.add(e.to);
    push(uses, e.patient, e);
  }
  return uses;
}

/**
 * Three ways of counting the same people: whoever went there at all; whoever went there mostly, by Markov's bound on each
 * person's share, E[share] ÷ least share that is more than half, however much habit ties uses to each other; and all uses,
 * each person's tied by habit as honest people's are (where they are `free`). `chance` is that of one use.
 */
export function judge(
  uses: Uses,
  to: readonly number[],
  chance: (e: Referral) => number,
  ties: (patient: number) => number,
  bounds: Bounds,
): Judged {
  const went = new Set<number>();
  const once: Urn[] = [];
  const mostly: Urn[] = [];
  const times: Urn[] = [];
  let [most, hits] = [0, 0];
  for (const [patient, own] of uses) {
    const there = own.filter((e) => to.includes(e.to)).length;
    let [none, expected] = [1, 0];
    for (const e of own) {
      const c = Math.min(1, chance(e));
      none *= 1 - c;
      expected += c;
    }
    once.push({ draws: 1, chance: 1 - none, ties: 1 });
    const half = Math.floor(own.length / 2) + 1;
    mostly.push({ draws: 1, chance: Math.min(1, expected / half), ties: 1 });
    times.push({ draws: own.length, chance: expected / own.length, ties: ties(patient) });
    hits += there;
    if (there > 0) went.add(patient);
    if (there >= half) most++;
  }
  const ways = [
    { k: went.size, urns: once },
    { k: most, urns: mostly },
    ...(bounds.free ? [{ k: hits, urns: times }] : []),
  ].map(({ k, urns }) => ({ k, urns, mean: expectedHits(urns) }));
  let best = { p: 1, lift: 0 };
  if (went.size >= bounds.patients)
    for (const { k, urns, mean } of ways) {
      const lift = k / Math.max(1e-9, mean);
      if (lift < bounds.lift) continue;
      const logP = bounds.free
        ? logUrnTail(urns, k, bounds.spread)
        : logNegativeBinomialTail(k, mean, 1 / bounds.spread);
      const p = Math.min(1, ways.length * Math.exp(logP));
      if (p < best.p) best = { p, lift };
    }
  return { went, expected: ways[0]!.mean, ...best };
}

function expectedHits(urns: readonly Urn[]): number {
  return urns.reduce((sum, { draws, chance }) => sum + draws * chance, 0);
}
